"""Filters made ready for an index: values in stored form, and levels kept apart.

:func:`prepare` brings a filter into the stored form of a schema; what a schema decides at once (a comparison with a
field that no product has is false) is decided there. :func:`split` then turns "some offer makes the whole expression
true" into alternatives that each ask one thing of the product and one thing of one and the same offer, which is what
an engine can look up. With P a condition on the product and O one on an offer, it rests on

    some offer: (A or B)   =   (some offer: A) or (some offer: B)
    some offer: (P and O)  =   P and (some offer: O)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import msgspec

from wares.errors import QueryError
from wares.index.fields import Schema
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Scalar, Under

TRUE = AllOf(())
FALSE = AnyOf(())

#: A filter that mixes levels may need this many alternatives and no more.
MAX_ALTERNATIVES = 256
MAX_DEPTH = 100

_ORDER = frozenset(("<", "<=", ">", ">="))


def prepare(where: Filter | None, schema: Schema) -> Filter:
    """The filter in stored form, without constants inside: :data:`TRUE`, :data:`FALSE`, or a tree free of both.

    ``Under`` becomes equality with a prefix of the category. Raises :class:`QueryError` for a comparison that the
    type of a field does not allow. A field that no product has is not an error here: an empty index has none.
    """
    return TRUE if where is None else _prepare(where, schema, MAX_DEPTH)


def _prepare(where: Filter, schema: Schema, depth: int) -> Filter:
    if depth == 0:
        raise QueryError(f"the filter is nested more than {MAX_DEPTH} deep")
    match where:
        case AllOf(items):
            return all_of([_prepare(item, schema, depth - 1) for item in items])
        case AnyOf(items):
            return any_of([_prepare(item, schema, depth - 1) for item in items])
        case Not(item):
            return negated(_prepare(item, schema, depth - 1))
        case Exists(field):
            return where if field in schema.specs else FALSE
        case Under(path):
            return _prepare(Compare("category", "=", "/".join(path)), schema, depth)
        case In(field, values):
            if field not in schema.specs or not values:
                return FALSE
            return In(field, tuple(dict.fromkeys(_asked(schema, field, value) for value in values)))
        case Compare(field, operator, value):
            if field not in schema.specs:
                return FALSE
            if operator in _ORDER and schema.specs[field].type != "number":
                raise QueryError(f"{field} is no number field: it can be = or !=, but not {operator}")
            return Compare(field, operator, _asked(schema, field, value))


def _asked(schema: Schema, field: str, value: Scalar) -> Scalar:
    if isinstance(value, float) and not math.isfinite(value):
        raise QueryError(f"{field} cannot be compared with {value}")
    return schema.asked(field, value)


def all_of(items: Sequence[Filter]) -> Filter:
    """The conjunction, simplified: constants decide or vanish, one condition stands alone, nested ones are joined."""
    flat: list[Filter] = []
    for item in items:
        if item == FALSE:
            return FALSE
        flat.extend(item.items if isinstance(item, AllOf) else [item])
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(items: Sequence[Filter]) -> Filter:
    """The disjunction, simplified likewise."""
    flat: list[Filter] = []
    for item in items:
        if item == TRUE:
            return TRUE
        flat.extend(item.items if isinstance(item, AnyOf) else [item])
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def negated(item: Filter) -> Filter:
    """The negation, simplified likewise."""
    if item in (TRUE, FALSE):
        return FALSE if item == TRUE else TRUE
    return item.item if isinstance(item, Not) else Not(item)


class Alternative(msgspec.Struct, frozen=True):
    """Holds for a product that passes ``product`` and of which one offer passes ``offer``."""

    product: Filter = TRUE
    offer: Filter = TRUE


def split(where: Filter, schema: Schema) -> list[Alternative]:
    """A prepared filter as alternatives: a product passes the filter when it passes at least one of them.

    Raises :class:`QueryError` when that takes more than :data:`MAX_ALTERNATIVES`.
    """
    levels = {schema.specs[field].level for field in fields_of(where)}
    if where == FALSE:
        return []
    if "offer" not in levels:
        return [Alternative(product=where)]
    if "product" not in levels:
        return [Alternative(offer=where)]
    match where:
        case AnyOf(items):
            return _merged([one for item in items for one in split(item, schema)])
        case AllOf(items):
            choices = [split(item, schema) for item in items]
            if math.prod(len(choice) for choice in choices) > MAX_ALTERNATIVES:
                raise QueryError("the filter mixes too many alternatives of products and variants; ask fewer at once")
            return _merged([_joined(chosen) for chosen in product(*choices)])
        case Not(AllOf(items)):
            return split(any_of([negated(item) for item in items]), schema)
        case Not(AnyOf(items)):
            return split(all_of([negated(item) for item in items]), schema)
    raise AssertionError(f"a condition on one field has one level: {where}")


def _joined(chosen: Sequence[Alternative]) -> Alternative:
    return Alternative(all_of([one.product for one in chosen]), all_of([one.offer for one in chosen]))


def _merged(alternatives: Sequence[Alternative]) -> list[Alternative]:
    """Those that ask the same of the product become one: ``P and O1 or P and O2 = P and (O1 or O2)``."""
    by_product: dict[Filter, list[Filter]] = {}
    for one in alternatives:
        by_product.setdefault(one.product, []).append(one.offer)
    merged = [Alternative(ask, any_of(offers)) for ask, offers in by_product.items()]
    return [one for one in merged if FALSE not in (one.product, one.offer)]


def fields_of(where: Filter) -> set[str]:
    """The names of all fields a filter compares."""
    match where:
        case AllOf(items) | AnyOf(items):
            return {field for item in items for field in fields_of(item)}
        case Not(item):
            return fields_of(item)
        case Under():
            return {"category"}
        case Compare(field) | In(field) | Exists(field):
            return {field}
