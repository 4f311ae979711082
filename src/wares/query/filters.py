"""Filters: read from words of SQL or from JSON, written as words again, and checked against the fields of a shop.

The language is told with examples in docs/filters.md; what a filter means for products with variants, in
:mod:`wares.index.base`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wares.errors import QueryError
from wares.index.base import FieldSpec, fold
from wares.index.fields import fit
from wares.query import structured
from wares.query.lexicon import literal, name
from wares.query.names import kind, resolve, resolve_sort
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Scalar, Under

__all__ = ["check", "from_json", "parse", "resolve", "resolve_sort", "unparse"]


def parse(text: str) -> Filter:
    """``price < 50 AND brand IN ("A", "B")`` → the filter. :class:`QueryError` points at the place of a mistake."""
    from wares.query import syntax

    return syntax.read(text)


def from_json(data: Any) -> Filter:
    """The filter that decoded JSON says.

    A list holds conditions that all hold; a mapping has fields and groups, and all of them hold::

        {"brand": ["A", "B"], "price": {"gte": 10, "lt": 50}, "not": {"colour": "red"},
         "any": [{"category": {"under": "Shoes"}}, {"rating": {"exists": true}}]}

    A field's condition is a value, a list of values, or a mapping of comparisons: eq, ne, lt, lte, gt, gte, in,
    not_in, between, under, exists. :class:`QueryError` names the place of a mistake.
    """
    return structured.read(data)


# -- words out --------------------------------------------------------------------------------------------------


def unparse(where: Filter) -> str:
    """The filter in words that :func:`parse` reads as the same filter.

    A group of one is written as that one. :class:`QueryError` for what no words say: empty groups and lists, numbers
    that are not finite.
    """
    return _words(where, inside=None)


def _words(where: Filter, inside: type[Filter] | None) -> str:
    match where:
        case Compare(field, operator, value):
            return f"{name(field)} {operator} {literal(value)}"
        case In(field, values) | Not(In(field, values)):
            if not values:
                raise QueryError(f"{field} IN needs at least one value")
            verb = "IN" if isinstance(where, In) else "NOT IN"
            return f"{name(field)} {verb} ({', '.join(map(literal, values))})"
        case Under(path):
            return f"category UNDER {literal('/'.join(path))}"
        case Exists(field):
            return f"{name(field)} EXISTS"
        case Not(item):
            return f"NOT {_words(item, inside=Not)}"
        case AllOf(items) | AnyOf(items):
            if len(items) < 2:
                return _words(_only(items), inside)
            text = f" {'AND' if isinstance(where, AllOf) else 'OR'} ".join(
                _words(item, type(where)) for item in items
            )
            return f"({text})" if inside else text


def _only(items: Sequence[Filter]) -> Filter:
    if not items:
        raise QueryError("a group needs at least one condition")
    return items[0]


# -- against a shop's fields ------------------------------------------------------------------------------------


def check(where: Filter, fields: Mapping[str, FieldSpec]) -> Filter:
    """The filter with names and values as a shop keeps them: fields resolved, values in the type of their field.

    :class:`QueryError` for an unknown field (with the nearest names), for a value that a field can never have, and
    for ``<`` and its like on what is no number.
    """
    match where:
        case Compare(field, operator, value):
            known = resolve(field, fields)
            if operator not in ("=", "!=") and kind(known, fields) != "number":
                raise QueryError(f"{known} is no number: it can be =, != or IN, but not {operator}")
            return Compare(known, operator, _fitted(known, value, fields))
        case In(field, values):
            known = resolve(field, fields)
            return In(known, tuple(_fitted(known, value, fields) for value in values))
        case Under(path):
            resolve("category", fields)
            return Under(tuple(fold(step) for step in path))
        case Exists(field):
            return Exists(resolve(field, fields))
        case Not(item):
            return Not(check(item, fields))
        case AllOf(items):
            return AllOf(tuple(check(item, fields) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(check(item, fields) for item in items))


_KINDS = {"number": "a number", "boolean": "true or false", "keyword": "text"}


def _fitted(field: str, value: Scalar, fields: Mapping[str, FieldSpec]) -> Scalar:
    """The value in the stored form of its field."""
    wanted = kind(field, fields)
    fitted = fit(value, wanted)
    if fitted is None:
        raise QueryError(f"{field} is {_KINDS[wanted]}, so it cannot be compared with {literal(value):.60}")
    return fitted
