"""Counts where products that are shown as one count as one.

A group of which c members match is counted c times by an index, and so c - 1 times too often:

    total      =  count(match)            -  Σ over groups (c - 1)
    facet[v]   =  facet(match)[v]         -  Σ over groups (c_v - 1),  c_v of the group match and have the value v
    range      =  count(match and range)  -  Σ over groups (c_r - 1)

A group is in a facet's value when any of its members is. What the index counts is never less than what is right, so
the most frequent values are found without looking at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import msgspec

from wares.index.base import Match, fold
from wares.ranking import ranges
from wares.records import AllOf, Compare, FacetValue, Filter

#: Beyond so many members of groups they are not looked up to learn which values they have.
MAX_MEMBERS = 5_000


class Counts(Protocol):
    """What is asked of an index (:class:`wares.index.base.Index`)."""

    def count(self, match: Match) -> int: ...
    def facet(self, match: Match, field: str, limit: int = 100) -> list[FacetValue]: ...
    def groups(self, match: Match) -> Mapping[int, int]: ...
    def bounds(self, match: Match, field: str) -> tuple[float, float] | None: ...


#: The numbers of all products of some groups, matching or not (:meth:`wares.ranking.columns.Columns.members`).
Members = Callable[[Collection[int]], Sequence[int]]


class Collapsed:
    """Counts of one match. ``members`` may be left out: more is then asked of the index, with the same answers.
    With ``apart`` every product counts as one."""

    def __init__(self, index: Counts, match: Match, members: Members | None = None, *, apart: bool = False) -> None:
        self._index = index
        self._match = match
        found = {} if apart else index.groups(match)
        #: The groups of which more than one member matches.
        self.doubled = {group: count for group, count in found.items() if count > 1}
        own = sorted(members(self.doubled)) if members and self.doubled else None
        self._members = own if own is not None and len(own) <= MAX_MEMBERS else None

    def total(self) -> int:
        """How many products match."""
        return self._index.count(self._match) - _surplus(self.doubled)

    def facet(self, field: str, limit: int = 100) -> list[FacetValue]:
        """The most frequent values of a keyword or boolean field, in the order of
        :meth:`wares.index.base.Index.facet`."""
        if not self.doubled:
            return self._index.facet(self._match, field, limit)
        double = self._shared(field)
        best: list[FacetValue] = []
        for value, at_most in self._descending(field, limit):
            if len(best) == limit and best[-1].count > at_most:
                break
            count = at_most - self._excess(field, value) if double is None or fold(value) in double else at_most
            best = sorted([*best, FacetValue(value, count)], key=_rank)[:limit]
        return best

    def ranges(self, field: str) -> list[FacetValue]:
        """Counts of a number field by round ranges of its values."""
        bounds = self._index.bounds(self._match, field)
        found = []
        for low, high in pairwise(ranges.edges(*bounds)) if bounds else ():
            within = _also(self._match, Compare(field, ">=", low), Compare(field, "<", high))
            count = self._index.count(within)
            if count > 1 and self.doubled:
                count -= _surplus(self._index.groups(within))
            if count:
                found.append(FacetValue(ranges.label(low, high), count))
        return found

    def _descending(self, field: str, limit: int) -> Iterator[tuple[str, int]]:
        """Values with the counts of the index, most frequent first; more are asked for when they are wanted."""
        given, size = 0, limit + 20
        while True:
            found = self._index.facet(self._match, field, size)
            yield from ((each.value, each.count) for each in found[given:])
            if len(found) < size:
                return
            given, size = len(found), size * 4

    def _shared(self, field: str) -> set[str] | None:
        """The values that several members of doubled groups have, folded; None where that was not looked up."""
        if self._members is None:
            return None
        # A match that is within some products already stays within those.
        known = self._match.within
        inside = self._members if known is None else sorted({*self._members} & {*known})
        size = 1_000
        found = self._index.facet(msgspec.structs.replace(self._match, within=tuple(inside)), field, size)
        return {fold(each.value) for each in found if each.count > 1} if len(found) < size else None

    def _excess(self, field: str, value: str) -> int:
        return _surplus(self._index.groups(_also(self._match, Compare(field, "=", value))))


def _surplus(groups: Mapping[int, int]) -> int:
    return sum(count - 1 for count in groups.values())


def _also(match: Match, *conditions: Filter) -> Match:
    items = (match.where, *conditions) if match.where is not None else conditions
    return msgspec.structs.replace(match, where=AllOf(items))


def _rank(value: FacetValue) -> tuple[int, str]:
    return -value.count, fold(value.value)
