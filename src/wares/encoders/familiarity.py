"""How familiar a picture is to heads: whether it shows such things as they were fitted on.

What a network says of things that it never saw is noise said with confidence; what it was shown is told by how near
the features lie to those of the training pictures (Sun et al., "Out-of-Distribution Detection with Deep Nearest
Neighbors", 2022, here with the centres of clusters in place of all pictures). Where a picture is strange, the prior
speaks alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from wares.encoders.base import unit

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Centres at most, pictures to a centre at least, pictures that centres are sought among, and rounds of doing so.
MOST, EACH, AMONG, ROUNDS = 256, 8, 10_000, 10
#: Of pictures held out, the share that counts as strange, and the share from which on a picture counts as known.
STRANGE, KNOWN = 0.5, 5


class Familiar(msgspec.Struct, frozen=True, kw_only=True):
    """Centres (k, d) at unit length of standardised features, by ``mean`` and ``scale`` (d,), and the cosines to the
    nearest of them below which a picture is wholly strange, and above which it is wholly known."""

    centres: Any
    mean: Any
    scale: Any
    strange: float
    known: float

    def __call__(self, features: Vectors) -> Vectors:
        """Features (n, d) → 0 for strange to 1 for known, (n, 1)."""
        nearest = (self._scaled(features) @ self.centres.T).max(axis=1, keepdims=True)
        width = max(self.known - self.strange, 1e-6)
        return np.asarray(np.clip((nearest - self.strange) / width, 0, 1), dtype=np.float32)

    def _scaled(self, features: Vectors) -> Vectors:
        return unit(((features - self.mean) * self.scale).astype(np.float32))


def everything(width: int) -> Familiar:
    """To whom no picture is strange; of features of so many columns."""
    nothing = np.zeros((1, width), np.float32)
    return Familiar(centres=nothing, mean=nothing[0], scale=nothing[0], strange=-2.0, known=-1.0)


def learned(
    features: Vectors, held_out: Vectors, seed: int, bounds: tuple[float, float] = (STRANGE, KNOWN)
) -> Familiar:
    """What is familiar to heads that learned from ``features``; the bounds are those that pictures of the same
    catalogue keep that were ``held_out``: ``bounds`` are percentiles. Spherical k-means (Dhillon and Modha 2001)."""
    chance = np.random.default_rng(seed)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    scale = np.where(deviation > 1e-4, 1 / np.maximum(deviation, 1e-4), 0.0)
    rows = unit(((features - mean) * scale).astype(np.float32))
    if len(rows) > AMONG:
        rows = rows[chance.choice(len(rows), AMONG, replace=False)]
    count = max(1, min(MOST, len(rows) // EACH))
    centres = rows[chance.choice(len(rows), count, replace=False)]
    for _ in range(ROUNDS):
        nearest = (rows @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, rows)
        # A centre that lost all its pictures stays where it is.
        centres = unit(np.where(sums.any(axis=1, keepdims=True), sums, centres))
    mean, scale = mean.astype(np.float32), scale.astype(np.float32)
    found = Familiar(centres=centres, mean=mean, scale=scale, strange=0.0, known=1.0)
    nearest = (found._scaled(held_out) @ centres.T).max(axis=1)
    strange, known = (float(value) for value in np.percentile(nearest, bounds))
    return msgspec.structs.replace(found, strange=strange, known=known)
