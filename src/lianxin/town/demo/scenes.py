"""The scenes of the drawn photos, each in two moods: the trouble, and the trouble over (`sheet.after`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from lianxin.town.demo.sheet import GREEN, HEIGHT, INK, WALLS, WIDTH, Colour, Sheet

WATER: Final = (120, 152, 168)
MUD: Final = (126, 104, 76)
FOUL: Final = (92, 88, 62)
ASPHALT: Final = (118, 118, 120)
PATCH: Final = (92, 92, 94)
PALE: Final = (236, 232, 222)
RED: Final = (176, 72, 58)
BLUE: Final = (86, 118, 152)
COATS: Final = ((86, 110, 140), (160, 96, 80), (110, 120, 90), (206, 146, 70))


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
            s.blob(s.rng.randint(150, 1050), s.rng.randint(520, 880), s.rng.randint(8, 40), s.rng.choice((MUD, (168, 132, 70))), None, flat=0.3)
    else:
        s.person(s.rng.randint(860, 1000), 800, (206, 146, 70))


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


def stall(s: Sheet) -> None:
    """Stalls on the pavement, or a pavement free."""
    s.outdoors()
    s.road()
    if s.after:
        s.stroke([(60, 860), (420, 500)], (216, 186, 70), 12)
        return
    for n in range(4):
        x, y = 40 + n * 250, 640 + n * 55
        s.shape([(x - 20, y - 200), (x + 220, y - 200), (x + 190, y - 260), (x + 10, y - 260)], s.rng.choice((RED, BLUE, (214, 178, 90))))
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


def smoke(s: Sheet) -> None:
    """Stubble burning, or ashes raked over."""
    s.outdoors()
    for n in range(14):
        s.stroke([(0, 500 + n * 30), (WIDTH, 470 + n * 32)], (186, 164, 104), 5)
    x = s.rng.randint(350, 800)
    if s.after:
        s.blob(x, 700, 210, (84, 80, 76), flat=0.3)
        return
    for n in range(16):
        s.oval(x + n * 22 - s.rng.randint(0, 60), 600 - n * 36, 60 + n * 9, 40 + n * 6, (150 + n * 4, 150 + n * 4, 150 + n * 4), None)
    for _ in range(18):
        left = x + s.rng.randint(-160, 160)
        s.shape([(left - 26, 690), (left + 26, 690), (left + 4, 690 - s.rng.randint(60, 150))], s.rng.choice(((222, 130, 60), (232, 176, 80))), None)


def dog(s: Sheet) -> None:
    """Dogs loose, or a sign."""
    s.outdoors()
    if s.after:
        s.stroke([(600, 820), (600, 420)], INK, 14)
        s.notice(470, 320, 260, 200)
        return
    for n in range(s.rng.randint(2, 4)):
        x, y, coat = 200 + n * 240, s.rng.randint(680, 800), s.rng.choice(((120, 92, 66), (70, 66, 62), (206, 190, 160)))
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
        s.stroke([(left, top), (left + s.rng.randint(-60, 60), top + 24), (left + s.rng.randint(-80, 80), top + 50)], INK, 3)


def lamp(s: Sheet) -> None:
    """A street at night: dark, or lit."""
    s.outdoors(night=True)
    s.shape([(100, HEIGHT), (560, s.horizon), (660, s.horizon), (1120, HEIGHT)], (52, 52, 56))
    for n, size in enumerate((1.0, 0.6, 0.36)):
        x, foot = 300 + n * 150, 860 - n * 170
        high = 620 * size
        if s.after:
            s.shape([(x + 130 * size, foot - high), (x - 170 * size, foot), (x + 420 * size, foot)], (116, 104, 66), None)
        s.stroke([(x, foot), (x, foot - high), (x + 130 * size, foot - high - 14)], (150, 152, 156), max(5, int(16 * size)))
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


def wire(s: Sheet) -> None:
    """Poles with a cable hanging into the road, or drawn up."""
    s.outdoors()
    s.road()
    for x in (180, 1020):
        s.stroke([(x, 860 if x < 500 else 640), (x, 120)], (120, 104, 84), 20)
        s.stroke([(x - 70, 170), (x + 70, 170)], (120, 104, 84), 14)
    for n in range(3):
        s.stroke([(180, 180 + n * 26), (600, 240 + n * 26), (1020, 180 + n * 26)], INK, 4)
    if not s.after:
        s.stroke([(180, 240), (430, 640), (600, 720), (790, 600), (1020, 240)], INK, 9)


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


def shed(s: Sheet) -> None:
    """A tin shed on a roof or pavement, or the place cleared."""
    s.outdoors()
    s.box(120, 420, 1080, 860, s.rng.choice(WALLS))
    for n in range(5):
        s.box(190 + n * 180, 520, 290 + n * 180, 650, (120, 138, 150))
    if s.after:
        return
    s.box(300, 230, 860, 420, (110, 140, 170))
    for n in range(18):
        s.stroke([(310 + n * 31, 230), (310 + n * 31, 420)], (86, 112, 140), 4)
    s.shape([(270, 240), (580, 150), (890, 240)], (150, 70, 60))


def wall(s: Sheet) -> None:
    """An old house with cracks, propped, or rebuilt."""
    s.outdoors()
    s.box(220, 380, 980, 860, (206, 200, 190) if s.after else (176, 146, 112))
    s.shape([(180, 390), (600, 210), (1020, 390)], (120, 96, 84))
    s.box(520, 600, 680, 860, (104, 82, 66))
    if s.after:
        return
    for _ in range(5):
        x, y = s.rng.randint(260, 900), 400
        points = [(x, y)]
        for _ in range(6):
            points.append((points[-1][0] + s.rng.randint(-45, 45), points[-1][1] + s.rng.randint(40, 80)))
        s.stroke([(float(a), float(b)) for a, b in points], (66, 52, 44), 6)
    s.blob(910, 470, 90, (70, 60, 54), flat=0.8)
    s.stroke([(1120, 870), (960, 500)], (140, 112, 80), 22)


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


def site(s: Sheet) -> None:
    """A building site: dust and no cover, or netted and wet."""
    s.outdoors()
    s.box(250, 140, 640, 640, (176, 172, 164))
    for n in range(6):
        s.stroke([(250, 140 + n * 84), (640, 140 + n * 84)], INK, 5)
    s.stroke([(800, 640), (800, 60), (420, 60), (960, 60)], (206, 160, 60), 16)
    for n in range(4):
        s.blob(700 + n * 130, 760, 150, (92, 128, 96) if s.after else MUD, flat=0.6)
    if not s.after:
        for n in range(9):
            s.oval(420 + n * 90, 640 - s.rng.randint(0, 90), 120, 46, (196, 184, 160), None)


def fumes(s: Sheet) -> None:
    """A grill smoking under windows, or with a hood."""
    s.outdoors()
    s.box(120, 120, 1080, 640, s.rng.choice(WALLS))
    for n in range(5):
        s.box(170 + n * 185, 180, 290 + n * 185, 320, (120, 138, 150))
    s.box(340, 660, 840, 740, (80, 78, 78))
    if s.after:
        s.shape([(380, 520), (800, 520), (880, 590), (300, 590)], (180, 184, 188))
        s.stroke([(590, 520), (590, 100)], (180, 184, 188), 44)
        return
    for n in range(12):
        s.oval(450 + n * 22, 640 - n * 44, 60 + n * 8, 40 + n * 5, (168 + n * 4, 168 + n * 4, 166 + n * 4), None)


def river(s: Sheet) -> None:
    """A stream black and littered, or clear."""
    s.outdoors()
    water: Colour = (126, 162, 168) if s.after else (66, 66, 56)
    s.shape([(0, HEIGHT), (520, s.horizon), (700, s.horizon), (WIDTH, HEIGHT)], water)
    for _ in range(20):
        x, y = s.rng.randint(250, 950), s.rng.randint(560, 880)
        s.stroke([(x, y), (x + 90, y)], (150, 182, 186) if s.after else (90, 90, 76), 4)
        if not s.after:
            s.blob(x, y, 24, s.rng.choice((*WALLS, (96, 130, 80))), flat=0.5)
    for n in range(8):
        s.tree(s.rng.choice((60, 1140)) + s.rng.randint(-50, 50), 560 + n * 30, 120)


def pig(s: Sheet) -> None:
    """Sties and a ditch of slurry, or limed and clean."""
    s.outdoors()
    for n in range(3):
        s.box(90 + n * 350, 420, 400 + n * 350, 620, (190, 150, 130))
        s.shape([(70 + n * 350, 430), (245 + n * 350, 350), (420 + n * 350, 430)], (120, 96, 90))
    s.box(0, 690, WIDTH, 800, (186, 182, 172) if s.after else FOUL)
    if not s.after:
        for _ in range(60):
            s.oval(s.rng.randint(0, WIDTH), s.rng.randint(500, 720), 3, 3, INK, None)


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


def charger(s: Sheet) -> None:
    """E-bikes on a flying lead, or at charging posts."""
    s.outdoors()
    s.box(150, 60, 1050, 560, s.rng.choice(WALLS))
    for n in range(8):
        s.box(210 + n % 4 * 210, 110 + n // 4 * 220, 310 + n % 4 * 210, 230 + n // 4 * 220, (120, 138, 150))
    for n in range(3):
        x = 240 + n * 260
        for wheel in (0, 150):
            s.oval(x + wheel, 800, 46, 46, (150, 148, 144))
        s.stroke([(x, 800), (x + 60, 720), (x + 130, 720), (x + 150, 800)], s.rng.choice(COATS), 18)
        s.stroke([(x + 130, 720), (x + 140, 650), (x + 110, 640)], INK, 9)
        if s.after:
            s.box(x + 40, 580, x + 90, 690, (80, 130, 110))
        else:
            s.stroke([(x + 60, 715), (x + 30, 480), (x + 60, 230)], INK, 6)


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


def pond(s: Sheet) -> None:
    """A pond without, or with, a rail, a sign and a ring."""
    s.outdoors()
    s.blob(600, 700, 520, WATER, flat=0.36)
    if not s.after:
        s.person(560, 640, RED)
        s.person(650, 650, BLUE)
        return
    for n in range(12):
        s.box(60 + n * 95, 470, 80 + n * 95, 560, PALE)
    s.stroke([(60, 500), (1120, 500)], PALE, 12)
    s.notice(860, 340, 180, 130)
    s.oval(250, 430, 50, 50, (226, 120, 70))
    s.oval(250, 430, 26, 26, (196, 214, 224))


def flood(s: Sheet) -> None:
    """A yard under water, or pumped dry."""
    s.outdoors()
    s.box(200, 330, 760, 700, s.rng.choice(WALLS))
    s.box(430, 470, 560, 700, (104, 82, 66))
    if s.after:
        s.stroke([(760, 780), (980, 740), (1190, 800)], (80, 110, 140), 30)
        return
    s.box(0, 640, WIDTH, HEIGHT, (146, 132, 108), None)
    for _ in range(24):
        x, y = s.rng.randint(0, 1100), s.rng.randint(660, 880)
        s.stroke([(x, y), (x + 80, y - 5)], (170, 158, 136), 4)
    for n in range(40):
        s.stroke([(n * 31, s.rng.randint(0, 300)), (n * 31 - 14, s.rng.randint(320, 420))], (190, 200, 206), 2)


def ditch(s: Sheet) -> None:
    """A field ditch choked and dry, or dredged and running."""
    s.outdoors()
    for n in range(16):
        s.stroke([(0, 480 + n * 28), (WIDTH, 470 + n * 30)], (134, 150, 84), 7)
    s.shape([(430, HEIGHT), (570, s.horizon), (650, s.horizon), (830, HEIGHT)], WATER if s.after else MUD)
    if not s.after:
        for _ in range(26):
            s.blob(s.rng.randint(500, 740), s.rng.randint(500, 880), 42, s.rng.choice(GREEN), flat=0.7)
    s.box(860, 520, 1060, 660, (200, 192, 180))


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


def gym(s: Sheet) -> None:
    """Exercise bars on a square, one broken, or all mended."""
    s.outdoors()
    s.box(0, 620, WIDTH, HEIGHT, (150, 116, 100), None)
    for n in range(3):
        x = 150 + n * 330
        s.stroke([(x, 800), (x, 420), (x + 210, 420), (x + 210, 800)], (70, 120, 160), 22)
        if n == 1 and not s.after:
            s.stroke([(x + 60, 420), (x + 190, 780)], (206, 160, 60), 16)
        else:
            s.stroke([(x, 560), (x + 210, 560)], (206, 160, 60), 16)


def board(s: Sheet) -> None:
    """A village notice board, bare or filled."""
    s.outdoors()
    s.box(160, 240, 1040, 700, (110, 84, 66))
    s.box(190, 270, 1010, 670, (206, 218, 210))
    for x in (230, 970):
        s.stroke([(x, 700), (x, 860)], (110, 84, 66), 28)
    for n in range(5 if s.after else 1):
        s.notice(220 + n * 158, 310, 130, 300)


def ramp(s: Sheet) -> None:
    """Steps at a door, without or with a ramp."""
    s.box(0, 0, WIDTH, HEIGHT, s.rng.choice(WALLS), None)
    s.box(420, 120, 780, 640, (120, 138, 150))
    for n in range(4):
        s.box(360 - n * 40, 640 + n * 60, 840 + n * 40, 700 + n * 60, (176, 172, 166))
    if s.after:
        s.shape([(840, 640), (1180, 880), (840, 880)], (160, 160, 158))
        s.stroke([(840, 500), (1180, 740)], (150, 152, 156), 14)


_ALL = (
    rubbish, road_dirt, toilet, stall, poster, smoke, dog, pothole, lamp, car, sign, manhole, fence, bus, leak, tap, wire,
    gas, drain, radiator, wet_wall, lift, shed, wall, digging, corridor, site, fumes, river, pig, exit_way, charger, tree,
    pond, flood, ditch, shelf, gym, board, ramp,
)  # fmt: skip

SCENES: Final[Mapping[str, Callable[[Sheet], None]]] = MappingProxyType({scene.__name__: scene for scene in _ALL})
