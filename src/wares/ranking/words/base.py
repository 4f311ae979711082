"""What every word ranker learns: for each word, which documents have it and what it adds to the score of each.

Naive Bayes, information gain and BM25 all are of this form, so one class answers for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.tokens import telling, tokens
from wares.errors import CatalogueError

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.intp]
    Scores = npt.NDArray[np.float64]


class Document(NamedTuple):
    """A product as words, and what kind of product it is ("" if nobody says)."""

    text: str
    kind: str = ""


class Counts(NamedTuple):
    """The words of documents: by word the documents that have it, ascending, and how often; lengths in words."""

    holders: Mapping[str, tuple[Numbers, Scores]]
    lengths: Scores


class TermScores:
    """score(question, document) = Σ over the question's known words of what the word adds in the document, plus
    ``each`` of the document for every known word. Documents without any of the words are not found."""

    def __init__(
        self, added: Mapping[str, tuple[Numbers, Scores]], documents: int, each: Scores | None = None
    ) -> None:
        self._added = added
        self._documents = documents
        self._each = np.zeros(documents) if each is None else each

    def scores(self, question: str) -> Scores:
        """Shape (documents,), a higher one is better; -inf for "not found"."""
        total = np.zeros(self._documents)
        found = np.zeros(self._documents, dtype=bool)
        for word, times in Counter(said(question)).items():
            if word in self._added:
                holders, values = self._added[word]
                total[holders] += times * values
                total += times * self._each
                found[holders] = True
        return np.where(found, total, -np.inf)


class WordRanker(ABC):
    """A recipe. A new one writes :meth:`weigh`; its name is that of its row in the table."""

    def learn(self, documents: Sequence[Document]) -> TermScores:
        """What these documents (of the catalogue, no questions) teach. :class:`CatalogueError` when no word is in
        them."""
        counts = counted(documents)
        if not counts.holders:
            raise CatalogueError(f"there is no word in {len(documents):,} products to rank by")
        return self.weigh(counts, [document.kind for document in documents])

    @abstractmethod
    def weigh(self, counts: Counts, kinds: Sequence[str]) -> TermScores:
        """The scores that follow from the counts and the kinds of the documents, in the same order."""


def counted(documents: Sequence[Document]) -> Counts:
    """The words of documents, without stop words unless a document has nothing else."""
    holders: dict[str, list[int]] = {}
    often: dict[str, list[int]] = {}
    lengths = np.zeros(len(documents))
    for number, document in enumerate(documents):
        found = Counter(said(document.text))
        lengths[number] = found.total()
        for word, count in found.items():
            holders.setdefault(word, []).append(number)
            often.setdefault(word, []).append(count)
    return Counts(
        {word: (np.array(own, dtype=np.intp), np.array(often[word], dtype=float)) for word, own in holders.items()},
        lengths,
    )


def said(text: str) -> list[str]:
    """The tokens of a text that tell something."""
    return telling(tokens(text))
