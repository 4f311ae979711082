"""Do we sell this? How near the nearest product looks, against what the shop's own pictures have, and foreign ones.

The distance to the nearest neighbours tells the known from the unknown without a word on what the unknown looks like
(Sun, Ming, Zhu and Li, "Out-of-Distribution Detection with Deep Nearest Neighbors", ICML 2022). The bound of the
own is a conformal one (Vovk, Gammerman and Shafer 2005): another picture like the shop's own falls below it with a
chance of at most :data:`REFUSED`. But photos that people take look less like a shop's pictures than these do like
each other. So only what lies below half the way down to drawn patterns, which no shop sells, counts as foreign; in
between nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

#: At most this share of pictures like the shop's own lies below the bound of the own; which takes so many of them.
REFUSED, FEWEST = 0.05, 20
#: How many patterns are drawn, their side in pixels, and the seed; a change of any needs another :data:`VERSION`.
PATTERNS, _SIDE, _SEED, VERSION = 64, 224, 7, 1


class Bounds(msgspec.Struct, frozen=True):
    """Scores of the nearest product: from ``own`` on a picture is of the shop's kind, below ``strange`` it is not."""

    own: float
    strange: float

    def known(self, score: float) -> bool | None:
        """True, False, or None in between."""
        return True if score >= self.own else False if score < self.strange else None


def bounds(own: Sequence[float], foreign: Sequence[float]) -> Bounds | None:
    """The bounds, of the nearest scores of the shop's own pictures (each without itself) and of foreign ones; None
    for fewer than :data:`FEWEST` of the first."""
    if len(own) < FEWEST:
        return None
    ordered = np.sort(np.asarray(own, np.float64))
    low = float(ordered[int(REFUSED * (len(ordered) + 1)) - 1])
    return Bounds(low, min(low, (low + float(np.median(foreign))) / 2))


def patterns() -> list[Image.Image]:
    """Pictures of nothing that is sold: soft spots, stripes, triangles, discs and boxes, the same each time."""
    random = np.random.default_rng(_SEED)
    draw = (_spots, _stripes, _triangles, _boxes)
    return [draw[at % len(draw)](random) for at in range(PATTERNS)]


def _colour(random: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = random.integers(0, 256, 3).tolist()
    return red, green, blue


def _spots(random: np.random.Generator) -> Image.Image:
    cells = int(random.integers(3, 24))
    pixels = random.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BICUBIC)


def _stripes(random: np.random.Generator) -> Image.Image:
    down, across = np.mgrid[:_SIDE, :_SIDE]
    turn, often = random.uniform(0, np.pi), random.uniform(0.02, 0.4)
    wave = (np.sin(often * (across * np.cos(turn) + down * np.sin(turn))) + 1)[..., None] / 2
    one, other = np.array(_colour(random)), np.array(_colour(random))
    return Image.fromarray((wave * one + (1 - wave) * other).astype(np.uint8))


def _triangles(random: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (_SIDE, _SIDE), _colour(random))
    pen = ImageDraw.Draw(image)
    for _ in range(int(random.integers(4, 40))):
        corners = [(float(x), float(y)) for x, y in random.integers(0, _SIDE, (3, 2))]
        pen.polygon(corners, fill=_colour(random))
    return image


def _boxes(random: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (_SIDE, _SIDE), _colour(random))
    pen = ImageDraw.Draw(image)
    for _ in range(int(random.integers(4, 40))):
        (x, y), (width, height) = random.integers(0, _SIDE, 2).tolist(), random.integers(5, 90, 2).tolist()
        shape = pen.ellipse if random.random() < 0.5 else pen.rectangle
        shape((x, y, x + width, y + height), fill=_colour(random))
    return image
