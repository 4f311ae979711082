"""Pictures that look alike: what the network sees and the colours of the goods, in one space of pictures only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wares.encoders.base import Encoder, unit
from wares.encoders.efficientnet import COLOURS, POOLED, PictureTower

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

SPACE = "look"
#: Dimensions of a vector, and the weight of the colours beside the network's 1; chosen by ``benchmarks/pictures.py``.
DIMS, COLOUR_WEIGHT = 512, 0.5
_SEED = 20140426
_VERSION = 1


class LookEncoder(Encoder):
    """Pooled features, reduced by a fixed random projection, and colours beside them.

    The projection has orthonormal rows (made from a seed: the same everywhere) and so keeps angles up to a few
    hundredths (Johnson and Lindenstrauss, 1984), on any catalogue.
    """

    def __init__(self, tower: PictureTower) -> None:
        super().__init__(tower, SPACE, dims=DIMS, fingerprint=f"look:{_VERSION}:{DIMS}:{COLOUR_WEIGHT}")
        colours = COLOURS.stop - COLOURS.start
        self._projection = orthonormal(POOLED.stop, DIMS - colours)

    def project(self, features: Vectors) -> Vectors:
        shapes = unit(features[:, POOLED] @ self._projection)
        return unit(np.concatenate([shapes, np.float32(COLOUR_WEIGHT) * features[:, COLOURS]], axis=1))


def orthonormal(rows: int, columns: int) -> Vectors:
    """A matrix of shape (rows, columns) with orthonormal columns, rows ≥ columns, from a fixed seed."""
    noise = np.random.Generator(np.random.PCG64(_SEED)).standard_normal((rows, columns))
    q, r = np.linalg.qr(noise)
    return np.asarray(q * np.sign(np.diag(r)), dtype=np.float32)
