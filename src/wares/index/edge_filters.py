"""Filters as conditions of Qdrant's engine.

A point's payload is ``{"fields": {…}, "offers": [{…}, …], "has": [fields], "terms": [ids], "shown": {…}}``, with
the values of :mod:`wares.index.fields`. What is asked of one and the same offer becomes a nested condition; where a
single comparison is asked of an offer, a condition on ``offers[].field`` says the same and is looked up faster.

The engine has an index of ``terms``, of ``has`` and of common fields. A condition on another field is checked on the
payloads of those points that have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

import qdrant_edge as qe

from wares.index.base import FieldValue, Match
from wares.index.fields import Schema, Values, as_text
from wares.index.filters import FALSE, TRUE, Alternative, prepare, split
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Scalar, Under

Condition: TypeAlias = Any

_NOTHING = qe.Filter(must_not=[qe.Filter()])
_BOUNDS = {"<": ("lt",), "<=": ("lte",), ">": ("gt",), ">=": ("gte",), "=": ("gte", "lte")}


@lru_cache(maxsize=8192)
def key(field: str) -> str:
    """A field's name as a payload key: what a quoted path cannot hold is written as in a URL."""
    return re.sub(r'[%"\\\x00-\x1f]', lambda found: f"%{ord(found[0]):02X}", field)


def payload(values: Values) -> dict[str, FieldValue]:
    """Stored values under their payload keys. Booleans are kept as text: the engine's bindings read ``True`` in a
    condition as the number 1, which equals no boolean."""
    return {key(name): as_text(value) if isinstance(value, bool) else value for name, value in values.items()}


def path(field: str, schema: Schema) -> str:
    """Where the values of a field are in the payload."""
    within = "fields." if schema.specs[field].level == "product" else "offers[]."
    return f'{within}"{key(field)}"'


def has(field: str) -> Condition:
    """Points of which the product, or some offer, has a value there."""
    return qe.FieldCondition("has", match=qe.MatchValue(key(field)))


def matching(match: Match, schema: Schema) -> qe.Filter:
    """The points that match."""
    must = _conditions(prepare(match.where, schema), schema)
    if match.terms is not None or match.numbers is not None or match.texts is not None:
        ways: list[Condition] = [qe.Filter(must=[_says(word) for word in text]) for text in match.texts or ()]
        if match.terms:
            ways.append(_says(match.terms))
        if match.numbers:
            ways.append(qe.HasIdCondition(set(match.numbers)))
        must.append(_either(ways))
    if match.within is not None:
        must.append(qe.HasIdCondition(set(match.within)) if match.within else _NOTHING)
    return qe.Filter(must=must, must_not=[qe.HasIdCondition(set(match.without))] if match.without else None)


def _says(word: Sequence[int]) -> Condition:
    """Points that hold one of some terms."""
    return qe.FieldCondition("terms", match=qe.MatchAny(list(word)))


def condition(where: Filter, schema: Schema) -> qe.Filter:
    """A prepared filter as a condition on points."""
    return qe.Filter(must=_conditions(where, schema))


def _conditions(where: Filter, schema: Schema) -> list[Condition]:
    """What must all be true of a point. Kept flat: the engine looks up what stands here and checks what is nested."""
    alternatives = [_alternative(one, schema) for one in split(where, schema)]
    if len(alternatives) == 1:
        return alternatives[0]
    return [_either([qe.Filter(must=must) for must in alternatives])]


def _alternative(asked: Alternative, schema: Schema) -> list[Condition]:
    must: list[Condition] = [has(field) for field in sorted(_needed(asked) - schema.common)]
    must += _all(asked.product, "fields.")
    if asked.offer != TRUE:
        if _any_offer(asked.offer):
            must += _all(asked.offer, "offers[].")
        else:
            must.append(qe.NestedCondition("offers", qe.Filter(must=_all(asked.offer, ""))))
    return must


