"""TF-IDF: a text is its words, each the heavier the rarer it is in the catalogue.

Weights are (1 + ln tf) × idf at unit length, so that a dot product is the cosine of the vector space model (Salton
and Buckley, "Term-Weighting Approaches in Automatic Text Retrieval", 1988).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from wares.encoders import tokens
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.classic.base import Baseline, digest
from wares.encoders.classic.vocabulary import Vocabulary
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

_VERSION = 1


class TfIdf(Baseline):
    """Learns the words of the catalogue and in how many texts each stands."""

    modality = "text"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        return Encoder(TfIdfTower(Vocabulary(cast("Sequence[str]", contents))), "tf-idf")


class TfIdfTower(Tower):
    """Text → one number for each word of the vocabulary, at unit length; zeros without a known word."""

    name = "tf-idf"
    modality: Modality = "text"
    batch_size = 256

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.dims = len(vocabulary)
        self.fingerprint = (
            f"tf-idf:{_VERSION}:tokens-{tokens.VERSION}:{digest(list(vocabulary.terms), vocabulary.idf)}"
        )

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        rows = self._vocabulary.weights(cast("Sequence[str]", batch)).toarray()
        return unit(np.asarray(rows, dtype=np.float32))
