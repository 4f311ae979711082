"""Word vectors learnt from the catalogue alone, and a text as the weighted mean of its words.

Two words are alike when they have the same neighbours. The vectors are those of the positive pointwise mutual
information of words and neighbours, factorised (Levy, Goldberg and Dagan, "Improving Distributional Similarity with
Lessons Learned from Word Embeddings", 2015: it does what word2vec does, without its training). A text is the mean of
its words, the frequent ones lighter, less the direction that all texts share (Arora, Liang and Ma, "A Simple but
Tough-to-Beat Baseline for Sentence Embeddings", 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from scipy import sparse

from wares.encoders import tokens
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.classic.base import Baseline, digest, leading
from wares.encoders.classic.vocabulary import Vocabulary, said
from wares.errors import CatalogueError
from wares.records import Modality

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

#: Dimensions, texts that a word must stand in, words on either side that are neighbours, the power that lifts rare
#: neighbours (0.75 in the paper), and the share of all words at which a word counts half (Arora et al.: 1e-4 … 1e-3).
DIMS, LEAST, WINDOW, SMOOTHED, FREQUENT = 128, 2, 5, 0.75, 1e-3
#: A text (of length 1) has something of its own when this much is left off the shared direction.
OWN = 1e-3
_VERSION = 1


class WordVectors(Baseline):
    """Learns a vector for each word of the catalogue, how frequent it is, and what all texts share."""

    modality = "text"

    def learn(self, contents: Sequence[Content]) -> Encoder:
        texts = cast("Sequence[str]", contents)
        vocabulary = Vocabulary(texts, least=LEAST)
        told = ppmi(neighbours(texts, vocabulary.terms))
        if not told.nnz:
            raise CatalogueError(f"no two words stand together in {len(texts):,} texts; nothing to learn")
        values, axes = leading(told, DIMS, self.seed)
        shares = np.asarray(vocabulary.counts(texts).sum(axis=0), dtype=np.float64)
        weights = FREQUENT / (FREQUENT + shares / shares.sum())
        vectors = (axes * np.sqrt(values) * weights[:, None]).astype(np.float32)
        _, shared = leading(unit(_sums(vocabulary, vectors, texts)), 1, self.seed)
        return Encoder(WordVectorTower(vocabulary, vectors, shared[:, 0]), "word-vectors")


class WordVectorTower(Tower):
    """Text → the sum of its words' vectors off the shared direction; zeros without a known word.

    ``vectors`` is (words, dims) with the weights in it, ``shared`` a unit vector (dims,).
    """

    name = "word-vectors"
    modality: Modality = "text"
    batch_size = 1024

    def __init__(self, vocabulary: Vocabulary, vectors: Vectors, shared: Vectors) -> None:
        self._vocabulary = vocabulary
        self._vectors = vectors
        self._shared = shared
        self.dims = vectors.shape[1]
        learnt = digest(list(vocabulary.terms), vectors, shared)
        self.fingerprint = f"word-vectors:{_VERSION}:tokens-{tokens.VERSION}:{learnt}"

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        rows = unit(_sums(self._vocabulary, self._vectors, cast("Sequence[str]", batch)))
        own = rows - np.outer(rows @ self._shared, self._shared)
        # Where a text has nothing of its own, what all share is better than the noise that is left.
        lengths = np.linalg.norm(own, axis=1, keepdims=True)
        return unit(np.where(lengths > OWN, own, rows))


def _sums(vocabulary: Vocabulary, vectors: Vectors, texts: Sequence[str]) -> Vectors:
    return np.asarray(vocabulary.counts(texts) @ vectors, dtype=np.float32)


def neighbours(texts: Sequence[str], terms: dict[str, int]) -> Any:
    """How often two words stand at most ``WINDOW`` words apart: sparse and symmetric, (words, words)."""
    size = len(terms)
    lines = [[terms[token] for token in said(text) if token in terms] for text in texts]
    # The line's number parts texts from each other in one long row of words.
    words = np.array([word for line in lines for word in line], dtype=np.int64)
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    total = sparse.csr_array((size, size), dtype=np.float64)
    for apart in range(1, WINDOW + 1):
        left, right = words[:-apart], words[apart:]
        same = owners[:-apart] == owners[apart:]
        pairs = (left[same], right[same])
        total = total + sparse.coo_array((np.ones(len(pairs[0])), pairs), shape=(size, size)).tocsr()
    return total + total.T


def ppmi(near: Any) -> Any:
    """max(0, ln P(word, neighbour) / (P(word) P'(neighbour))), sparse, where P' is the smoothed share."""
    pairs = near.tocoo()
    sums = np.asarray(near.sum(axis=0), dtype=np.float64)
    lifted = sums**SMOOTHED
    words = sums / max(sums.sum(), 1.0)
    contexts = lifted / max(lifted.sum(), 1.0)
    row, column = pairs.coords
    share = pairs.data / max(sums.sum(), 1.0)
    found = np.log(share / (words[row] * contexts[column]))
    kept = found > 0
    return sparse.csr_array((found[kept].astype(np.float32), (row[kept], column[kept])), shape=near.shape)
