"""A sheet to draw on: the things the demo town's pictures are made of."""

from __future__ import annotations

from random import Random
from typing import Final, TypeAlias

from PIL import ImageDraw

WIDTH, HEIGHT = 1200, 900
Colour: TypeAlias = tuple[int, int, int]
Pen: TypeAlias = ImageDraw.ImageDraw

SKY: Final = ((196, 214, 224), (214, 221, 222), (176, 196, 214), (226, 214, 196))
NIGHT: Final = (34, 40, 58)
GROUND: Final = ((150, 146, 138), (163, 152, 134), (139, 140, 142), (156, 148, 128))
WALLS: Final = ((222, 211, 192), (205, 189, 170), (230, 226, 218), (190, 178, 165), (214, 200, 176))
GREEN: Final = ((92, 122, 74), (110, 136, 82), (78, 108, 70))
INK: Final = (58, 58, 60)
WATER: Final = (120, 152, 168)
MUD: Final = (126, 104, 76)
FOUL: Final = (92, 88, 62)
ASPHALT: Final = (118, 118, 120)
PATCH: Final = (92, 92, 94)
PALE: Final = (236, 232, 222)
RED: Final = (176, 72, 58)
BLUE: Final = (86, 118, 152)
COATS: Final = ((86, 110, 140), (160, 96, 80), (110, 120, 90), (206, 146, 70))


