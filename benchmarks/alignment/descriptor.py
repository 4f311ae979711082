"""Colours of a picture in 151 numbers, for the yardstick: a reconstruction, as the first was not written down.

A soft histogram of CIELAB over the goods (as :func:`wares.encoders.colour.attention` finds them), five steps along
each axis, square roots of shares; then means, deviations and quantiles of the three.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt

from wares.encoders import colour
from wares.encoders.base import Tower
from wares.encoders.framing import letterbox
from wares.records import Modality

if TYPE_CHECKING:
    from PIL.Image import Image

    from benchmarks.pictures import Rows
    from wares.encoders.base import Content

#: Middles of the cells along each axis of CIELAB.
_AXES = ((10.0, 30.0, 50.0, 70.0, 90.0), (-40.0, -14.0, 0.0, 14.0, 40.0), (-40.0, -14.0, 0.0, 14.0, 40.0))
_SCALE = np.array([100.0, 60.0, 60.0], dtype=np.float32)
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class ColourTower(Tower):
    """RGB picture → 151 numbers: 125 of the histogram, 11 of moments, 15 quantiles."""

    name = "soft-lab"
    fingerprint = f"soft-lab:1:{colour.VERSION}"
    modality: Modality = "image"
    dims = 151

    def encode_batch(self, batch: Sequence[Content]) -> Rows:
        return np.stack([_one(picture) for picture in cast("Sequence[Image]", batch)])


def _one(picture: Image) -> Rows:
    pixels = np.asarray(letterbox(picture, colour.SIDE))
    weights = colour.attention(pixels).ravel()
    lab = colour.lab(pixels).reshape(-1, 3)
    shares = [_shares(lab[:, at], np.array(axis, dtype=np.float32)) for at, axis in enumerate(_AXES)]
    histogram = np.sqrt(np.einsum("p,pi,pj,pk->ijk", weights, *shares, optimize=True).ravel())
    scaled = lab / _SCALE
    mean = weights @ scaled
    deviation = np.sqrt(weights @ (scaled - mean) ** 2)
    chroma = np.hypot(scaled[:, 1], scaled[:, 2])
    order = np.argsort(scaled, axis=0)
    below = np.cumsum(weights[order], axis=0)
    places = np.stack([(below < share).sum(axis=0) for share in _QUANTILES]).clip(max=len(lab) - 1)
    quantiles = np.take_along_axis(np.take_along_axis(scaled, order, axis=0), places, axis=0).ravel()
    rest = [weights @ chroma, np.sqrt(weights @ (chroma - weights @ chroma) ** 2)]
    rest += [float(np.cov(scaled[:, 1], scaled[:, 2], aweights=weights)[0, 1]), *scaled[_border()].mean(axis=0)[:2]]
    return np.concatenate([histogram, mean, deviation, rest, quantiles]).astype(np.float32)


def _shares(values: Rows, middles: Rows) -> Rows:
    """How far each value is of each cell: linear between two middles, and of the outermost beyond them."""
    at = np.clip(np.searchsorted(middles, values) - 1, 0, len(middles) - 2)
    upper = np.clip((values - middles[at]) / (middles[at + 1] - middles[at]), 0, 1)
    shares = np.zeros((len(values), len(middles)), dtype=np.float32)
    rows = np.arange(len(values))
    shares[rows, at], shares[rows, at + 1] = 1 - upper, upper
    return shares


def _border() -> npt.NDArray[np.bool_]:
    edge = np.zeros((colour.SIDE, colour.SIDE), dtype=bool)
    edge[0] = edge[-1] = edge[:, 0] = edge[:, -1] = True
    return edge.ravel()
