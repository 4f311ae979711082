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
from itertools import pairwise, takewhile
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
    """Counts of one match. ``members`` may be left out: more is then asked of the index, with the same answers."""

    def __init__(self, index: Counts, match: Match, members: Members | None = None) -> None:
        self._index = index
        self._match = match
        #: The groups of which more than one member matches.
        self.doubled = {group: count for group, count in index.groups(match).items() if count > 1}
        own = tuple(members(self.doubled)) if members and self.doubled else None
        #: The match within the members of those groups, who alone are counted too often; None: within all.
        self._inside = _within(match, own) if own is not None and len(own) <= MAX_MEMBERS else None

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
        # Only the counts of those fall, so that no others than so many more can be among the best.
        for value, at_most in self._descending(field, limit + (20 if double is None else len(double))):
            if len(best) == limit and _rank(best[-1]) < _rank(FacetValue(value, at_most)):
                break  # nor does any other that follows come before it
            count = (
                at_most - self._excess(Compare(field, "=", value))
                if double is None or fold(value) in double
                else at_most
            )
            best = sorted([*best, FacetValue(value, count)], key=_rank)[:limit]
        return best

    def ranges(self, field: str) -> list[FacetValue]:
        """Counts of a number field by round ranges of its values."""
        bounds = self._index.bounds(self._match, field)
        found = []
        for low, high in pairwise(ranges.edges(*bounds)) if bounds else ():
            within = Compare(field, ">=", low), Compare(field, "<", high)
            count = self._index.count(_also(self._match, *within))
            if count > 1 and self.doubled:
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

    def _shared(self, field: str) -> set[str] | None:
        """The values that several members of doubled groups have, folded; None where that was not looked up."""
        if self._inside is None:
            return None
        values = self._descending(field, 20, self._inside)
        return {fold(value) for value, _ in takewhile(lambda counted: counted[1] > 1, values)}

    def _excess(self, *conditions: Filter) -> int:
        """How much too often members of groups are counted when something is added to the match."""
        return _surplus(self._index.groups(_also(self._inside or self._match, *conditions)))


def _surplus(groups: Mapping[int, int]) -> int:
    return sum(count - 1 for count in groups.values())


def _within(match: Match, numbers: Sequence[int]) -> Match:
    """The match within some products; one that is within others already stays within both."""
    both = numbers if match.within is None else sorted({*numbers} & {*match.within})
    return msgspec.structs.replace(match, within=tuple(both))


def _also(match: Match, *conditions: Filter) -> Match:
    items = (match.where, *conditions) if match.where is not None else conditions
    return msgspec.structs.replace(match, where=AllOf(items))


def _rank(value: FacetValue) -> tuple[int, str]:
    return -value.count, fold(value.value)
