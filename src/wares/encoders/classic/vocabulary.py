"""The words of a catalogue: which there are, in how many texts each stands, and how often in each text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from wares.encoders import tokens
from wares.errors import CatalogueError

#: Words beyond so many, the rarest first, are left out: a dense batch of rows stays below 64 MB.
MOST = 60_000


class Vocabulary:
    """Tokens in alphabetical order with their inverse document frequencies, learnt from ``texts``.

    Words of fewer texts than ``least`` are left out, unless that leaves none. ``idf`` is ln((1 + N) / (1 + n)) + 1
    for a word that n of N texts have, so that a word of all texts still counts.
    Raises :class:`CatalogueError` when no text has a word.
    """

    def __init__(self, texts: Sequence[str], *, least: int = 1, most: int = MOST) -> None:
        holders = Counter(token for text in texts for token in set(said(text)))
        if not holders:
            raise CatalogueError(f"there is no word in {len(texts):,} texts to learn from")
        often = [token for token in holders if holders[token] >= least] or list(holders)
        kept = sorted(often, key=lambda token: (-holders[token], token))[:most]
        self.terms = {token: column for column, token in enumerate(sorted(kept))}
        self.idf = np.array(
            [math.log((1 + len(texts)) / (1 + holders[token])) + 1 for token in self.terms], dtype=np.float32
        )

    def __len__(self) -> int:
        return len(self.terms)

    def counts(self, texts: Sequence[str]) -> Any:
        """How often each word stands in each text: a sparse array (texts, words). Unknown words are left out."""
        columns: list[int] = []
        values: list[int] = []
        ends = [0]
        for text in texts:
            for token, count in sorted(Counter(said(text)).items()):
                if token in self.terms:
                    columns.append(self.terms[token])
                    values.append(count)
            ends.append(len(columns))
        shape = (len(texts), len(self))
        return sparse.csr_array((np.array(values, np.float32), np.array(columns, np.int32), ends), shape=shape)

    def weights(self, texts: Sequence[str]) -> Any:
        """TF-IDF, sparse (texts, words), not normalised: (1 + ln count) × idf."""
        found = self.counts(texts)
        found.data = (1 + np.log(found.data)) * self.idf[found.indices]
        return found


def said(text: str) -> list[str]:
    """The tokens of a text without stop words, unless there is nothing else."""
    return tokens.telling(tokens.tokens(text))
