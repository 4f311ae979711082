"""Colours as numbers: what is in a picture, and what is said in words, over the same short list of names.

The goods in a picture are told from the background by their difference to the colour of the border; the outline
is filled, so that a white shirt on white paper counts as white; and the middle counts more than the edge.
Differences are taken in CIELAB (CIE 15:2004, D65), where distance is close to the difference that is seen.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from wares.encoders.colour_names import PRIORS, PROTOTYPES

if TYPE_CHECKING:
    from PIL.Image import Image

Floats: TypeAlias = npt.NDArray[np.float32]
Bytes: TypeAlias = npt.NDArray[np.uint8]

#: Changes when the numbers for a picture or a text would.
VERSION = 1
NAMES: tuple[str, ...] = tuple(PROTOTYPES)
#: Pictures are looked at in SIDE × SIDE pixels, and colours are looked up at BITS per channel.
SIDE, BITS = 64, 5

# CIELAB distances: how soft names part from each other; a pixel nearer to the border colour than FAINT is background,
# one further than CLEAR is not. Lightness counts less than hue, for shadows change it.
_SOFTNESS, _FAINT, _CLEAR, _LIGHTNESS = 5.0, 4.0, 16.0, 0.6
# How fast attention falls off from the middle, as a share of the side, and the share of pixels below which no goods
# were found and the whole middle counts.
_SPREAD, _FEWEST = 0.3, 0.02
# sRGB (IEC 61966-2-1) to XYZ, over the white point D65.
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
) / np.array([[0.95047], [1.0], [1.08883]])


def of_picture(image: Image) -> Floats:
    """How much of each of :data:`NAMES` the goods in a picture show: shape (names,), unit length.

    Each number is the square root of a share of the area, so that a dot product of two pictures compares their
    shares (Bhattacharyya's coefficient) and a small coloured part is not drowned.
    """
    return of_pixels(*focused(image))


def focused(image: Image) -> tuple[Bytes, Floats]:
    """A picture's RGB pixels, (SIDE, SIDE, 3), and where the goods are in them (:func:`attention`)."""
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), reducing_gap=2.0))
    return small, attention(small)


def of_pixels(pixels: Bytes, weights: Floats) -> Floats:
    """As :func:`of_picture`, of what :func:`focused` gave."""
    shares = _shares(pixels, weights)
    weighted = np.sqrt(shares) * _priors()
    return np.asarray(weighted / max(float(np.linalg.norm(weighted)), 1e-9), dtype=np.float32)


def attention(pixels: Bytes) -> Floats:
    """Where the goods are in RGB ``pixels`` of shape (height, width, 3): weights (height, width) that sum to one."""
    colours = lab(pixels)
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    distance = np.linalg.norm(colours - np.median(border, axis=0), axis=-1)
    goods = np.clip((distance - _FAINT) / (_CLEAR - _FAINT), 0.0, 1.0)
    goods = np.maximum(goods, _filled(goods > 0.3))
    middle = _middle(*goods.shape)
    weights = goods * middle
    if weights.sum() < _FEWEST * weights.size:
        weights = middle
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def lab(rgb: Bytes) -> Floats:
    """sRGB bytes of shape (..., 3) → CIELAB of the same shape: L 0 to 100, a and b about -100 to 100."""
    xyz = _linear_light()[rgb] @ _TO_XYZ.T.astype(np.float32)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1).astype(np.float32)


def cells(pixels: Bytes) -> npt.NDArray[np.int32]:
    """The place in the lookup grid of each pixel: (height, width, 3) → (height, width)."""
    code = (pixels >> (8 - BITS)).astype(np.int32)
    return (code[..., 0] << 2 * BITS) | (code[..., 1] << BITS) | code[..., 2]


def grid() -> Floats:
    """The middle colour of each place in the lookup grid, in CIELAB: shape (cells, 3)."""
    step = 256 >> BITS
    values = np.arange(0, 256, step, dtype=np.uint8) + np.uint8(step // 2)
    return lab(np.stack(np.meshgrid(values, values, values, indexing="ij"), axis=-1).reshape(-1, 3))


def examples(name: str) -> Floats:
    """What a name looks like, in CIELAB: shape (examples, 3)."""
    return lab(np.array([list(bytes.fromhex(code)) for code in PROTOTYPES[name].split()], dtype=np.uint8))


def _shares(pixels: Bytes, weights: Floats) -> Floats:
    return np.asarray(weights.ravel() @ _table()[cells(pixels).ravel()], dtype=np.float32)


def _filled(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Pixels that lie between two of the mask both in their row and in their column."""
    either = np.logical_or.accumulate
    across = either(mask, 1) & either(mask[:, ::-1], 1)[:, ::-1]
    down = either(mask, 0) & either(mask[::-1], 0)[::-1]
    return np.asarray(across & down)


@lru_cache(maxsize=4)
def _middle(height: int, width: int) -> Floats:
    y = (np.arange(height) - (height - 1) / 2)[:, None] / height
    x = (np.arange(width) - (width - 1) / 2)[None, :] / width
    return np.exp(-(y * y + x * x) / (2 * _SPREAD**2)).astype(np.float32)


@lru_cache(maxsize=1)
def _linear_light() -> Floats:
    """Linear light of each of the 256 byte values of sRGB."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


@lru_cache(maxsize=1)
def _priors() -> Floats:
    return np.array([PRIORS[name] for name in NAMES], dtype=np.float32)


@lru_cache(maxsize=1)
def _table() -> Floats:
    """For every colour of the lookup grid, how far it is each name: shape (cells, names), rows sum to one."""
    middles = grid()
    scale = np.array([_LIGHTNESS, 1.0, 1.0], dtype=np.float32)
    nearest = np.stack([_squared(middles * scale, examples(name) * scale).min(axis=1) for name in NAMES], axis=1)
    closeness = np.exp(-(nearest - nearest.min(axis=1, keepdims=True)) / (2 * _SOFTNESS**2))
    return np.asarray(closeness / closeness.sum(axis=1, keepdims=True), dtype=np.float32)


def _squared(a: Floats, b: Floats) -> Floats:
    return np.asarray(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=-1), dtype=np.float32)