def _either(ways: list[Condition]) -> Condition:
    if len(ways) == 1:
        return ways[0]
    return qe.Filter(should=ways) if ways else _NOTHING


def _needed(asked: Alternative | Filter) -> set[str]:
    """Fields that a point must have to pass."""
    match asked:
        case Alternative(of_product, of_offer):
            return _needed(of_product) | _needed(of_offer)
        case AllOf(items):
            return {field for item in items for field in _needed(item)}
        case AnyOf(items):
            return set.intersection(*map(_needed, items)) if items else set()
        case Compare(field) | In(field) | Exists(field):
            return {field}
        case _:
            return set()


def _any_offer(where: Filter) -> bool:
    """Whether a condition may be looked up over the values of all offers at once: it compares one field of an offer
    and wants it to have something, so it holds of an offer if it holds of one of the values."""
    match where:
        case Compare(_, operator):
            return operator != "!="
        case In() | Exists():
            return True
        case AnyOf(items):
            return where != FALSE and all(_any_offer(item) for item in items)
        case AllOf(items):
            return len(_ranges(items)) == 1 and all(_is_range(item) for item in items)
        case _:
            return False


def _all(where: Filter, within: str) -> list[Condition]:
    """The parts of a conjunction, all comparisons with one number field as one range."""
    items = where.items if isinstance(where, AllOf) else (where,)
    ranges: list[Condition] = [qe.FieldCondition(_at(within, f), range=r) for f, r in _ranges(items).items()]
    return ranges + [_compile(item, within) for item in items if not _is_range(item)]


def _compile(where: Filter, within: str) -> Condition:
    match where:
        case AllOf():
            return qe.Filter(must=_all(where, within))
        case AnyOf(items):
            return qe.Filter(should=[_compile(item, within) for item in items])
        case Not(item):
            return qe.Filter(must_not=[_compile(item, within)])
        case Exists(field):
            return has(field) if within else qe.Filter(must_not=[qe.IsEmptyCondition(_at(within, field))])
        case In(field, values):
            return _one_of(_at(within, field), values)
        case Compare(field, "!=", value):
            there = _at(within, field)
            return qe.Filter(must_not=[qe.IsEmptyCondition(there), _one_of(there, [value])])
        case Compare(field, "=", value):
            return _one_of(_at(within, field), [value])
        case Compare(field):
            return qe.FieldCondition(_at(within, field), range=_ranges([where])[field])
        case Under():
            raise AssertionError("prepare() leaves no Under")


def _one_of(there: str, values: Sequence[Scalar]) -> Condition:
    """Equality with any of the values, which are of one type."""
    numbers = [value for value in values if isinstance(value, float) and not isinstance(value, bool)]
    if numbers:
        ranges: list[Condition] = [qe.FieldCondition(there, range=qe.RangeFloat(gte=v, lte=v)) for v in numbers]
        return ranges[0] if len(ranges) == 1 else qe.Filter(should=ranges)
    texts = [as_text(value) for value in values]
    return qe.FieldCondition(there, match=qe.MatchValue(texts[0]) if len(texts) == 1 else qe.MatchAny(texts))


def _is_range(where: Filter) -> bool:
    match where:
        case Compare(_, operator, value):
            return operator != "!=" and isinstance(value, float)
        case _:
            return False


def _ranges(items: Iterable[Filter]) -> dict[str, qe.RangeFloat]:
    """Per number field, the one range that all comparisons with it leave."""
    sides: dict[str, dict[str, float]] = {}
    for item in items:
        match item:
            case Compare(field, operator, float(value)) if operator != "!=":
                mine = sides.setdefault(field, {})
                for side in _BOUNDS[operator]:
                    tighter = max if side.startswith("g") else min
                    mine[side] = tighter(mine.get(side, value), value)
    return {field: qe.RangeFloat(**mine) for field, mine in sides.items()}


def _at(within: str, field: str) -> str:
    return f'{within}"{key(field)}"'
