"""Histograms of oriented gradients: where in the picture edges run, and in which direction.

Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", 2005, with their nine directions and blocks
of two cells by two, normalised and clipped. It knows shapes at their place and no colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from skimage.feature import hog

from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.classic.base import Baseline
from wares.encoders.framing import letterbox
from wares.records import Modality

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders.base import Content, Vectors

#: The side of the square that a picture is fitted into, that of a cell, both in pixels; directions; cells of a block.
SIDE, CELL, DIRECTIONS, BLOCK = 128, 16, 9, 2
_BLOCKS = SIDE // CELL - BLOCK + 1
_VERSION = 1


class Hog(Baseline):
    """Has nothing to learn."""

    modality = "image"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        return Encoder(HogTower(), "hog")


class HogTower(Tower):
    """RGB picture → directions of edges by block at unit length; zeros for a plain picture."""

    name = "hog"
    fingerprint = f"hog:{_VERSION}:{SIDE}:{CELL}:{DIRECTIONS}:{BLOCK}"
    modality: Modality = "image"
    dims = _BLOCKS * _BLOCKS * BLOCK * BLOCK * DIRECTIONS

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return unit(np.stack([gradients(picture) for picture in cast("Sequence[Image]", batch)]))


def gradients(picture: Image) -> Vectors:
    """Shape (dims,), in the order of blocks by row and column, cells within, and directions."""
    grey = np.asarray(letterbox(picture, SIDE).convert("L"), dtype=np.float32) / np.float32(255)
    found = hog(grey, DIRECTIONS, (CELL, CELL), (BLOCK, BLOCK), block_norm="L2-Hys", feature_vector=True)
    return np.asarray(found, dtype=np.float32)
