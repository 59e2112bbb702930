"""On the street: bins, lamps, roads, drains. Each in two moods: the trouble, and the trouble over (`sheet.after`)."""

from __future__ import annotations

from lianxin.town.demo.sheet import (
    ASPHALT,
    BLUE,
    COATS,
    FOUL,
    GREEN,
    HEIGHT,
    INK,
    MUD,
    PALE,
    PATCH,
    RED,
    WALLS,
    WATER,
    WIDTH,
    Colour,
    Sheet,
)


def rubbish(s: Sheet) -> None:
    """Bins at the road, full or empty."""
    s.outdoors()
    x = s.rng.randint(180, 420)
    for n in range(3):
        s.bin(x + n * 170, 760, full=not s.after)
    if not s.after:
        for _ in range(26):
            where = s.rng.randint(x - 100, x + 620), s.rng.randint(730, 850)
            s.blob(*where, s.rng.randint(20, 52), s.rng.choice((*WALLS, (70, 80, 96), (170, 120, 110))), flat=0.7)


def road_dirt(s: Sheet) -> None:
    """A road covered with mud and leaves, or swept."""
    s.outdoors()
    s.road()
    if not s.after:
        for _ in range(60):
            s.blob(
                s.rng.randint(150, 1050),
                s.rng.randint(520, 880),
                s.rng.randint(8, 40),
                s.rng.choice((MUD, (168, 132, 70))),
                None,
                flat=0.3,
            )
    else:
        s.person(s.rng.randint(860, 1000), 800, (206, 146, 70))


def stall(s: Sheet) -> None:
    """Stalls on the pavement, or a pavement free."""
    s.outdoors()
    s.road()
    if s.after:
        s.stroke([(60, 860), (420, 500)], (216, 186, 70), 12)
        return
    for n in range(4):
        x, y = 40 + n * 250, 640 + n * 55
        s.shape(
            [(x - 20, y - 200), (x + 220, y - 200), (x + 190, y - 260), (x + 10, y - 260)],
            s.rng.choice((RED, BLUE, (214, 178, 90))),
        )
        s.stroke([(x, y - 200), (x, y)], INK, 7)
        s.stroke([(x + 200, y - 200), (x + 200, y)], INK, 7)
        s.box(x - 8, y - 90, x + 208, y - 40, (176, 140, 100))
        for k in range(7):
            s.oval(x + 15 + k * 29, y - 100, 15, 14, s.rng.choice(((196, 90, 60), (150, 170, 80), (220, 170, 80))))
        s.person(x + 100, y + 10, s.rng.choice(COATS))


def poster(s: Sheet) -> None:
    """A wall with leaflets, or freshly painted."""
    s.box(0, 0, WIDTH, HEIGHT, s.rng.choice(WALLS), None)
    s.box(0, 620, WIDTH, HEIGHT, (172, 180, 176), None)
    s.box(820, 130, 1100, HEIGHT, (120, 108, 98))
    if s.after:
        return
    for _ in range(22):
        paper = s.rng.choice(((246, 243, 234), (240, 226, 150), (236, 190, 180)))
        s.notice(s.rng.randint(20, 690), s.rng.randint(40, 640), s.rng.randint(70, 130), s.rng.randint(90, 160), paper)


def dog(s: Sheet) -> None:
    """Dogs loose, or a sign."""
    s.outdoors()
    if s.after:
        s.stroke([(600, 820), (600, 420)], INK, 14)
        s.notice(470, 320, 260, 200)
        return
    for n in range(s.rng.randint(2, 4)):
        x, y, coat = (
            200 + n * 240,
            s.rng.randint(680, 800),
            s.rng.choice(((120, 92, 66), (70, 66, 62), (206, 190, 160))),
        )
        s.oval(x, y - 70, 88, 36, coat)
        s.oval(x + 92, y - 112, 38, 32, coat)
        s.shape([(x + 76, y - 136), (x + 92, y - 172), (x + 106, y - 138)], coat)
        for leg in (-60, -34, 36, 62):
            s.stroke([(x + leg, y - 44), (x + leg, y)], coat, 14)
        s.stroke([(x - 84, y - 84), (x - 128, y - 130)], coat, 12)


