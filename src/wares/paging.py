"""The page of an order that was asked for, and what lies beyond the candidates."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from wares.asking import Asking
from wares.candidates import Ranked
from wares.index.base import Channel, Index, Match
from wares.ordering import Ordered
from wares.ranking.fusion import WORDS
from wares.records import Query, Sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wares.ranking.columns import Columns

#: How many products beyond the candidates are looked for at first.
STRIDE = 200


class Pager:
    """Pages over one index. With ``columns``, which know the groups of products, of each group only the first
    product is on a page."""

    def __init__(self, index: Index, columns: Columns | None) -> None:
        self._index = index
        self._columns = columns

    def page(self, query: Query, asking: Asking, match: Match, ordered: Ordered) -> list[Ranked]:
        """The places asked for."""
        end = query.offset + query.limit
        if query.sort:
            known = ordered.known()
            found = self._firsts(self._sorted(query, match, end), set())
            return [known.get(n, Ranked(n, 0.0)) for n in islice(found, query.offset, end)]
        ready = len(ordered.listing.numbers)
        page = ordered.places(query.offset, end)
        if end > ready:
            beyond = self._beyond(query, asking, match, ordered, end)
            page += islice(beyond, max(0, query.offset - ready), end - ready)
        return page

    def _beyond(self, query: Query, asking: Asking, match: Match, ordered: Ordered, end: int) -> Iterator[Ranked]:
        """What follows the products that were put in an order."""
        if match.texts:
            return self._tail(query, asking, match, ordered)
        if asking.asks:
            return iter(())
        first = ordered.stages[0][1].numbers.tolist()  # all that the chain was given, what it folded among them
        rest = islice(self._sorted(query, match, end), len(first), None)
        return (Ranked(number, 0.0) for number in self._firsts(rest, set(self._groups(first)) - {0}))

    def _sorted(self, query: Query, match: Match, end: int) -> Iterator[int]:
        """What matches, in the order of a field (of products as they came, without one)."""
        field, descending = query.sort.removeprefix("-"), query.sort.startswith("-")
        start, size = 0, end
        while True:
            found = self._index.ordered(match, field, descending=descending, limit=size, offset=start)
            yield from found
            if len(found) < size:
                return
            start, size = start + size, size * 2

    def _tail(self, query: Query, asking: Asking, match: Match, ordered: Ordered) -> Iterator[Ranked]:
        """Products beyond the candidates: they hold all words of a wanted text and follow in the order of their
        words, all with a score that is no better than that of the last candidate."""
        seen = match.numbers or ()
        score = min(float(ordered.listing.scores.min(initial=0.0)), 0.0)
        words = _merged([terms for _, terms in asking.words])
        shown = set(self._groups(seen)) - {0}
        done: set[int] = set()
        size = STRIDE
        while True:
            without = (*asking.without, *seen)
            more = self._index.query([Channel(WORDS, words, size)], query.where, without, match.texts)
            scores = np.nan_to_num(more.scores[:, 0]) if more.numbers else np.zeros(0, np.float32)
            ranked = sorted(zip(more.numbers, scores.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
            fresh = [number for number, _ in ranked if number not in done]
            yield from (Ranked(number, score) for number in self._firsts(iter(fresh), shown))
            done.update(fresh)
            if len(more.numbers) < size:
                return
            size *= 4

    def _firsts(self, numbers: Iterator[int], shown: set[int]) -> Iterator[int]:
        """The products whose group was not shown before; ``shown`` grows."""
        while chunk := list(islice(numbers, STRIDE)):
            for number, group in zip(chunk, self._groups(chunk), strict=True):
                if group and group in shown:
                    continue
                shown.add(group)
                yield number

    def _groups(self, numbers: Sequence[int]) -> list[int]:
        if self._columns is None:
            return [0] * len(numbers)
        groups: list[int] = self._columns.rows(numbers)["group"].tolist()
        return groups


def _merged(texts: Sequence[Sparse]) -> Sparse:
    weights: dict[int, float] = {}
    for text in texts:
        for term, weight in zip(text.indices, text.values, strict=True):
            weights[term] = weights.get(term, 0.0) + weight
    terms = sorted(weights)
    return Sparse(tuple(terms), tuple(weights[term] for term in terms))
