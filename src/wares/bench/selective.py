"""Filters that pass about a hundredth, a tenth and a half of a shop's products, and fields worth counting, found
among the shop's own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from wares.bench.records import Selective
from wares.index.base import Index, Match
from wares.query import filters
from wares.query.names import is_category
from wares.records import Compare, Filter, Under

SHARES = (0.01, 0.1, 0.5)
#: A filter is taken when it passes more than the wanted share divided by this, and less than the share times this.
FAR = 2.0
#: Fields that are looked at; an index makes the common ones fast, and knows them first.
FIELDS = 12
#: Steps of halving in which a limit of a number field is found.
STEPS = 20
#: Fields that people count, before all others.
FACETS = ("brand", "category", "price")
MANY_FACETS = 3


def given(index: Index, texts: Sequence[str]) -> list[Selective]:
    """Filters as written, with what they pass. Raises :class:`~wares.errors.QueryError` as a search does."""
    total = max(1, len(index))
    return [Selective(where=text, share=passing(index, filters.parse(text)) / total) for text in texts]


def chosen(index: Index) -> list[Selective]:
    """For each of :data:`SHARES` the filter that passes nearest to it, where one comes near enough."""
    total = max(1, len(index))
    found: dict[str, Selective] = {}
    for wanted in SHARES:
        options = [
            Selective(where=filters.unparse(w), share=c / total, wanted=wanted) for w, c in _all(index, wanted)
        ]
        best = min(options, key=lambda option: _distance(option.share, wanted), default=None)
        if best is not None and _distance(best.share, wanted) < math.log(FAR):
            found.setdefault(best.where, best)
    return list(found.values())


def facets(index: Index) -> tuple[str, ...]:
    """Up to three fields to count: those that people count, then the most common ones."""
    there = [name for name in index.fields() if name not in ("id", "currency")]
    return tuple(sorted(there, key=lambda name: FACETS.index(name) if name in FACETS else len(FACETS))[:MANY_FACETS])


def passing(index: Index, where: Filter) -> int:
    """How many products pass."""
    return index.count(Match(where=filters.check(where, index.fields())))


def _all(index: Index, wanted: float) -> Iterator[tuple[Filter, int]]:
    """Filters that may pass the wanted share, and how many they pass; of numbers first."""
    there = [spec for name, spec in index.fields().items() if name != "id"][:FIELDS]
    for spec in sorted(there, key=lambda spec: (spec.type != "number", spec.name != "price")):
        if spec.type == "number":
            yield from _below(index, spec.name, wanted)
        else:
            for value in index.facet(Match(), spec.name):
                equal = Compare(spec.name, "=", value.value)
                yield (Under(tuple(value.value.split("/"))) if is_category(spec.name) else equal), value.count


def _below(index: Index, field: str, wanted: float) -> Iterator[tuple[Filter, int]]:
    """``field < limit`` with limits, of three digits, about where the wanted share is passed."""
    bounds = index.bounds(Match(), field)
    if bounds is None:
        return
    low, high = bounds
    most = wanted * len(index)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if passing(index, Compare(field, "<", middle)) < most:
            low = middle
        else:
            high = middle
    for limit in dict.fromkeys(float(f"{edge:.3g}") for edge in (low, high)):
        where = Compare(field, "<", limit)
        yield where, passing(index, where)


def _distance(share: float, wanted: float) -> float:
    return abs(math.log(share / wanted)) if share > 0 else math.inf
