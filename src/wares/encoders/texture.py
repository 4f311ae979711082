"""Pictures without any network: their outlines and their colours. What looks alike is near; what it is stays unknown.

Outlines are histograms of oriented gradients (Dalal and Triggs, "Histograms of Oriented Gradients for Human
Detection", 2005) over a grid of cells; colours are the named shares of :mod:`wares.encoders.colour`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from wares.encoders import colour
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.framing import letterbox
from wares.records import Modality

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders.base import Content, Vectors
    from wares.settings import Environment

SPACE = "basic-look"
#: Cells along a side, directions of a gradient (of half a turn), and the weight of colours beside the outlines' 1.
CELLS, DIRECTIONS, COLOUR_WEIGHT = 8, 8, 0.7
_SIDE = 64
_VERSION = 1


class TextureTower(Tower):
    """RGB picture → outlines (cells × cells × directions) at unit length, then colours. Thread-safe."""

    name = "texture"
    fingerprint = f"texture:{_VERSION}:colour-{colour.VERSION}"
    modality: Modality = "image"
    dims = CELLS * CELLS * DIRECTIONS + len(colour.NAMES)
    shows = slice(0, CELLS * CELLS * DIRECTIONS)

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return np.stack([self._one(picture) for picture in cast("Sequence[Image]", batch)])

    def _one(self, picture: Image) -> Vectors:
        square = letterbox(picture, _SIDE)
        grey = np.asarray(square.convert("L"), dtype=np.float32)
        return np.concatenate([outlines(grey), colour.of_picture(square)])


class TextureEncoder(Encoder):
    """Outlines and colours, weighed against each other."""

    def __init__(self, tower: TextureTower) -> None:
        super().__init__(tower, SPACE, fingerprint=f"{_VERSION}:{COLOUR_WEIGHT}")

    def project(self, features: Vectors) -> Vectors:
        shapes, colours = np.split(features, [self.dims - len(colour.NAMES)], axis=1)
        return unit(np.concatenate([shapes, np.float32(COLOUR_WEIGHT) * colours], axis=1))


def basic(environment: Environment) -> Encoder:
    """The picture encoder of the model "basic"; it needs nothing of ``environment``."""
    return TextureEncoder(TextureTower())


def outlines(grey: Vectors) -> Vectors:
    """Brightness of shape (side, side), 0 to 255 → how much edge runs in each direction in each cell, as one row at
    unit length; zeros for a plain picture. Square roots keep one strong edge from hiding the rest."""
    down, across = np.gradient(grey)
    strength = np.hypot(down, across)
    turn = np.arctan2(down, across) % np.pi * (DIRECTIONS / np.pi)
    lower = np.floor(turn)
    share = turn - lower
    cell = np.arange(len(grey)) * CELLS // len(grey)
    base = (cell[:, None] * CELLS + cell[None, :]) * DIRECTIONS
    bins = np.zeros(CELLS * CELLS * DIRECTIONS)
    for direction, weight in ((lower, 1 - share), (lower + 1, share)):
        place = base + direction.astype(np.intp) % DIRECTIONS
        bins += np.bincount(place.ravel(), (strength * weight).ravel(), len(bins))
    row: Vectors = unit(np.sqrt(bins)[None].astype(np.float32))[0]
    return row
