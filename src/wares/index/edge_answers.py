"""Counts and orders that the engine does not answer exactly in one call, put together from calls that it does."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import qdrant_edge as qe

from wares.index.base import Match
from wares.index.edge_engine import Engine
from wares.index.edge_filters import condition, matching, path
from wares.index.fields import Schema
from wares.index.filters import fields_of, prepare
from wares.records import AllOf, Compare, Exists

_ALL = 2**31


def facet(engine: Engine, schema: Schema, match: Match, field: str, limit: int) -> list[tuple[str, int]]:
    """Stored values of a field and the points found when one is added to the match, most frequent first.

    One call, unless filter and field are both asked of offers: then the engine's figures, which may come from
    different offers of a product, are upper bounds, and values are counted one by one until no other can be among
    the best.
    """
    there = path(field, schema)
    if not _asks_offers(match, field, schema):
        return engine.facet(there, matching(match, schema), limit)
    exact: list[tuple[str, int]] = []
    for value, at_most in engine.facet(there, matching(match, schema), _ALL):
        if len(exact) >= limit and sorted(exact, key=_rank)[limit - 1][1] > at_most:
            break
        has_value = Compare(field, "=", value)
        narrowed = AllOf((match.where, has_value)) if match.where else has_value
        if count := engine.count(matching(msgspec.structs.replace(match, where=narrowed), schema)):
            exact.append((value, count))
    return sorted(exact, key=_rank)[:limit]


def _rank(counted: tuple[str, int]) -> tuple[int, str]:
    value, count = counted
    return (-count, value)


def _asks_offers(match: Match, field: str, schema: Schema) -> bool:
    asked = fields_of(prepare(match.where, schema))
    return all("offer" in {schema.specs[name].level for name in names} for names in (asked, {field}))


def spellings(engine: Engine, schema: Schema, field: str, values: Sequence[str]) -> dict[str, str]:
    """How the first point that has a stored value writes it."""
    requests = [
        qe.QueryRequest(limit=1, filter=condition(Compare(field, "=", value), schema), with_payload=["shown"])
        for value in values
    ]
    found = zip(values, engine.ask(requests), strict=True)
    return {value: hits[0].payload["shown"].get(field, {}).get(value, value) for value, hits in found if hits}


def ordered(engine: Engine, schema: Schema, match: Match, field: str, *, descending: bool, limit: int) -> list[int]:
    """The first ``limit`` points by a number field, ties by number, and then those without it."""
    chosen, having = matching(match, schema), condition(Exists(field), schema)
    there = path(field, schema)
    with_field = qe.Filter(must=[chosen, having])
    wanted = min(limit, engine.count(with_field))
    first = _by_value(engine, there, with_field, descending=descending, wanted=wanted) if wanted else []
    if len(first) < limit:
        first += engine.numbers(qe.Filter(must=[chosen], must_not=[having]), limit - len(first))
    return first


def _by_value(engine: Engine, there: str, chosen: qe.Filter, *, descending: bool, wanted: int) -> list[int]:
    """The first ``wanted`` points, which there are, by their best value. Those better than the last value read are
    known; which of the points with that very value come first is asked for by number."""
    sign = -1.0 if descending else 1.0
    best: dict[int, float] = {}
    take = wanted
    while len(best) < wanted and take < _ALL:  # another thread may have removed some of them meanwhile
        for number, value in engine.by_value(there, chosen, descending=descending, limit=take):
            best.setdefault(number, sign * value)
        take *= 2
    ranked = sorted(best, key=lambda number: (best[number], number))[:wanted]
    last = best[ranked[-1]] if ranked else 0.0
    better = [number for number in ranked if best[number] < last]
    edge = sign * last
    beyond = qe.RangeFloat(gt=edge) if descending else qe.RangeFloat(lt=edge)
    tied = qe.Filter(
        must=[chosen, qe.FieldCondition(there, range=qe.RangeFloat(gte=edge, lte=edge))],
        must_not=[qe.FieldCondition(there, range=beyond)],
    )
    return better + engine.numbers(tied, wanted - len(better))


def bounds(engine: Engine, schema: Schema, match: Match, field: str) -> tuple[float, float] | None:
    """Smallest and largest value of a number field over the matching points."""
    there, chosen = path(field, schema), matching(match, schema)
    ends = [engine.by_value(there, chosen, descending=way, limit=1) for way in (False, True)]
    return (ends[0][0][1], ends[1][0][1]) if all(ends) else None
