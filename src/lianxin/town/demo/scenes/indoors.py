"""Indoors: stairs, taps, doors, shelves. Each in two moods: the trouble, and the trouble over (`sheet.after`)."""

from __future__ import annotations

from lianxin.town.demo.sheet import COATS, FOUL, HEIGHT, INK, PALE, RED, WALLS, WIDTH, Colour, Sheet


def toilet(s: Sheet) -> None:
    """A row of stalls."""
    s.box(0, 0, WIDTH, HEIGHT, (206, 214, 212), None)
    s.box(0, 680, WIDTH, HEIGHT, (160, 168, 166), None)
    for n in range(3):
        s.box(80 + n * 370, 120, 380 + n * 370, 760, (172, 148, 120))
        s.oval(350 + n * 370, 450, 8, 8, INK)
    if not s.after:
        s.blob(600, 800, 330, FOUL, flat=0.2)
        s.notice(520, 300, 150, 190)


def tap(s: Sheet) -> None:
    """A basin under a tap: brown water, or clear."""
    s.box(0, 0, WIDTH, HEIGHT, (214, 218, 214), None)
    for n in range(0, WIDTH, 150):
        s.stroke([(n, 0), (n, HEIGHT)], (196, 200, 198), 3)
    s.stroke([(600, 60), (600, 240), (760, 240), (760, 320)], (150, 154, 158), 42)
    water: Colour = (186, 212, 220) if s.after else (176, 138, 82)
    s.box(742, 330, 778, 640, water, None)
    s.shape([(380, 620), (1080, 620), (1000, 860), (460, 860)], (236, 236, 232))
    s.oval(730, 640, 310, 60, water)


def gas(s: Sheet) -> None:
    """A gas meter and bottle in a corner."""
    s.box(0, 0, WIDTH, HEIGHT, (224, 216, 200), None)
    s.stroke([(300, 0), (300, 300), (700, 300), (700, 560)], (206, 176, 80), 30)
    s.box(220, 240, 400, 430, (190, 192, 196))
    s.oval(310, 330, 50, 50, PALE)
    s.shape([(640, 560), (780, 560), (820, 640), (820, 860), (600, 860), (600, 640)], (120, 140, 150))
    if not s.after:
        for n in range(5):
            s.oval(720 + n * 50, 520 - n * 70, 40 + n * 12, 26 + n * 8, (216, 212, 190), (170, 166, 150))
    else:
        s.notice(880, 250, 200, 260)


def radiator(s: Sheet) -> None:
    """A radiator with a thermometer."""
    s.box(0, 0, WIDTH, HEIGHT, (222, 214, 202), None)
    s.box(160, 60, 640, 420, (170, 190, 204))
    s.stroke([(400, 60), (400, 420)], PALE, 12)
    for n in range(11):
        s.box(160 + n * 62, 520, 212 + n * 62, 820, (238, 238, 234))
    s.box(950, 260, 1010, 700, PALE)
    s.box(970, 380 if s.after else 600, 990, 690, RED, None)
    s.oval(980, 716, 30, 30, RED)


def wet_wall(s: Sheet) -> None:
    """A ceiling corner with stains, or dry."""
    s.box(0, 0, WIDTH, HEIGHT, (232, 228, 220), None)
    s.stroke([(0, 240), (720, 300), (WIDTH, 220)], (190, 186, 178), 5)
    s.stroke([(720, 300), (720, HEIGHT)], (190, 186, 178), 5)
    if s.after:
        return
    for shade, size in (((206, 190, 152), 300), ((186, 166, 124), 210), ((150, 138, 110), 110)):
        s.blob(640, 290, size, shade, None, flat=0.6)
    for _ in range(9):
        x = s.rng.randint(440, 840)
        s.stroke([(x, 340), (x + s.rng.randint(-14, 14), 340 + s.rng.randint(100, 420))], (186, 166, 124), 6)


def lift(s: Sheet) -> None:
    """Lift doors with a notice on them, or open."""
    s.box(0, 0, WIDTH, HEIGHT, s.rng.choice(WALLS), None)
    s.box(330, 110, 870, HEIGHT, (160, 164, 168))
    if s.after:
        s.box(400, 150, 800, HEIGHT, (206, 208, 204))
    else:
        s.box(370, 150, 600, HEIGHT, (186, 190, 194))
        s.box(600, 150, 830, HEIGHT, (186, 190, 194))
        s.notice(500, 330, 210, 270)
    s.box(960, 430, 1030, 560, (90, 94, 98))


def corridor(s: Sheet) -> None:
    """A stairwell full of boxes, or clear."""
    s.box(0, 0, WIDTH, HEIGHT, (214, 208, 196), None)
    s.shape([(0, HEIGHT), (380, 620), (820, 620), (WIDTH, HEIGHT)], (150, 148, 144))
    s.box(380, 160, 820, 620, (190, 186, 178))
    for n in range(6):
        s.stroke([(460, 600 - n * 60), (740, 600 - n * 60)], (130, 128, 124), 6)
    if s.after:
        return
    for _ in range(12):
        x, y, size = s.rng.randint(30, 300), s.rng.randint(560, 820), s.rng.randint(70, 160)
        x = x if s.rng.random() < 0.5 else WIDTH - x - size
        s.box(x, y - size, x + size, y, s.rng.choice(((190, 152, 104), (170, 134, 92), (146, 120, 104))))


def exit_way(s: Sheet) -> None:
    """A fire exit locked and blocked, or free."""
    s.box(0, 0, WIDTH, HEIGHT, (216, 216, 208), None)
    s.box(0, 760, WIDTH, HEIGHT, (150, 150, 148), None)
    s.box(380, 150, 820, 780, (122, 148, 130))
    s.stroke([(600, 150), (600, 780)], INK, 5)
    s.box(500, 60, 700, 130, (70, 140, 90))
    s.box(950, 380, 1060, 600, RED)
    if s.after:
        return
    s.stroke([(560, 470), (640, 470)], (96, 96, 98), 26)
    for n in range(4):
        s.box(330 + n * 130, 620 - n % 2 * 60, 470 + n * 130, 820, (184, 148, 104))


def shelf(s: Sheet) -> None:
    """A shop's shelf."""
    s.box(0, 0, WIDTH, HEIGHT, (230, 226, 216), None)
    for row in range(4):
        y = 220 + row * 205
        s.box(60, y, 1140, y + 22, (170, 150, 124))
        for n in range(14):
            if s.after and row == 1 and n > 5:
                continue
            high = s.rng.randint(90, 150)
            s.box(80 + n * 75, y - high, 138 + n * 75, y, s.rng.choice((*COATS, *WALLS, (120, 150, 120))))


def ramp(s: Sheet) -> None:
    """Steps at a door, without or with a ramp."""
    s.box(0, 0, WIDTH, HEIGHT, s.rng.choice(WALLS), None)
    s.box(420, 120, 780, 640, (120, 138, 150))
    for n in range(4):
        s.box(360 - n * 40, 640 + n * 60, 840 + n * 40, 700 + n * 60, (176, 172, 166))
    if s.after:
        s.shape([(840, 640), (1180, 880), (840, 880)], (160, 160, 158))
        s.stroke([(840, 500), (1180, 740)], (150, 152, 156), 14)
