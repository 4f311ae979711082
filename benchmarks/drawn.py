"""Boxes of goods that look alike but for what is written on them, drawn and photographed by lot.

All names are invented. A box is 900 × 700 pixels: a brand, what it is, how much, a line of small print that all
share, and the bars of an EAN-13. Its photograph is turned (upright, on a side, on its head, each ± 12°), seen at an
angle (each corner moved by up to 7 % of the side), made smaller, blurred, made noisy and saved as a JPEG.
"""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from wares.errors import SetupError

FONTS = Path("/usr/share/fonts/opentype/noto")
FACES = ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")
_PAPER, _INK, _GROUND = (238, 228, 200), (28, 36, 74), (150, 140, 128)

#: By language: brands, kinds, sizes, small print.
SAID: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]] = {
    "en": (
        ("Nordhaven", "Calmora", "Tessaly Farm", "Brightfen", "Oakmere & Co", "Lumeda"),
        ("Oat Drink", "Almond Drink", "Tomato Soup", "Green Tea", "Peach Jam"),
        ("250 ml", "500 ml", "1.5 L", "12 x 330 ml"),
        "Keep refrigerated after opening. Best before: see lid.",
    ),
    "zh": (
        ("青禾坊", "南溪", "云岭牧场", "百川谷", "晨露", "山月记"),
        ("燕麦饮", "纯牛奶", "番茄汤", "绿茶", "桃子酱"),
        ("净含量 250 毫升", "净含量 500 毫升", "净含量 1.5 升", "330 毫升 x 12"),
        "开封后请冷藏保存，保质期见瓶盖。",
    ),
}

#: By how hard they are: the longest side of a photograph, the radius of its blur, its noise, its JPEG quality.
SHOTS = {"near": (1000, 0.6, 4, 80), "usual": (640, 0.8, 7, 65), "far": (400, 0.9, 9, 50)}


class Box(NamedTuple):
    """A box of goods: what is written on it, line by line, and the digits of its code."""

    language: str
    lines: tuple[str, str, str]
    small: str
    ean: str
    face: str


class Shot(NamedTuple):
    """A photograph of a box, how hard it is, and by how many quarters it is turned."""

    box: int
    kind: str
    quarters: int
    image: Image.Image


def boxes(count: int, lots: random.Random) -> list[Box]:
    """Different boxes, half of them English and half Chinese."""
    found = []
    for language, (brands, kinds, sizes, small) in SAID.items():
        for lines in lots.sample(list(itertools.product(brands, kinds, sizes)), count // len(SAID)):
            digits = f"{lots.choice(('400', '690', '500'))}{lots.randrange(10**9):09}"
            found.append(Box(language, lines, small, digits + check_digit(digits), lots.choice(FACES)))
    return found


def check_digit(digits: str) -> str:
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return str(-total % 10)


def drawn(box: Box) -> Image.Image:
    """The box, straight from the front."""
    if not FONTS.is_dir():
        raise SetupError(f"{FONTS} is not there; install the fonts: apt install fonts-noto-cjk")
    image = Image.new("RGB", (900, 700), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 900, 24), fill=(40, 110, 90))
    draw.ellipse((640, 60, 860, 280), fill=(200, 120, 60))
    for text, top, height in zip((*box.lines, box.small), (50, 170, 270, 640), (72, 52, 40, 22), strict=True):
        draw.text((50, top), text, fill=_INK, font=ImageFont.truetype(str(FONTS / box.face), height))
    image.paste(bars(box.ean).resize((452, 170), Image.Resampling.NEAREST), (400, 420))
    return image


def shots(all_boxes: list[Box], lots: random.Random) -> Iterator[Shot]:
    """A photograph of each box, of each kind in turn."""
    for number, (box, kind) in enumerate(zip(all_boxes, itertools.cycle(SHOTS), strict=False)):
        quarters = lots.choice((0, 0, 0, 1, 2, 3))
        yield Shot(number, kind, quarters, photographed(drawn(box), kind, quarters, lots))


def photographed(image: Image.Image, kind: str, quarters: int, lots: random.Random) -> Image.Image:
    """The picture as a camera of that kind sees it."""
    longest, blur, noise, quality = SHOTS[kind]
    turned = image.rotate(90 * quarters + lots.uniform(-12, 12), Image.Resampling.BICUBIC, True, fillcolor=_GROUND)
    seen = _at_an_angle(turned, lots)
    seen.thumbnail((longest, longest), Image.Resampling.BICUBIC)
    seen = seen.filter(ImageFilter.GaussianBlur(blur))
    grain = np.random.default_rng(lots.randrange(1 << 32)).normal(0, noise, (seen.height, seen.width, 1))
    grainy = Image.fromarray(np.clip(np.asarray(seen) + grain, 0, 255).astype(np.uint8))
    saved = io.BytesIO()
    grainy.save(saved, "JPEG", quality=quality)
    return Image.open(saved).convert("RGB")


def _at_an_angle(image: Image.Image, lots: random.Random) -> Image.Image:
    width, height = image.size
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    moved = [(x + lots.uniform(-0.07, 0.07) * width, y + lots.uniform(-0.07, 0.07) * height) for x, y in corners]
    rows, wanted = [], []
    for (x, y), (u, v) in zip(corners, moved, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    data = np.linalg.solve(np.array(rows, float), np.array(wanted, float)).tolist()
    return image.transform(image.size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BICUBIC, fillcolor=_GROUND)


# ISO/IEC 15420: the digits of the left half with odd parity; even parity is the right half's pattern backwards.
_ODD = ("0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111", "0001011")
_RIGHT = tuple("".join("10"[int(bit)] for bit in digit) for digit in _ODD)
_EVEN = tuple(digit[::-1] for digit in _RIGHT)
_PARITY = ("OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE", "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO")


def bars(ean: str) -> Image.Image:
    """The bars of an EAN-13, one pixel a module, with their quiet zones."""
    kinds = _PARITY[int(ean[0])]
    left = "".join((_ODD if kind == "O" else _EVEN)[int(digit)] for digit, kind in zip(ean[1:7], kinds, strict=True))
    right = "".join(_RIGHT[int(digit)] for digit in ean[7:])
    quiet = "0" * 9
    bits = f"{quiet}101{left}01010{right}101{quiet}"
    return Image.fromarray(np.array([[0 if bit == "1" else 255 for bit in bits]], np.uint8))
