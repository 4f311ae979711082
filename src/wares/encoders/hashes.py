"""Perceptual hashes as features, so that they are kept once per content like those of any other tower."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from wares.encoders.base import Tower
from wares.media import hashing
from wares.records import Modality

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders.base import Content, Vectors


class HashTower(Tower):
    """RGB picture → its hash, shape (256,): 1 for a bit that is set and -1 for another; zeros for a plain picture."""

    name = "phash"
    fingerprint = f"phash-{hashing.BITS}:{hashing.VERSION}"
    modality: Modality = "image"
    dims = hashing.BITS

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return np.stack([self._one(picture) for picture in cast("Sequence[Image]", batch)])

    def _one(self, picture: Image) -> Vectors:
        value = hashing.picture_hash(picture)
        row: Vectors = np.zeros(self.dims, np.float32)
        return row if value is None else np.where(hashing.unpack(value), np.float32(1), np.float32(-1))


def value(row: Vectors) -> int | None:
    """The hash that a row of :class:`HashTower` holds; None for that of a plain picture."""
    return hashing.pack(row > 0) if row.any() else None