class Sheet:
    """A drawing in the making: pen, chance, mood, and the things every scene is made of."""

    def __init__(self, pen: Pen, rng: Random, after: bool) -> None:
        self.pen, self.rng, self.after = pen, rng, after
        self.horizon = rng.randint(330, 430)

    def box(  # noqa: PLR0917 - four corners and two colours
        self, left: float, top: float, right: float, bottom: float, fill: Colour, line: Colour | None = INK
    ) -> None:
        """A rectangle; corners in any order."""
        x, y = sorted((left, right)), sorted((top, bottom))
        self.pen.rectangle((x[0], y[0], x[1], y[1]), fill=fill, outline=line, width=3)

    def shape(self, points: list[tuple[float, float]], fill: Colour, line: Colour | None = INK) -> None:
        """A polygon with a drawn edge."""
        self.pen.polygon(points, fill=fill)
        if line:
            self.pen.line([*points, points[0]], fill=line, width=3, joint="curve")

    def oval(  # noqa: PLR0917
        self, x: float, y: float, wide: float, high: float, fill: Colour, line: Colour | None = INK
    ) -> None:
        """An ellipse about a middle."""
        self.pen.ellipse((x - wide, y - high, x + wide, y + high), fill=fill, outline=line, width=3)

    def stroke(self, points: list[tuple[float, float]], fill: Colour = INK, width: int = 4) -> None:
        """A line through points."""
        self.pen.line(points, fill=fill, width=width, joint="curve")

    def blob(  # noqa: PLR0917
        self, x: float, y: float, size: float, fill: Colour, line: Colour | None = INK, flat: float = 0.5
    ) -> None:
        """An uneven patch: a hole, a puddle, a heap seen from the front."""
        steps = [(n, self.rng.uniform(0.75, 1.15)) for n in range(12)]
        self.shape(
            [(x + size * reach * CIRCLE[n][0], y + size * flat * reach * CIRCLE[n][1]) for n, reach in steps],
            fill,
            line,
        )

    def outdoors(self, *, night: bool = False) -> None:
        """Sky, ground, a row of houses and trees."""
        rng = self.rng
        self.box(0, 0, WIDTH, self.horizon, NIGHT if night else rng.choice(SKY), None)
        ground = rng.choice(GROUND)
        self.box(0, self.horizon, WIDTH, HEIGHT, _dark(ground) if night else ground, None)
        x = -rng.randint(0, 120)
        while x < WIDTH:
            wide, high = rng.randint(150, 300), rng.randint(90, 240)
            if rng.random() < 0.72:
                self.house(x, wide, high, night=night)
            else:
                self.tree(x + wide / 2, self.horizon, high * 0.9)
            x += wide + rng.randint(0, 40)

    def house(self, x: float, wide: float, high: float, *, night: bool = False) -> None:
        """A house on the horizon with a few windows."""
        wall, top = self.rng.choice(WALLS), self.horizon - high
        self.box(x, top, x + wide, self.horizon, _dark(wall) if night else wall)
        if high < 150:
            self.shape([(x - 12, top), (x + wide / 2, top - 46), (x + wide + 12, top)], (142, 92, 76))
        pane = (214, 188, 120) if night and self.rng.random() < 0.4 else (120, 138, 150)
        for row in range(int(high // 75)):
            for column in range(int(wide // 75)):
                self.box(x + 22 + column * 72, top + 20 + row * 72, x + 56 + column * 72, top + 58 + row * 72, pane)

    def road(self) -> None:
        """A road towards the horizon with a broken middle line."""
        left, right = self.rng.randint(40, 200), self.rng.randint(1000, 1160)
        far = self.rng.randint(520, 680)
        self.shape(
            [(left, HEIGHT), (far - 60, self.horizon), (far + 60, self.horizon), (right, HEIGHT)], (118, 118, 120)
        )
        for n in range(6):
            y = self.horizon + 40 + n * n * 14
            x = far + ((left + right) / 2 - far) * (y - self.horizon) / (HEIGHT - self.horizon)
            self.stroke([(x, y), (x, y + 12 + n * 5)], (226, 222, 208), 4 + n)

    def tree(self, x: float, y: float, high: float, *, dead: bool = False) -> None:
        """A tree standing at a point."""
        self.stroke([(x, y), (x, y - high * 0.6)], (98, 78, 60), max(6, int(high / 14)))
        if dead:
            for lean in (-0.35, -0.15, 0.2, 0.4):
                self.stroke([(x, y - high * 0.5), (x + high * lean, y - high * 0.95)], (98, 78, 60), 7)
            return
        for shift in (-0.22, 0.22, 0.0):
            self.oval(
                x + high * shift, y - high * (0.72 + abs(shift) / -3), high * 0.3, high * 0.26, self.rng.choice(GREEN)
            )

    def bin(self, x: float, y: float, *, full: bool) -> None:
        """A wheeled bin, shut or overflowing."""
        if full:
            for n in range(5):
                self.blob(x + 15 + n * 22, y - 168 - self.rng.randint(0, 24), 26, self.rng.choice(WALLS), flat=0.8)
        self.shape([(x, y - 160), (x + 120, y - 160), (x + 106, y), (x + 14, y)], (66, 112, 82))
        if not full:
            self.box(x - 6, y - 176, x + 126, y - 156, (52, 92, 68))
        self.oval(x + 28, y, 12, 12, INK)
        self.oval(x + 92, y, 12, 12, INK)

    def person(self, x: float, y: float, coat: Colour) -> None:
        """A figure without a face."""
        self.oval(x, y - 150, 20, 22, (214, 186, 160))
        self.shape([(x - 30, y - 128), (x + 30, y - 128), (x + 24, y - 55), (x - 24, y - 55)], coat)
        self.stroke([(x - 12, y - 55), (x - 14, y)], INK, 14)
        self.stroke([(x + 12, y - 55), (x + 14, y)], INK, 14)

    def car(self, x: float, y: float, colour: Colour) -> None:
        """A car from the side."""
        self.shape([(x + 60, y - 90), (x + 110, y - 140), (x + 240, y - 140), (x + 290, y - 90)], (150, 170, 182))
        self.shape([(x, y - 90), (x + 340, y - 90), (x + 340, y - 30), (x, y - 30)], colour)
        for wheel in (70, 270):
            self.oval(x + wheel, y - 26, 34, 34, INK)
            self.oval(x + wheel, y - 26, 14, 14, (170, 170, 172))

    def cone(self, x: float, y: float) -> None:
        """A traffic cone."""
        self.shape([(x - 26, y), (x + 26, y), (x + 6, y - 84), (x - 6, y - 84)], (206, 106, 58))
        self.shape([(x - 17, y - 30), (x + 17, y - 30), (x + 12, y - 50), (x - 12, y - 50)], (236, 232, 224), None)

    def notice(self, left: float, top: float, wide: float, high: float, paper: Colour = (246, 243, 234)) -> None:
        """A sheet of paper with lines for writing: nothing to read."""
        self.box(left, top, left + wide, top + high, paper)
        self.stroke([(left + wide * 0.25, top + high * 0.1), (left + wide * 0.75, top + high * 0.1)], INK, 8)
        for n in range(3, 12):
            y = top + high * n / 13
            self.stroke([(left + wide * 0.1, y), (left + wide * self.rng.uniform(0.6, 0.92), y)], (150, 150, 150), 4)


CIRCLE: Final = (
    (1.0, 0.0), (0.87, 0.5), (0.5, 0.87), (0.0, 1.0), (-0.5, 0.87), (-0.87, 0.5),
    (-1.0, 0.0), (-0.87, -0.5), (-0.5, -0.87), (0.0, -1.0), (0.5, -0.87), (0.87, -0.5),
)  # fmt: skip


def _dark(colour: Colour) -> Colour:
    return colour[0] * 2 // 5, colour[1] * 2 // 5, colour[2] // 2
