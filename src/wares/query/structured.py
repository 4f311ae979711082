"""Filters in JSON: for programs that would otherwise have to paste text together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from wares.errors import QueryError
from wares.query.bounds import MAX_DEPTH, MAX_ITEMS, MAX_LENGTH, bounded
from wares.query.lexicon import path_of
from wares.query.names import is_category
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Operator, Scalar, Under

Item = TypeVar("Item")

_COMPARISONS: Mapping[str, Operator] = {"eq": "=", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}


def read(data: Any) -> Filter:
    """The filter that decoded JSON says; :class:`QueryError` with the path to the mistake otherwise."""
    _check_size(data)
    return bounded(_all(_conditions(data, "filter"), "filter"))


def _check_size(data: Any) -> None:
    level, items = [data], 0
    for _ in range(3 * MAX_DEPTH):  # a condition within another takes at most a key, a list and a mapping
        level = [
            item
            for one in level
            if isinstance(one, Mapping | list | tuple)
            for item in (one.values() if isinstance(one, Mapping) else one)
        ]
        items += len(level)
        if items > MAX_ITEMS:
            raise QueryError(f"the filter has more than {MAX_ITEMS} conditions and values")
        if not level:
            return
    raise QueryError(f"the filter is nested more than {MAX_DEPTH} levels deep")


def _conditions(data: Any, place: str) -> list[Filter]:
    if isinstance(data, list | tuple):
        return [_all(_conditions(item, f"{place}[{n}]"), f"{place}[{n}]") for n, item in enumerate(data)]
    if not isinstance(data, Mapping):
        raise QueryError(f"{place}: expected conditions such as {{'price': {{'lt': 50}}}}, not {_shown(data)}")
    return [_condition(key, value, f"{place}.{key!s:.40}") for key, value in data.items()]


def _condition(key: Any, value: Any, place: str) -> Filter:
    if not isinstance(key, str) or not key.strip() or len(key) > MAX_LENGTH:
        raise QueryError(f"{place}: the name of a field is a text")
    match key:
        case "not":
            return Not(_all(_conditions(value, place), place))
        case "all":
            return _all(_conditions(value, place), place)
        case "any":
            items = _some(_conditions(value, place), place)
            return items[0] if len(items) == 1 else AnyOf(items)
    if isinstance(value, Mapping):
        return _all(
            [_compared(key, str(verb), bound, f"{place}.{verb!s:.40}") for verb, bound in value.items()], place
        )
    return _one_of(key, value, place) if isinstance(value, list | tuple) else Compare(key, "=", _scalar(value, place))


def _compared(field: str, verb: str, value: Any, place: str) -> Filter:
    if verb in _COMPARISONS:
        return Compare(field, _COMPARISONS[verb], _scalar(value, place))
    if verb not in _VERBS:
        raise QueryError(f"{place}: unknown comparison; known: {', '.join([*_COMPARISONS, *_VERBS])}")
    return _VERBS[verb](field, value, place)


def _one_of(field: str, values: Any, place: str) -> Filter:
    if not isinstance(values, list | tuple):
        raise QueryError(f"{place}: expected a list of values, not {_shown(values)}")
    return In(field, tuple(_scalar(value, place) for value in _some(values, place)))


def _none_of(field: str, values: Any, place: str) -> Filter:
    return Not(_one_of(field, values, place))


def _between(field: str, values: Any, place: str) -> Filter:
    if not isinstance(values, list | tuple) or len(values) != 2:
        raise QueryError(f"{place}: expected a list of two bounds, not {_shown(values)}")
    return AllOf((Compare(field, ">=", _scalar(values[0], place)), Compare(field, "<=", _scalar(values[1], place))))


def _under(field: str, value: Any, place: str) -> Filter:
    if not is_category(field):
        raise QueryError(f"{place}: only a category is under another")
    steps = value if isinstance(value, list | tuple) else path_of(value) if isinstance(value, str) else ()
    path = tuple(str(_scalar(step, place)) for step in steps)
    if not path:
        raise QueryError(f"{place}: expected a path such as 'Shoes/Running', not {_shown(value)}")
    return Under(path)


def _exists(field: str, value: Any, place: str) -> Filter:
    if not isinstance(value, bool):
        raise QueryError(f"{place}: expected true or false, not {_shown(value)}")
    return Exists(field) if value else Not(Exists(field))


_VERBS: Mapping[str, Callable[[str, Any, str], Filter]] = {
    "in": _one_of,
    "not_in": _none_of,
    "between": _between,
    "under": _under,
    "exists": _exists,
}


def _all(items: list[Filter], place: str) -> Filter:
    return items[0] if len(items) == 1 else AllOf(_some(items, place))


def _some(items: Sequence[Item], place: str) -> tuple[Item, ...]:
    if not items:
        raise QueryError(f"{place}: nothing is in it; leave it out, or say what has to hold")
    return tuple(items)


def _scalar(value: Any, place: str) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MAX_LENGTH:
        return value
    if isinstance(value, int | float) and abs(value) < 1e300 and math.isfinite(value):
        return float(value)
    raise QueryError(f"{place}: expected a text, a number, or true or false, not {_shown(value)}")


def _shown(value: Any) -> str:
    return f"{value!r:.40}" if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
