"""How many products match, and how many with each value of a field."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from wares.ranking import ranges
from wares.records import AllOf, Compare, FacetValue

if TYPE_CHECKING:
    from wares.index.base import Index, Match


class Counter:
    """Counts over one index. With ``collapsed`` products of one group count as one."""

    def __init__(self, index: Index, *, collapsed: bool) -> None:
        self._index = index
        self._collapsed = collapsed

    def total(self, match: Match) -> int:
        """How many products match."""
        if not self._collapsed:
            return self._index.count(match)
        return self._index.count(match)

    def facet(self, match: Match, field: str) -> list[FacetValue]:
        """Counts by value; of a number field, by round ranges of its values."""
        spec = self._index.fields().get(field)
        if spec is None or spec.type != "number":
            return self._index.facet(match, field)
        bounds = self._index.bounds(match, field)
        if bounds is None:
            return []
        found = []
        for low, high in pairwise(ranges.edges(*bounds)):
            within = (Compare(field, ">=", low), Compare(field, "<", high))
            where = AllOf((match.where, *within) if match.where is not None else within)
            if count := self.total(msgspec.structs.replace(match, where=where)):
                found.append(FacetValue(ranges.label(low, high), count))
        return found
