"""Colour histograms: how much of a picture has each hue, saturation and value together.

Where a thing lies in the picture does not matter, and the ground counts as much as the thing (Swain and Ballard,
"Color Indexing", 1991). Square roots of the shares make the dot product Bhattacharyya's coefficient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from PIL import Image

from wares.encoders.base import Encoder, Tower
from wares.encoders.classic.base import Baseline
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

#: Bins of hue, saturation and value: hue tells the most. Pictures are looked at in SIDE × SIDE pixels.
HUES, SATURATIONS, VALUES, SIDE = 16, 4, 4, 64
_VERSION = 1


class ColourHistogram(Baseline):
    """Has nothing to learn."""

    modality = "image"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        return Encoder(ColourTower(), "colour-histogram")


class ColourTower(Tower):
    """RGB picture → the square root of each bin's share of the pixels; unit length by construction."""

    name = "colour-histogram"
    fingerprint = f"colour-histogram:{_VERSION}:{HUES}x{SATURATIONS}x{VALUES}"
    modality: Modality = "image"
    dims = HUES * SATURATIONS * VALUES

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return np.stack([histogram(picture) for picture in cast("Sequence[Image.Image]", batch)])


def histogram(picture: Image.Image) -> Vectors:
    """Shape (dims,), bins in the order of hue, saturation, value."""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    hsv = np.asarray(small.convert("HSV"), dtype=np.intp).reshape(-1, 3)
    hue, saturation, value = (hsv * (HUES, SATURATIONS, VALUES) // 256).T
    counts = np.bincount((hue * SATURATIONS + saturation) * VALUES + value, minlength=ColourTower.dims)
    return np.asarray(np.sqrt(counts / counts.sum()), dtype=np.float32)
