"""Counts where products that are shown as one count as one.

A group of which c members match is counted c times by an index, and so c - 1 times too often:

    total      =  count(match)            -  Σ over groups (c - 1)
    facet[v]   =  facet(match)[v]         -  Σ over groups (c_v - 1),  c_v of the group match and have the value v
    range      =  count(match and range)  -  Σ over groups (c_r - 1)

A group is in a facet's value when any of its members is. What the index counts is never less than what is right, so
the most frequent values are found without looking at all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np

from wares.index.base import Match, fold
from wares.ranking import ranges
from wares.records import AllOf, Compare, FacetValue, Filter

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int64]

_NOBODY = np.zeros(0, np.int64)


class Counts(Protocol):
    """What is asked of an index (:class:`wares.index.base.Index`)."""

    def count(self, match: Match) -> int: ...
    def facet(self, match: Match, field: str, limit: int = 100) -> list[FacetValue]: ...
    def bounds(self, match: Match, field: str) -> tuple[float, float] | None: ...
    def ordered(
        self, match: Match, field: str, *, descending: bool, limit: int, offset: int = 0
    ) -> Sequence[int]: ...


class Groups(Protocol):
    """Who is shown as one with whom (:class:`wares.ranking.columns.Columns`)."""

    @property
    def grouped(self) -> Numbers:
        """The numbers of all products that have a group, ascending."""
        ...

    def groups(self, numbers: Sequence[int] | Numbers) -> Numbers:
        """The groups of products, 0 for none."""
        ...


class Collapsed:
    """Counts of one match. Without ``groups`` every product counts as one."""

    def __init__(self, index: Counts, match: Match, groups: Groups | None) -> None:
        self._index = index
        self._match = match
        self._groups = groups
        self._total = index.count(match)
        #: The matching members of groups of which several match: who alone are counted too often.
        self._doubled = self._members()
        self._inside = _within(match, self._doubled.tolist())

    def total(self) -> int:
        """How many products match."""
        return self._total - self._surplus(self._doubled)

    def _members(self) -> Numbers:
        grouped = self._groups.grouped if self._groups is not None else _NOBODY
        if self._groups is None or not len(grouped) or self._total < 2:
            return _NOBODY
        # Where more match than there are in groups, those are fewer to look at.
        match = _within(self._match, grouped.tolist()) if self._total > len(grouped) else self._match
        found = np.asarray(self._index.ordered(match, "", descending=False, limit=self._total), np.int64)
        groups = self._groups.groups(found)
        known, counts = np.unique(groups[groups > 0], return_counts=True)
        return found[np.isin(groups, known[counts > 1])]

    def _surplus(self, members: Numbers) -> int:
        """How much too often products of groups are counted."""
        if self._groups is None or not len(members):
            return 0
        groups = self._groups.groups(members)
        groups = groups[groups > 0]
        return len(groups) - len(np.unique(groups))

    def facet(self, field: str, limit: int = 100) -> list[FacetValue]:
        """The most frequent values of a keyword or boolean field, in the order of
        :meth:`wares.index.base.Index.facet`."""
        if not len(self._doubled):
            return self._index.facet(self._match, field, limit)
        double = self._shared(field)
        best: list[FacetValue] = []
        # Only the counts of those fall, so that no others than so many more can be among the best.
        for value, at_most in self._descending(field, limit + len(double)):
            if len(best) == limit and _rank(best[-1]) < _rank(FacetValue(value, at_most)):
                break  # nor does any other that follows come before it
            count = at_most - self._excess(Compare(field, "=", value)) if fold(value) in double else at_most
            best = sorted([*best, FacetValue(value, count)], key=_rank)[:limit]
        return best

    def ranges(self, field: str) -> list[FacetValue]:
        """Counts of a number field by round ranges of its values."""
        bounds = self._index.bounds(self._match, field)
        found = []
        for low, high in pairwise(ranges.edges(*bounds)) if bounds else ():
            within = Compare(field, ">=", low), Compare(field, "<", high)
            count = self._index.count(_also(self._match, *within))
            if count > 1 and len(self._doubled):
                count -= self._excess(*within)
            if count:
                found.append(FacetValue(ranges.label(low, high), count))
        return found

    def _descending(self, field: str, size: int, inside: Match | None = None) -> Iterator[tuple[str, int]]:
        """Values with the counts of the index, most frequent first; when they do not do, more are asked for."""
        given = 0
        while True:
            found = self._index.facet(inside or self._match, field, size)
            yield from ((each.value, each.count) for each in found[given:])
            if len(found) < size:
                return
            given, size = len(found), size * 4

    def _shared(self, field: str) -> set[str]:
        """The values that several members of groups have, folded."""
        values = self._descending(field, 20, self._inside)
        return {fold(value) for value, _ in takewhile(lambda counted: counted[1] > 1, values)}

    def _excess(self, *conditions: Filter) -> int:
        """How much too often members of groups are counted when something is added to the match."""
        match, most = _also(self._inside, *conditions), len(self._doubled)
        found = self._index.ordered(match, "", descending=False, limit=most)
        return self._surplus(np.asarray(found, np.int64))


def _within(match: Match, numbers: Sequence[int]) -> Match:
    """The match within some products; one that is within others already stays within both."""
    both = numbers if match.within is None else sorted({*numbers} & {*match.within})
    return msgspec.structs.replace(match, within=tuple(both))


def _also(match: Match, *conditions: Filter) -> Match:
    items = (match.where, *conditions) if match.where is not None else conditions
    return msgspec.structs.replace(match, where=AllOf(items))


def _rank(value: FacetValue) -> tuple[int, str]:
    return -value.count, fold(value.value)
