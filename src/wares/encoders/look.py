"""Pictures that look alike: what the network sees and the colours of the goods, in one space of pictures only.

What the network sees is projected on the directions by which its classifier tells things apart: the leading right
singular vectors of its weights. That needs no pictures to learn from, and what it drops is mostly noise: a fifth of
the dimensions finds more than all of them do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wares.encoders.base import Encoder, unit
from wares.encoders.derived import kept
from wares.encoders.efficientnet import COLOURS, POOLED, PictureTower
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

SPACE = "look"
#: Dimensions kept of the network's, and the weight of the colours beside its 1; chosen by ``benchmarks/pictures.py``.
KEPT, COLOUR_WEIGHT = 256, 0.5
_VERSION = 1


class LookEncoder(Encoder):
    """Projected pooled features with the colours beside them. ``axes`` has orthonormal columns, (1280, kept)."""

    def __init__(self, tower: PictureTower, axes: Vectors, fingerprint: str) -> None:
        dims = axes.shape[1] + COLOURS.stop - COLOURS.start
        super().__init__(tower, SPACE, dims=dims, fingerprint=f"look:{_VERSION}:{COLOUR_WEIGHT}:{fingerprint}")
        self._axes = axes

    def project(self, features: Vectors) -> Vectors:
        seen = unit(features[:, POOLED] @ self._axes)
        return unit(np.concatenate([seen, np.float32(COLOUR_WEIGHT) * unit(features[:, COLOURS])], axis=1))


def axes(tower: PictureTower, environment: Environment) -> tuple[Vectors, str]:
    """The projection of a tower's pooled features, and its fingerprint. Kept in the cache."""
    made_from = f"{_VERSION}\n{tower.fingerprint}\n{KEPT}"
    return kept(environment, "look-axes", made_from, lambda: leading(tower.classifier()[0], KEPT))


def leading(weight: Vectors, count: int) -> Vectors:
    """The first ``count`` right singular vectors of the rows' differences from their mean, as columns, each with its
    largest number positive (so that they are the same wherever they are worked out)."""
    rows = weight.astype(np.float64)
    rows -= rows.mean(axis=0)
    _, vectors = np.linalg.eigh(rows.T @ rows)
    columns = vectors[:, ::-1][:, :count]
    largest = np.take_along_axis(columns, np.abs(columns).argmax(axis=0)[None], axis=0)
    return np.asarray(columns * np.sign(largest), dtype=np.float32)
