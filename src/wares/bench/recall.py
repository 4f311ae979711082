"""What the approximate vector channels miss of the true nearest ten, with filters and without.

The truth is a scan of the same stored vectors, batch by batch, of which only the ten best scores of every question
are kept: memory does not grow with the shop. A product with several rows under a name scores as its best (max-sim).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from wares.asking import NEAR
from wares.bench.records import Kind, Recall
from wares.index.base import Channel, Index, Match
from wares.indexing import batches
from wares.query import filters
from wares.records import Filter

Rows: TypeAlias = npt.NDArray[np.float32]
Numbers: TypeAlias = npt.NDArray[np.int64]
#: Vectors of questions by channel, (questions, dims).
Vectors: TypeAlias = Mapping[str, Rows]

TOP = 10
#: Vectors are kept with 16 bits: a product whose score is nearer than this to that of the tenth is as good.
ROUNDING = 1e-4
#: Products whose vectors are in memory at once.
BATCH = 2_000


class Batch(NamedTuple):
    """Rows of some products, (rows, dims); those of ``numbers[i]`` begin at ``starts[i]``."""

    numbers: Numbers
    starts: npt.NDArray[np.intp]
    rows: Rows


def stored(index: Index, numbers: Sequence[int], name: str) -> Iterator[Batch]:
    """The vectors of one name as the index has them; products without one are left out."""
    for some in batches(numbers, BATCH):
        found = index.rows(some, name)
        if found:
            lengths = [len(rows) for rows in found.values()]
            starts = np.concatenate(([0], np.cumsum(lengths)[:-1])).astype(np.intp)
            yield Batch(np.asarray(list(found), dtype=np.int64), starts, np.concatenate(list(found.values())))


def scored(batch: Batch, asked: Rows) -> Rows:
    """Scores, (questions, products), for vectors of shape (questions, dims): the best of each product's rows."""
    best: Rows = np.maximum.reduceat(asked @ batch.rows.T, batch.starts, axis=1)
    return best


class Truth:
    """The ten greatest scores of every question among all products of a set, found in one pass."""

    def __init__(self, questions: int, passing: Numbers | None) -> None:
        """``passing``: the products of the set, ascending (None: all)."""
        self.products = 0
        self._passing = passing
        self._best: Rows = np.zeros((questions, 0), np.float32)

    def add(self, numbers: Numbers, scores: Rows) -> None:
        """Look at some products and their scores, (questions, products); none may come twice."""
        if self._passing is not None:
            place = np.searchsorted(self._passing, numbers).clip(max=len(self._passing) - 1)
            scores = scores[:, self._passing[place] == numbers if len(self._passing) else []]
        self.products += scores.shape[1]
        both = np.concatenate((self._best, scores), axis=1)
        self._best = -np.partition(-both, TOP - 1, axis=1)[:, :TOP] if both.shape[1] > TOP else both

    def least(self) -> tuple[int, Rows]:
        """How many the true nearest are (ten, or all there are), and the lowest of their scores by question."""
        return self._best.shape[1], self._best.min(axis=1, initial=np.inf)


def recall(
    index: Index,
    name: str,
    asked: Mapping[Kind, Rows],
    wheres: Mapping[str, Filter | None],
    numbers: Sequence[int],
    watch: Callable[[Batch], None] = lambda batch: None,
) -> list[Recall]:
    """The recall of one channel, by kind of question and by filter.

    ``asked``: vectors, (questions, dims); ``wheres``: filters by the words they are told in; ``numbers``: all
    products; ``watch`` sees every batch of vectors that is read. A set in which no product has such a vector is left
    out.
    """
    checked = {text: _checked(index, where) for text, where in wheres.items()}
    passing = {text: _passing(index, where, len(numbers)) for text, where in checked.items()}
    truths = {(kind, text): Truth(len(asked[kind]), passing[text]) for kind in asked for text in checked}
    for batch in stored(index, numbers, name):
        watch(batch)
        scores = {kind: scored(batch, vectors) for kind, vectors in asked.items()}
        for (kind, _), truth in truths.items():
            truth.add(batch.numbers, scores[kind])
    return [
        Recall(
            channel=name,
            kind=kind,
            questions=len(asked[kind]),
            where=text,
            products=truth.products,
            recall=_found(index, name, asked[kind], checked[text], truth),
        )
        for (kind, text), truth in truths.items()
        if truth.products
    ]


def _checked(index: Index, where: Filter | None) -> Filter | None:
    return None if where is None else filters.check(where, index.fields())


def _passing(index: Index, where: Filter | None, most: int) -> Numbers | None:
    if where is None:
        return None
    return np.asarray(index.ordered(Match(where=where), "", descending=False, limit=most), dtype=np.int64)


def _found(index: Index, name: str, asked: Rows, where: Filter | None, truth: Truth) -> float:
    """The mean share of the true nearest that is among as many best of what the channel brings."""
    top, least = truth.least()
    shares = []
    for vector, limit in zip(asked, least.tolist(), strict=True):
        found = index.query([Channel(name, vector, NEAR)], where)
        order = np.argsort(-found.scores[:, 0], kind="stable")[:top]
        rows = index.rows([found.numbers[at] for at in order], name)
        shares.append(sum(float((own @ vector).max()) >= limit - ROUNDING for own in rows.values()) / top)
    return float(np.mean(shares))
