"""The network that composes: one question vector out of something to be like and words.

    a, t, u       the sums of what is wanted alike, of the words wanted, and of those not meant, by their weights
    g             = 2 σ(G [P t; P u])            what of a is kept, dimension by dimension
    q             = g ⊙ a + s_t ⊙ t − s_u ⊙ u + R (P t) − Q (P u)

at unit length: a gate and a residual, as in TIRG (Vo et al., "Composing Text and Image for Image Retrieval — An
Empirical Odyssey", CVPR 2019), of low rank, since a catalogue teaches by hundreds of differences and not by millions.
With G, R and Q of 0 it is the sum of the vectors, weighed as the asker weighs the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.fusion.base import COMPOSED, Ask

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Floats

#: Directions of the words that gates and residuals are made of.
RANK = 16


class Mixed(NamedTuple):
    """What is composed: ``alike``, ``words`` and ``unwanted``, float32 of shape (…, dims); zeros for none."""

    alike: Floats
    words: Floats
    unwanted: Floats


class Composer(NamedTuple):
    """Its parameters, float32: ``read`` P (rank, dims); ``gate`` G (dims, 2 rank); ``residual`` R and ``away`` Q
    (dims, rank); ``scale`` s_t and ``scale_away`` s_u (dims,)."""

    read: Floats
    gate: Floats
    residual: Floats
    away: Floats
    scale: Floats
    scale_away: Floats

    @property
    def dims(self) -> int:
        return len(self.scale)

    def compose(self, mixed: Mixed) -> Floats:
        """Unit vectors of shape (…, dims); zeros where nothing is left."""
        made = self.raw(mixed)
        lengths = np.linalg.norm(made, axis=-1, keepdims=True)
        unit: Floats = np.divide(made, lengths, out=np.zeros_like(made), where=lengths > 1e-6)
        return unit

    def raw(self, mixed: Mixed) -> Floats:
        """The same before it is brought to unit length."""
        said, unsaid = mixed.words @ self.read.T, mixed.unwanted @ self.read.T
        kept = 2 / (1 + np.exp(-(np.concatenate([said, unsaid], axis=-1) @ self.gate.T)))
        added = self.scale * mixed.words + said @ self.residual.T
        taken = self.scale_away * mixed.unwanted + unsaid @ self.away.T
        return np.asarray(kept * mixed.alike + added - taken, dtype=self.scale.dtype)


def fresh(dims: int, seed: int) -> Composer:
    """One that adds and subtracts."""
    random = np.random.default_rng(seed)
    read = random.normal(0.0, 1.0, (RANK, dims)).astype(np.float32)
    zeros = np.zeros((dims, RANK), np.float32)
    ones = np.ones(dims, np.float32)
    return Composer(read, np.zeros((dims, 2 * RANK), np.float32), zeros, zeros, ones, ones)


def together(channel: str, dims: int, asks: Sequence[Ask], vectors: Sequence[Floats | None]) -> Mixed | None:
    """What the parts of a question ask of one channel; None unless there is something to be like, and words."""
    sides: dict[str, list[Floats]] = {"alike": [], "words": [], "unwanted": []}
    for ask, vector in zip(asks, vectors, strict=True):
        if ask.channel != channel or vector is None or len(vector) != dims or ask.kind == COMPOSED:
            continue
        side = ("words" if ask.part_weight > 0 else "unwanted") if ask.kind == "text" else "alike"
        if side == "alike" and ask.part_weight < 0:
            side = "unwanted"
        sides[side].append(np.float32(abs(ask.part_weight)) * np.asarray(vector, np.float32))
    if not sides["alike"] or not (sides["words"] or sides["unwanted"]):
        return None
    return Mixed(*(np.sum(own, axis=0) if own else np.zeros(dims, np.float32) for own in sides.values()))
