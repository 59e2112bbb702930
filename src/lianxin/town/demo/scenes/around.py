"""Around the houses and in the fields: water, smoke, sheds, sites.

Each in two moods: the trouble, and the trouble over (`sheet.after`).
"""

from __future__ import annotations

from lianxin.town.demo.sheet import (
    BLUE,
    COATS,
    FOUL,
    GREEN,
    HEIGHT,
    INK,
    MUD,
    PALE,
    RED,
    WALLS,
    WATER,
    WIDTH,
    Colour,
    Sheet,
)


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
        s.oval(
            x + n * 22 - s.rng.randint(0, 60),
            600 - n * 36,
            60 + n * 9,
            40 + n * 6,
            (150 + n * 4, 150 + n * 4, 150 + n * 4),
            None,
        )
    for _ in range(18):
        left = x + s.rng.randint(-160, 160)
        s.shape(
            [(left - 26, 690), (left + 26, 690), (left + 4, 690 - s.rng.randint(60, 150))],
            s.rng.choice(((222, 130, 60), (232, 176, 80))),
            None,
        )


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
