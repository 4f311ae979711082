"""Counts and orders that the engine does not answer exactly in one call, put together from calls that it does."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import qdrant_edge as qe

from wares.index.base import Match
from wares.index.edge_engine import Engine
from wares.index.edge_filters import condition, has, key, matching, path
from wares.index.fields import Schema
from wares.index.filters import fields_of, prepare
from wares.records import AllOf, Compare

_ALL = 2**31


def facet(engine: Engine, schema: Schema, match: Match, field: str, limit: int) -> list[tuple[str, int]]:
    """Stored values of a field and the points found when one is added to the match, most frequent first.

    One count of values, unless filter and field are both asked of offers: then its figures, which may come from
    different offers of a product, are upper bounds, and values are counted one by one until no other can be among
    the best.
    """
    chosen = matching(match, schema)
    if not _asks_offers(match, field, schema):
        return _values(engine, schema, chosen, field, limit)
    best: list[tuple[str, int]] = []
    for value, at_most in _values(engine, schema, chosen, field, _ALL):
        if len(best) == limit and best[-1][1] > at_most:
            break
        has_value = Compare(field, "=", value)
        narrowed = AllOf((match.where, has_value)) if match.where else has_value
        if count := engine.count(matching(msgspec.structs.replace(match, where=narrowed), schema)):
            insort(best, (value, count), key=_rank)
            del best[limit:]
    return best


def _values(engine: Engine, schema: Schema, chosen: qe.Filter, field: str, limit: int) -> list[tuple[str, int]]:
    """Stored values among chosen points, each with the number of points that have it in some offer."""
    if field in schema.common:
        return engine.facet(path(field, schema), chosen, limit)
    counts = Counter(value for _, values in _read(engine, schema, chosen, field) for value in {*map(str, values)})
    return sorted(counts.items(), key=_rank)[:limit]


def _read(engine: Engine, schema: Schema, chosen: qe.Filter, field: str) -> Iterator[tuple[int, list[Any]]]:
    """The values of a field that the engine has no index of, point by point."""
    name, within = key(field), "fields" if schema.specs[field].level == "product" else "offers"
    for number, kept in engine.payloads(qe.Filter(must=[chosen, has(field)]), [within]):
        parts = [kept["fields"]] if within == "fields" else kept["offers"]
        values = [part[name] for part in parts if name in part]
        yield number, [one for value in values for one in (value if isinstance(value, list) else [value])]


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
    chosen = matching(match, schema)
    if field in schema.common:
        with_field = qe.Filter(must=[chosen, has(field)])
        wanted = min(limit, engine.count(with_field))
        first = _by_value(engine, path(field, schema), with_field, descending=descending, wanted=wanted)
    else:
        values = _read(engine, schema, chosen, field)
        place = {number: -max(mine) if descending else min(mine) for number, mine in values}
        first = sorted(place, key=lambda number: (place[number], number))[:limit]
    if len(first) < limit:
        first += engine.numbers(qe.Filter(must=[chosen], must_not=[has(field)]), limit - len(first))
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
    if not best:
        return []
    ranked = sorted(best, key=lambda number: (best[number], number))[:wanted]
    last = best[ranked[-1]]
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
    if field not in schema.common:
        found = [value for _, values in _read(engine, schema, chosen, field) for value in values]
        return (min(found), max(found)) if found else None
    ends = [engine.by_value(there, chosen, descending=way, limit=1) for way in (False, True)]
    return (ends[0][0][1], ends[1][0][1]) if all(ends) else None