def pothole(s: Sheet) -> None:
    """A hole in the road, or a patch."""
    s.outdoors()
    s.road()
    x, y, size = s.rng.randint(420, 760), s.rng.randint(640, 760), s.rng.randint(120, 210)
    if s.after:
        s.box(x - size, y - size * 0.42, x + size, y + size * 0.42, PATCH)
        return
    s.blob(x, y, size, (92, 84, 74), flat=0.42)
    s.blob(x + 8, y + 8, size * 0.66, WATER if s.rng.random() < 0.5 else MUD, None, flat=0.4)
    for _ in range(7):
        left, top = x + s.rng.randint(-260, 260), y + s.rng.randint(-70, 90)
        s.stroke(
            [(left, top), (left + s.rng.randint(-60, 60), top + 24), (left + s.rng.randint(-80, 80), top + 50)], INK, 3
        )


def lamp(s: Sheet) -> None:
    """A street at night: dark, or lit."""
    s.outdoors(night=True)
    s.shape([(100, HEIGHT), (560, s.horizon), (660, s.horizon), (1120, HEIGHT)], (52, 52, 56))
    for n, size in enumerate((1.0, 0.6, 0.36)):
        x, foot = 300 + n * 150, 860 - n * 170
        high = 620 * size
        if s.after:
            s.shape(
                [(x + 130 * size, foot - high), (x - 170 * size, foot), (x + 420 * size, foot)], (116, 104, 66), None
            )
        s.stroke(
            [(x, foot), (x, foot - high), (x + 130 * size, foot - high - 14)], (150, 152, 156), max(5, int(16 * size))
        )
        s.oval(x + 130 * size, foot - high - 6, 36 * size, 14 * size, (250, 226, 150) if s.after else (84, 86, 90))


def car(s: Sheet) -> None:
    """Cars in the way, or lines painted."""
    s.outdoors()
    s.box(0, 640, WIDTH, HEIGHT, ASPHALT, None)
    for n in range(4):
        s.stroke([(60 + n * 370, 660), (20 + n * 370, 880)], PALE, 9)
    paints: tuple[Colour, ...] = (PALE, (150, 60, 54), (70, 84, 106), (110, 112, 116), (196, 180, 140))
    if s.after:
        s.car(80, 840, s.rng.choice(paints))
        return
    for n in range(4):
        s.car(-60 + n * 320, 720 + n % 2 * 110, s.rng.choice(paints))


def sign(s: Sheet) -> None:
    """A crossing: worn and its sign bent, or painted and upright."""
    s.outdoors()
    s.box(0, 600, WIDTH, HEIGHT, ASPHALT, None)
    shade = (236, 234, 226) if s.after else (136, 136, 136)
    for n in range(9):
        s.shape([(120 + n * 110, 880), (176 + n * 110, 880), (196 + n * 96, 640), (148 + n * 96, 640)], shade, None)
    lean = 0 if s.after else s.rng.randint(90, 200)
    s.stroke([(960, 640), (960 + lean, 270)], (150, 152, 156), 14)
    s.shape([(960 + lean - 80, 300), (960 + lean + 80, 300), (960 + lean, 160)], (226, 190, 72))


def manhole(s: Sheet) -> None:
    """A shaft without its cover and a branch stuck in it, or covered."""
    s.box(0, 0, WIDTH, HEIGHT, s.rng.choice((ASPHALT, (146, 142, 134))), None)
    for _ in range(160):
        s.oval(s.rng.randint(0, WIDTH), s.rng.randint(0, HEIGHT), 4, 3, (134, 132, 128), None)
    x, y = s.rng.randint(480, 720), s.rng.randint(430, 560)
    s.oval(x, y, 270, 190, (96, 92, 88))
    s.oval(x, y, 238, 162, (78, 80, 84) if s.after else (24, 24, 26))
    if s.after:
        for ring in (200, 150, 100, 50):
            s.oval(x, y, ring, ring * 0.68, (86, 88, 92))
    else:
        s.stroke([(x + 20, y + 60), (x + 60, y - 240), (x + 130, y - 330)], (98, 78, 60), 14)
        s.stroke([(x + 56, y - 200), (x - 10, y - 300)], (98, 78, 60), 9)


