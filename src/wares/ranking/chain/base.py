"""The listing that runs through the chain, and what every stage of it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.records import Filter, Query

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.index.base import Vectors

    Numbers = npt.NDArray[np.int64]
    Scores = npt.NDArray[np.float64]


class Added(NamedTuple):
    """What a stage added to the score of every product of a listing: one column of contributions."""

    part: str
    channel: str
    values: Scores


class Listing(NamedTuple):
    """Products in an order, best first.

    ``numbers``: int64 (n,). ``scores``: float64 (n,), what fusion and the stages so far gave; they need not fall: a
    stage may move a product without changing its score. ``rows``: int64 (n,), the row each has among the candidates
    (where its contributions by channel are). ``added``: the columns of stages, in the order of ``numbers``.
    ``moved``: by product number, who moved it and from which place (from 0) to which. ``folded``: by the number of a
    product that stands for others, those others, best first. ``held``: by number, the place (from 0) at which later
    stages leave a product, as a rule that pins wants it.
    """

    numbers: Numbers
    scores: Scores
    rows: Numbers
    added: tuple[Added, ...] = ()
    moved: Mapping[int, tuple[tuple[str, int, int], ...]] = {}
    folded: Mapping[int, tuple[int, ...]] = {}
    held: Mapping[int, int] = {}

    @classmethod
    def of(cls, numbers: Sequence[int] | Numbers, scores: Sequence[float] | Scores) -> Listing:
        """Candidates in any order as a listing, best first and ties by number."""
        listing = cls(np.asarray(numbers, np.int64), np.asarray(scores, np.float64), np.arange(len(numbers)))
        return listing.taken(np.lexsort((listing.numbers, -listing.scores)))

    def taken(self, order: Sequence[int] | Numbers) -> Listing:
        """The products at some places of this listing, in that order."""
        at = np.asarray(order, np.int64)
        added = tuple(column._replace(values=column.values[at]) for column in self.added)
        return self._replace(numbers=self.numbers[at], scores=self.scores[at], rows=self.rows[at], added=added)

    def plus(self, part: str, channel: str, values: Scores) -> Listing:
        """With something added to every score, and the order that this makes; ties by number.

        A stage that adds comes before those that move: this order takes no heed of earlier moves, but for the places
        that are held.
        """
        grown = self._replace(
            scores=self.scores + values, added=(*self.added, Added(part, channel, np.asarray(values, np.float64)))
        )
        return grown.taken(grown.with_held(np.lexsort((grown.numbers, -grown.scores))))

    def with_held(self, order: Sequence[int] | Numbers) -> Numbers:
        """An order (places of this listing) in which who is held stands at its place; last where there are fewer."""
        at = np.asarray(order, np.int64)
        if not self.held:
            return at
        numbers = self.numbers[at].tolist()
        fixed = {n: self.held[n] for n in numbers if n in self.held}
        rest = [place for place, number in zip(at.tolist(), numbers, strict=True) if number not in fixed]
        by_number = dict(zip(numbers, at.tolist(), strict=True))
        for number, place in sorted(fixed.items(), key=lambda pair: (pair[1], pair[0])):
            rest.insert(place, by_number[number])
        return np.asarray(rest, np.int64)

    def moved_to(self, by: str, order: Sequence[int] | Numbers) -> Listing:
        """In another order, no score changed; who changed their place are told so."""
        after = self.taken(order)
        moved = dict(self.moved)
        for place, before in enumerate(np.asarray(order, np.int64).tolist()):
            if place != before:
                number = int(after.numbers[place])
                moved[number] = (*moved.get(number, ()), (by, before, place))
        return after._replace(moved=moved)


class Situation(NamedTuple):
    """What a stage may ask about the question and the products.

    ``text`` is the wanted text as it is searched for (corrected, filters taken out), ``language`` "en" or "zh" (what
    has no Chinese character counts as English; "" without words). ``where`` is the whole filter in force. ``now`` is
    timezone-aware. ``passing(filter, numbers)`` gives those of the products that pass a checked filter; ``vectors``
    the rows of products in a dense channel (:meth:`wares.index.base.Index.rows`), ``channels`` the names of those.
    """

    query: Query
    text: str
    language: str
    where: Filter | None
    now: datetime
    passing: Callable[[Filter, Sequence[int]], set[int]]
    vectors: Callable[[Sequence[int], str], Mapping[int, Vectors]]
    channels: Sequence[str]


class Stage(ABC):
    """One link of the chain; a new one writes :meth:`apply`."""

    @abstractmethod
    def apply(self, listing: Listing, situation: Situation) -> Listing:
        """The listing after this stage. It may add to scores, reorder and leave out; it may not bring in."""
