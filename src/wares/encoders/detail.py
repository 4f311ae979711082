"""What a picture network cares little about, as numbers: the shades of the goods, and how their surface is.

A network that was trained to tell things apart has learnt to overlook colour and pattern; shoppers ask for both.
Everything is weighed by where the goods are (:func:`wares.encoders.colour.attention`).

* shades: shares of each example of :data:`~wares.encoders.colour_names.PROTOTYPES`, as square roots, then mean and
  deviation of the three CIELAB coordinates;
* surface: histograms of rotation-invariant uniform local binary patterns at two distances (Ojala, Pietikäinen and
  Mäenpää, "Multiresolution Gray-Scale and Rotation Invariant Texture Classification with Local Binary Patterns",
  2002), which tell plain from striped from rough;
* outlines: coarse histograms of oriented gradients (:func:`wares.encoders.texture.outlines`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from wares.encoders import colour
from wares.encoders.colour_names import PROTOTYPES
from wares.encoders.texture import CELLS, DIRECTIONS, outlines

if TYPE_CHECKING:
    from wares.encoders.base import Vectors
    from wares.encoders.colour import Bytes, Floats

#: Changes when the numbers for a picture would.
VERSION = 1

# CIELAB distance over which a pixel is shared among examples, and what scales coordinates to about 1.
_SOFTNESS, _LAB = 8.0, (100.0, 50.0, 50.0)
# Brightness of RGB (ITU-R BT.601).
_LUMA = (0.299, 0.587, 0.114)
# Distances at which a local binary pattern looks, in pixels of colour.SIDE, and its eight neighbours.
_REACH = (1, 3)
_AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
# A neighbour must be brighter by so much: paper and sky are not rough for the noise in them.
_NOTICED = 3.0
_PATTERNS = len(_AROUND) + 2
_COARSE = CELLS // 2

SHADES = sum(len(codes.split()) for codes in PROTOTYPES.values()) + 6
SURFACE = _PATTERNS * len(_REACH)
OUTLINES = _COARSE * _COARSE * DIRECTIONS
DIMS = SHADES + SURFACE + OUTLINES


def of_pixels(pixels: Bytes, weights: Floats) -> Floats:
    """Shades, surface and outlines, each at about unit length, of what :func:`~wares.encoders.colour.focused` gives
    for a picture: shape (DIMS,)."""
    grey = pixels.astype(np.float32) @ np.asarray(_LUMA, dtype=np.float32)
    return np.concatenate([_shades(pixels, weights), _surface(grey, weights), _outlines(grey)])


def _shades(pixels: Bytes, weights: Floats) -> Floats:
    filled = np.bincount(colour.cells(pixels).ravel(), weights.ravel(), 1 << 3 * colour.BITS)
    found = np.flatnonzero(filled)
    shares = np.sqrt(filled[found].astype(np.float32) @ _table()[found])
    lab = colour.lab(pixels).reshape(-1, 3) / np.asarray(_LAB, dtype=np.float32)
    flat = weights.ravel()
    mean = flat @ lab
    spread = np.sqrt(np.maximum(flat @ (lab - mean) ** 2, 0.0))
    return np.concatenate([shares, mean, spread]).astype(np.float32)


def _surface(grey: Floats, weights: Floats) -> Floats:
    """Square roots of the shares of each pattern: 0 to 8 brighter neighbours in one arc, or several arcs."""
    shares = []
    for reach in _REACH:
        padded = np.pad(grey, reach, mode="edge")
        height, width = grey.shape
        brighter = np.stack(
            [
                padded[reach * (1 + y) : reach * (1 + y) + height, reach * (1 + x) : reach * (1 + x) + width]
                > grey + _NOTICED
                for y, x in _AROUND
            ]
        )
        turns = (brighter != np.roll(brighter, 1, axis=0)).sum(axis=0)
        pattern = np.where(turns <= 2, brighter.sum(axis=0), len(_AROUND) + 1)
        shares.append(np.bincount(pattern.ravel(), weights.ravel(), _PATTERNS))
    return np.sqrt(np.concatenate(shares) / len(_REACH)).astype(np.float32)


def _outlines(grey: Floats) -> Floats:
    fine: Vectors = outlines(grey).reshape(_COARSE, 2, _COARSE, 2, DIRECTIONS) ** 2
    return np.asarray(np.sqrt(fine.sum(axis=(1, 3))).ravel(), dtype=np.float32)


@lru_cache(maxsize=1)
def _table() -> Floats:
    """For every colour of the lookup grid, how far it is each example: shape (cells, examples), rows sum to one."""
    cells = colour.grid()
    examples = np.concatenate([colour.examples(name) for name in PROTOTYPES])
    distance = ((cells**2).sum(axis=1)[:, None] - 2 * cells @ examples.T) + (examples**2).sum(axis=1)
    closeness = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / (2 * _SOFTNESS**2))
    return np.asarray(closeness / closeness.sum(axis=1, keepdims=True), dtype=np.float32)