def fence(s: Sheet) -> None:
    """A bridge or bank with its rail broken, or mended."""
    s.outdoors()
    s.box(0, 560, WIDTH, 700, WATER, None)
    s.box(0, 700, WIDTH, HEIGHT, (160, 156, 148))
    gap = s.rng.randint(4, 7)
    for n in range(13):
        x = 20 + n * 98
        if not s.after and n in {gap, gap + 1}:
            continue
        s.box(x, 520, x + 26, 730, PALE)
        if s.after or n + 1 not in {gap, gap + 1}:
            s.box(x + 26, 545, x + 98, 570, PALE)
            s.box(x + 26, 630, x + 98, 655, PALE)
    if not s.after:
        s.stroke([(20 + gap * 98 - 70, 556), (20 + gap * 98 + 40, 690)], PALE, 18)
        s.stroke([(gap * 98, 600), (gap * 98 + 260, 610)], RED, 5)


def bus(s: Sheet) -> None:
    """A bus stop."""
    s.outdoors()
    s.road()
    s.box(180, 300, 760, 330, (96, 120, 140))
    for x in (200, 720):
        s.stroke([(x, 330), (x, 800)], (130, 134, 138), 16)
    if s.after:
        s.box(260, 660, 680, 690, (176, 140, 100))
    else:
        s.shape([(360, 300), (470, 300), (440, 340), (390, 350)], (214, 221, 222))
        s.stroke([(260, 690), (640, 760)], (176, 140, 100), 18)
    s.notice(740, 420, 100, 190)
    for n in range(2):
        s.person(380 + n * 140, 810, s.rng.choice(COATS))


def leak(s: Sheet) -> None:
    """Water out of a pipe or pavement, or dry."""
    s.outdoors()
    s.box(0, 620, WIDTH, HEIGHT, (150, 146, 138), None)
    s.stroke([(0, 660), (1200, 660)], (120, 126, 130), 34)
    x = s.rng.randint(420, 780)
    if s.after:
        s.box(x - 50, 636, x + 50, 684, (86, 96, 110))
        return
    for n in range(13):
        s.stroke([(x, 650), (x + (n - 6) * 16, 500 - abs(n - 6) * -14), (x + (n - 6) * 40, 700)], (170, 200, 214), 5)
    s.blob(x, 790, 420, WATER, flat=0.2)


def drain(s: Sheet) -> None:
    """A street under foul water round a drain, or dry."""
    s.outdoors()
    s.box(0, 560, WIDTH, HEIGHT, ASPHALT, None)
    x = s.rng.randint(460, 740)
    if not s.after:
        s.blob(x, 730, 560, FOUL if s.rng.random() < 0.6 else WATER, flat=0.26)
        for _ in range(18):
            s.blob(x + s.rng.randint(-420, 420), 730 + s.rng.randint(-90, 90), 14, s.rng.choice(WALLS), flat=0.6)
    s.box(x - 120, 690, x + 120, 780, (60, 62, 66))
    for n in range(8):
        s.stroke([(x - 105 + n * 30, 695), (x - 105 + n * 30, 775)], (130, 132, 136), 8)


def digging(s: Sheet) -> None:
    """A trench with cones, or paved."""
    s.outdoors()
    s.road()
    if s.after:
        s.shape([(380, 880), (560, 480), (640, 480), (560, 880)], PATCH)
        return
    s.shape([(380, 880), (560, 480), (640, 480), (560, 880)], (84, 66, 48))
    for n in range(5):
        s.blob(680 + n * 30, 560 + n * 70, 70 + n * 14, MUD, flat=0.6)
        s.cone(330 + n * 44, 860 - n * 80)


def tree(s: Sheet) -> None:
    """A dead or fallen tree near wires, or cut back."""
    s.outdoors()
    s.stroke([(0, 200), (WIDTH, 240)], INK, 4)
    if s.after:
        s.box(560, 700, 660, 800, (140, 108, 76))
        s.oval(610, 700, 50, 20, (196, 164, 120))
        return
    if s.rng.random() < 0.5:
        s.tree(600, 820, 640, dead=True)
    else:
        s.stroke([(150, 800), (900, 640)], (98, 78, 60), 44)
        for _ in range(6):
            s.oval(900 + s.rng.randint(-130, 130), 620 + s.rng.randint(-90, 110), 120, 90, s.rng.choice(GREEN))


def board(s: Sheet) -> None:
    """A village notice board, bare or filled."""
    s.outdoors()
    s.box(160, 240, 1040, 700, (110, 84, 66))
    s.box(190, 270, 1010, 670, (206, 218, 210))
    for x in (230, 970):
        s.stroke([(x, 700), (x, 860)], (110, 84, 66), 28)
    for n in range(5 if s.after else 1):
        s.notice(220 + n * 158, 310, 130, 300)
