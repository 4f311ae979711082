"""The oracle: every point is looked at, one after the other, in memory. Slow and obviously right."""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from wares.index.base import Candidates, Channel, FieldSpec, FieldValue, Index, Match, Point, Texts, VectorSpec
from wares.index.checks import checked_points, checked_vector, may_facet, may_measure
from wares.index.fields import Schema, Stored, Values, as_text
from wares.index.filters import prepare
from wares.records import AllOf, AnyOf, Compare, Exists, FacetValue, Filter, In, Not, Sparse, Under

if TYPE_CHECKING:
    from wares.index.base import Vectors

_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class _Row(msgspec.Struct):
    point: Point
    stored: Stored
    words: dict[int, float]

    @property
    def views(self) -> list[Values]:
        """Every offer seen together with the product fields."""
        return [{**self.stored.fields, **offer} for offer in self.stored.offers]


class ExactIndex(Index):
    """All of :class:`Index` in plain loops; nothing is saved."""

    def __init__(self, vectors: Sequence[VectorSpec]) -> None:
        self.vectors = tuple(vectors)
        self._specs = {spec.name: spec for spec in vectors}
        self._schema = Schema()
        self._rows: dict[int, _Row] = {}

    def fields(self) -> Mapping[str, FieldSpec]:
        return self._schema.specs

    def upsert(self, points: Sequence[Point]) -> None:
        points = checked_points(points, self._specs)
        self._schema = self._schema.learn(points)
        for point, stored in zip(points, self._schema.store(points), strict=True):
            words = dict(zip(point.words.indices, point.words.values, strict=True))
            self._rows[point.number] = _Row(point, stored, words)

    def delete(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._rows.pop(number, None)

    def query(
        self,
        channels: Sequence[Channel],
        where: Filter | None = None,
        without: Sequence[int] = (),
        texts: Texts | None = None,
    ) -> Candidates:
        allowed = self._matching(Match(where=where, without=tuple(without), texts=texts))
        scored: list[dict[int, float]] = []
        brought: list[set[int]] = []
        for channel in channels:
            scores = self._scores(channel, allowed)
            scored.append(scores)
            brought.append(set(sorted(scores, key=lambda number: (-scores[number], number))[: channel.limit]))
        numbers = sorted(set().union(*brought))
        shape = (len(numbers), len(channels))
        return Candidates(
            numbers=tuple(numbers),
            scores=np.array([[s.get(n, np.nan) for s in scored] for n in numbers], dtype=np.float32).reshape(shape),
            brought=np.array([[n in b for b in brought] for n in numbers], dtype=np.bool_).reshape(shape),
        )

    def count(self, match: Match) -> int:
        return len(self._matching(match))

    def facet(self, match: Match, field: str, limit: int = 100) -> list[FacetValue]:
        if not may_facet(self._schema, field):
            return []
        where = prepare(match.where, self._schema)
        counts: Counter[str] = Counter()
        for row in self._matching(match):
            passing = [view for view in row.views if holds(where, view)]
            counts.update({text for view in passing for text in _texts(view, field)})
        best = sorted(counts, key=lambda value: (-counts[value], value))[:limit]
        return [FacetValue(self._spelling(field, value), counts[value]) for value in best]

    def bounds(self, match: Match, field: str) -> tuple[float, float] | None:
        if not may_measure(self._schema, field):
            return None
        found = [number for row in self._matching(match) for number in _numbers(row, field)]
        return (min(found), max(found)) if found else None

    def ordered(self, match: Match, field: str, *, descending: bool, limit: int, offset: int = 0) -> list[int]:
        has_order = field and may_measure(self._schema, field)

        def place(row: _Row) -> tuple[float, int]:
            found = _numbers(row, field) if has_order else []
            if not found:
                return (math.inf, row.point.number)
            return (-max(found) if descending else min(found), row.point.number)

        return [row.point.number for row in sorted(self._matching(match), key=place)][offset : offset + limit]

    def rows(self, numbers: Sequence[int], name: str) -> dict[int, Vectors]:
        known = [self._rows[number].point for number in numbers if number in self._rows]
        return {point.number: point.vectors[name] for point in known if len(point.vectors.get(name, ()))}

    def __len__(self) -> int:
        return len(self._rows)

    def flush(self) -> None:
        """Nothing is saved."""

    def close(self) -> None:
        """Nothing is held."""

    def _matching(self, match: Match) -> list[_Row]:
        where = prepare(match.where, self._schema)
        terms, numbers = set(match.terms or ()), set(match.numbers or ())
        unasked = match.terms is None and match.numbers is None and match.texts is None

        def says_all(row: _Row) -> bool:
            return any(all(any(term in row.words for term in word) for word in text) for text in match.texts or ())

        return [
            row
            for number, row in self._rows.items()
            if number not in match.without
            and (match.within is None or number in match.within)
            and (unasked or number in numbers or not terms.isdisjoint(row.words) or says_all(row))
            and any(holds(where, view) for view in row.views)
        ]

    def _scores(self, channel: Channel, allowed: Sequence[_Row]) -> dict[int, float]:
        vector = checked_vector(channel, self._specs)
        if isinstance(vector, Sparse):
            return self._word_scores(vector, allowed)
        have = [(row.point.number, row.point.vectors.get(channel.name)) for row in allowed]
        return {number: float((rows @ vector).max()) for number, rows in have if rows is not None and len(rows)}

    def _word_scores(self, asked: Sparse, allowed: Sequence[_Row]) -> dict[int, float]:
        """Dot products weighted by IDF as Qdrant counts it: ln(1 + (N - n + 0.5) / (n + 0.5)), where N products
        have words and n of them have this one."""
        total = sum(1 for row in self._rows.values() if row.words)
        weights = {}
        for term, weight in zip(asked.indices, asked.values, strict=True):
            having = sum(1 for row in self._rows.values() if term in row.words)
            weights[term] = weight * math.log1p((total - having + 0.5) / (having + 0.5))
        shared = [(row, weights.keys() & row.words.keys()) for row in allowed]
        return {
            row.point.number: sum(weights[term] * row.words[term] for term in terms) for row, terms in shared if terms
        }

    def _spelling(self, field: str, value: str) -> str:
        """How the first product that has a value writes it."""
        for number in sorted(self._rows):
            if any(value in _texts(view, field) for view in self._rows[number].views):
                return self._rows[number].stored.spelling(field, value)
        return value


def holds(where: Filter, view: Mapping[str, FieldValue]) -> bool:
    """Whether a prepared filter is true of one offer, seen together with its product."""
    match where:
        case AllOf(items):
            return all(holds(item, view) for item in items)
        case AnyOf(items):
            return any(holds(item, view) for item in items)
        case Not(item):
            return not holds(item, view)
        case Exists(field):
            return field in view
        case In(field, values):
            return any(value in values for value in _listed(view, field))
        case Compare(field, "=", value):
            return value in _listed(view, field)
        case Compare(field, "!=", value):
            return field in view and value not in _listed(view, field)
        case Compare(field, order, value):
            return any(_ORDER[order](mine, value) for mine in _listed(view, field))
        case Under():
            raise AssertionError("prepare() leaves no Under")


def _listed(view: Mapping[str, FieldValue], field: str) -> Sequence[str | float | bool]:
    value = view.get(field)
    return [] if value is None else value if isinstance(value, list) else [value]


def _texts(view: Mapping[str, FieldValue], field: str) -> list[str]:
    return [as_text(value) for value in _listed(view, field)]


def _numbers(row: _Row, field: str) -> list[float]:
    return [float(value) for view in row.views for value in _listed(view, field) if not isinstance(value, str)]
