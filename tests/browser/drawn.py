"""A shop's catalogue with drawn pictures: nothing of it is anybody else's. For browser tests and for the pictures in
the documentation. ``products(folder)`` draws into a folder, the same every time."""

from __future__ import annotations

import colorsys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from wares.records import Media, Price, Product, Variant

#: Pictures are drawn larger and made smaller.
FINE = 2
COLOURS = {
    "red": (204, 52, 48), "blue": (43, 92, 176), "green": (58, 128, 84), "yellow": (236, 184, 52),
    "white": (240, 238, 232), "black": (48, 50, 54), "orange": (226, 122, 50), "pink": (230, 150, 172),
}  # fmt: skip
PATTERNS = ("plain", "striped", "dotted")

Points = Sequence[tuple[float, float]]
Rgb = tuple[int, int, int]


class Sheet:
    """A picture in the making; places are shares of its side."""

    def __init__(self, rgb: Rgb, pattern: str, side: int) -> None:
        self.side, self.big = side, side * FINE
        self.image = Image.new("RGB", (self.big, self.big), (250, 249, 247))
        self.rgb = rgb
        self.pattern = pattern
        self._ground()

    def _ground(self) -> None:
        shade = Image.new("L", (self.big, self.big), 0)
        box = [at * self.big for at in (0.2, 0.86, 0.8, 0.93)]
        ImageDraw.Draw(shade).ellipse(box, fill=90)
        shade = shade.filter(ImageFilter.GaussianBlur(self.big * 0.025))
        self.image.paste((120, 112, 100), (0, 0), shade)

    def mask(self, draw: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
        made = Image.new("L", (self.big, self.big), 0)
        draw(ImageDraw.Draw(made))
        return made

    def paint(
        self, mask: Image.Image, rgb: Rgb | None = None, *, patterned: bool = True, depth: float = 0.22
    ) -> None:
        """Fill a mask with a colour that the light falls on from the left."""
        colour = rgb or self.rgb
        fill = Image.new("RGB", (self.big, self.big), colour)
        if patterned and rgb is None and self.pattern != "plain":
            fill.paste(_beside(colour), (0, 0), self._pattern())
        left, right = 1 + depth * 0.35, 1 - depth
        row = Image.new("L", (256, 1))
        row.putdata([round(255 * (left + (right - left) * at / 255) / (1 + depth)) for at in range(256)])
        light = row.resize((self.big, self.big), Image.Resampling.BILINEAR)
        lit = ImageChops.multiply(fill, Image.merge("RGB", (light, light, light)))
        lit = lit.point(lambda value: min(255, round(value * (1 + depth * 0.8))))
        self.image.paste(lit, (0, 0), mask)

    def _pattern(self) -> Image.Image:
        made = Image.new("L", (self.big, self.big), 0)
        draw = ImageDraw.Draw(made)
        step = self.big // 13
        if self.pattern == "striped":
            for top in range(0, self.big, step):
                draw.rectangle([0, top, self.big, top + step * 0.42], fill=255)
        else:
            for number, top in enumerate(range(0, self.big, step)):
                for left in range(-(number % 2) * step // 2, self.big, step):
                    draw.ellipse([left, top, left + step * 0.36, top + step * 0.36], fill=255)
        return made

    def done(self) -> Image.Image:
        return self.image.resize((self.side, self.side), Image.Resampling.LANCZOS)


def _beside(rgb: Rgb) -> Rgb:
    """A colour that goes with another: white, or the same much darker where it is light."""
    return (248, 246, 240) if sum(rgb) < 560 else (70, 84, 110)


def _darker(rgb: Rgb, by: float = 0.75) -> Rgb:
    hue, light, much = colorsys.rgb_to_hls(*(part / 255 for part in rgb))
    red, green, blue = (round(part * 255) for part in colorsys.hls_to_rgb(hue, light * by, much))
    return red, green, blue


def _at(sheet: Sheet, points: Points) -> list[tuple[float, float]]:
    return [(x * sheet.big, y * sheet.big) for x, y in points]


def curve(points: Points, steps: int = 12) -> list[tuple[float, float]]:
    """A closed line through points (a Catmull–Rom spline)."""
    count, made = len(points), []
    for at in range(count):
        before, here, there, after = (points[(at + offset) % count] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            made.append(
                tuple(
                    0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)
                    for a, b, c, d in zip(before, here, there, after, strict=True)
                )
            )
    return made  # type: ignore[return-value]


def _poly(sheet: Sheet, points: Points, rgb: Rgb | None = None, **how: object) -> None:
    sheet.paint(sheet.mask(lambda draw: draw.polygon(_at(sheet, points), fill=255)), rgb, **how)  # type: ignore[arg-type]


def _round(sheet: Sheet, box: Sequence[float], radius: float, rgb: Rgb | None = None, **how: object) -> None:
    places = [at * sheet.big for at in box]
    sheet.paint(
        sheet.mask(lambda draw: draw.rounded_rectangle(places, radius * sheet.big, fill=255)),
        rgb,
        **how,  # type: ignore[arg-type]
    )


def _oval(sheet: Sheet, box: Sequence[float], rgb: Rgb | None = None, **how: object) -> None:
    places = [at * sheet.big for at in box]
    sheet.paint(sheet.mask(lambda draw: draw.ellipse(places, fill=255)), rgb, **how)  # type: ignore[arg-type]


def _line(sheet: Sheet, points: Points, width: float, rgb: Rgb) -> None:
    places, wide = _at(sheet, points), round(width * sheet.big)
    mask = sheet.mask(lambda draw: draw.line(places, fill=255, width=wide, joint="curve"))
    sheet.paint(mask, rgb, patterned=False)


def shirt(sheet: Sheet) -> None:
    dark = _darker(sheet.rgb)
    for sign in (-1, 1):
        sleeve = [(0.5 + sign * x, y) for x, y in ((0.17, 0.17), (0.37, 0.34), (0.28, 0.46), (0.16, 0.38))]
        _poly(sheet, sleeve)
    body = [(0.33, 0.165), (0.41, 0.145), (0.59, 0.145), (0.67, 0.165), (0.68, 0.4), (0.68, 0.84), (0.32, 0.84)]
    _poly(sheet, [*body, (0.32, 0.4)])
    for (left, right, low), rgb in (((0.395, 0.605, 0.225), dark), ((0.415, 0.585, 0.205), (250, 249, 247))):
        box = [at * sheet.big for at in (left, 0.29 - low, right, low)]
        sheet.paint(sheet.mask(partial(_half, box)), rgb, patterned=False, depth=0.0)
    for x in (0.335, 0.665):
        _line(sheet, [(x, 0.4), (x, 0.82)], 0.004, dark)


def _half(box: Sequence[float], draw: ImageDraw.ImageDraw) -> None:
    draw.pieslice(box, 0, 180, fill=255)


def mug(sheet: Sheet) -> None:
    handle = sheet.mask(lambda draw: draw.ellipse([at * sheet.big for at in (0.6, 0.36, 0.84, 0.68)], fill=255))
    hole = sheet.mask(lambda draw: draw.ellipse([at * sheet.big for at in (0.655, 0.42, 0.785, 0.62)], fill=255))
    sheet.paint(ImageChops.subtract(handle, hole), patterned=False)
    _round(sheet, (0.24, 0.25, 0.7, 0.88), 0.09)
    _oval(sheet, (0.24, 0.19, 0.7, 0.33), _darker(sheet.rgb, 0.85), patterned=False)
    _oval(sheet, (0.265, 0.205, 0.675, 0.315), (92, 60, 42), patterned=False)


def lamp(sheet: Sheet) -> None:
    _line(sheet, [(0.5, 0.5), (0.5, 0.86)], 0.03, (176, 138, 92))
    _oval(sheet, (0.34, 0.83, 0.66, 0.91), (176, 138, 92), patterned=False)
    _poly(sheet, [(0.37, 0.16), (0.63, 0.16), (0.77, 0.56), (0.23, 0.56)])
    _oval(sheet, (0.23, 0.52, 0.77, 0.6))
    _oval(sheet, (0.37, 0.135, 0.63, 0.185), _darker(sheet.rgb, 0.85), patterned=False)


def chair(sheet: Sheet) -> None:
    wood = (190, 148, 100)
    for top, bottom in (((0.32, 0.62), (0.25, 0.9)), ((0.68, 0.62), (0.75, 0.9)), ((0.4, 0.6), (0.38, 0.84)),
                        ((0.6, 0.6), (0.62, 0.84))):  # fmt: skip
        _line(sheet, [top, bottom], 0.028, wood)
    _round(sheet, (0.3, 0.12, 0.7, 0.56), 0.12)
    _oval(sheet, (0.24, 0.5, 0.76, 0.68), _darker(sheet.rgb, 0.9), patterned=False)
    _oval(sheet, (0.24, 0.485, 0.76, 0.65))


def bag(sheet: Sheet) -> None:
    handle = sheet.mask(lambda draw: draw.ellipse([at * sheet.big for at in (0.33, 0.1, 0.67, 0.7)], fill=255))
    hole = sheet.mask(lambda draw: draw.ellipse([at * sheet.big for at in (0.37, 0.14, 0.63, 0.66)], fill=255))
    sheet.paint(ImageChops.subtract(handle, hole), (158, 112, 72), patterned=False)
    _poly(sheet, [(0.25, 0.36), (0.75, 0.36), (0.82, 0.88), (0.18, 0.88)])
    _poly(sheet, [(0.25, 0.36), (0.75, 0.36), (0.757, 0.41), (0.243, 0.41)], _darker(sheet.rgb), patterned=False)


def vase(sheet: Sheet) -> None:
    for x, y, rgb in ((0.4, 0.1, (226, 122, 50)), (0.6, 0.08, (230, 150, 172)), (0.5, 0.03, (236, 184, 52))):
        _line(sheet, [(0.5, 0.5), (x, y + 0.06)], 0.012, (88, 132, 84))
        _oval(sheet, (x - 0.06, y, x + 0.06, y + 0.12), rgb, patterned=False)
    outline = [(0.43, 0.38), (0.57, 0.38), (0.57, 0.46), (0.7, 0.62), (0.66, 0.82), (0.56, 0.89), (0.44, 0.89)]
    _poly(sheet, curve([*outline, (0.34, 0.82), (0.3, 0.62), (0.43, 0.46)]))
    _oval(sheet, (0.425, 0.36, 0.575, 0.405), _darker(sheet.rgb), patterned=False)


def cushion(sheet: Sheet) -> None:
    corners = [(0.17, 0.2), (0.5, 0.245), (0.83, 0.2), (0.785, 0.53), (0.83, 0.86), (0.5, 0.82), (0.17, 0.86)]
    _poly(sheet, curve([*corners, (0.215, 0.53)]))


def shoe(sheet: Sheet) -> None:
    _round(sheet, (0.1, 0.72, 0.9, 0.84), 0.05, (244, 242, 238), patterned=False)
    top = [(0.13, 0.38), (0.3, 0.4), (0.42, 0.44), (0.62, 0.58), (0.84, 0.64), (0.885, 0.75), (0.12, 0.76)]
    _poly(sheet, curve([*top, (0.12, 0.55)]))
    for at in range(4):
        x, y = 0.4 + at * 0.055, 0.47 + at * 0.037
        _line(sheet, [(x, y), (x + 0.075, y - 0.035)], 0.012, (248, 246, 240))


#: Kind → how it is drawn, category, brand, price in cents, what it is made of.
KINDS: dict[str, tuple[Callable[[Sheet], None], tuple[str, ...], str, int, str]] = {
    "T-shirt": (shirt, ("Clothing", "T-shirts"), "Linden", 1_900, "cotton"),
    "sneakers": (shoe, ("Clothing", "Shoes"), "Marlow", 6_900, "canvas"),
    "tote bag": (bag, ("Clothing", "Bags"), "Marlow", 2_900, "canvas"),
    "mug": (mug, ("Kitchen", "Mugs"), "Hearth", 1_250, "stoneware"),
    "vase": (vase, ("Living", "Vases"), "Hearth", 3_400, "stoneware"),
    "lamp": (lamp, ("Living", "Lamps"), "Noor", 7_900, "linen"),
    "chair": (chair, ("Living", "Chairs"), "Noor", 12_900, "beech"),
    "cushion": (cushion, ("Living", "Cushions"), "Linden", 2_450, "linen"),
}


def products(folder: Path, side: int = 640) -> list[Product]:
    """The catalogue, with its pictures drawn into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return list(_products(folder, side))


def _products(folder: Path, side: int) -> Iterator[Product]:
    for row, (kind, (draw, category, brand, cents, material)) in enumerate(KINDS.items()):
        for column, (colour, rgb) in enumerate(COLOURS.items()):
            pattern = PATTERNS[(row + column) % 3] if (row + column) % 2 else "plain"
            id = f"{kind.lower().replace(' ', '-')}-{colour}"
            path = folder / f"{id}.png"
            if not path.exists():
                sheet = Sheet(rgb, pattern, side)
                draw(sheet)
                sheet.done().save(path)
            look = "" if pattern == "plain" else f"{pattern} "
            yield Product(
                id=id,
                title=f"{colour.title()} {look}{kind}",
                description=f"A {look}{kind} in {colour}, made of {material}. Made to be used every day, for years.",
                brand=brand,
                category=category,
                attributes={"colour": colour, "material": material, "pattern": pattern},
                price=Price(cents + 150 * (column % 4), "EUR"),
                rating=3.6 + ((row * 3 + column) % 14) / 10,
                rating_count=7 + 13 * ((row * 5 + column * 3) % 29),
                availability="out_of_stock" if (row, column) == (3, 5) else "in_stock",
                url=f"https://shop.example/{id}",
                variants=tuple(_variants(id, kind, cents)),
                media=(Media(str(path)),),
                relations={"goes_with": (f"cushion-{colour}",)} if kind == "chair" else {},
            )


def _variants(id: str, kind: str, cents: int) -> Iterator[Variant]:
    if kind == "T-shirt":
        for number, size in enumerate("SML"):
            gone = "out_of_stock" if size == "L" else "in_stock"
            yield Variant(
                id=f"{id}-{size}", options={"size": size}, price=Price(cents + 300 * number, "EUR"), availability=gone
            )
