"""Latent semantic analysis: TF-IDF, projected on the directions in which the catalogue's texts differ most.

Words that stand in the same texts fall together, so that a text is also found by a word it lacks (Deerwester et al.,
"Indexing by Latent Semantic Analysis", 1990).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from wares.encoders import tokens
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.classic.base import Baseline, digest, leading
from wares.encoders.classic.vocabulary import Vocabulary
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

#: A word of a single text falls together with no other.
DIMS, LEAST = 200, 2
_VERSION = 1


class Lsa(Baseline):
    """Learns the vocabulary and the leading right singular vectors of the catalogue's TF-IDF rows."""

    modality = "text"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        texts = cast("Sequence[str]", contents)
        vocabulary = Vocabulary(texts, least=LEAST)
        rows = _normed(vocabulary, texts)
        # In all directions that a small catalogue spans, nothing would fall together: LSA would be TF-IDF.
        _, axes = leading(rows, min(DIMS, max(1, min(rows.shape) // 2)), self.seed)
        return Encoder(LsaTower(vocabulary, axes), "lsa")


class LsaTower(Tower):
    """Text → its place along each direction; zeros without a known word. ``axes`` is (words, dims)."""

    name = "lsa"
    modality: Modality = "text"
    batch_size = 1024

    def __init__(self, vocabulary: Vocabulary, axes: Vectors) -> None:
        self._vocabulary = vocabulary
        self._axes = axes
        self.dims = axes.shape[1]
        learnt = digest(list(vocabulary.terms), vocabulary.idf, axes)
        self.fingerprint = f"lsa:{_VERSION}:tokens-{tokens.VERSION}:{learnt}"

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        return unit(np.asarray(_normed(self._vocabulary, cast("Sequence[str]", batch)) @ self._axes, np.float32))


def _normed(vocabulary: Vocabulary, texts: Sequence[str]) -> Any:
    """TF-IDF rows at unit length, sparse."""
    rows = vocabulary.weights(texts)
    lengths = np.sqrt(rows.power(2).sum(axis=1))
    rows.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(rows.indptr)).astype(np.float32)
    return rows
