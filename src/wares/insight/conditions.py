"""The conditions of a question, one by one, and whether a product passes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from wares.documents import filter_fields
from wares.errors import QueryError
from wares.index.base import FieldSpec, FieldValue, Point
from wares.index.exact import holds
from wares.index.fields import Schema, Stored, as_text
from wares.index.filters import fields_of, prepare
from wares.query import filters
from wares.records import AllOf, Chip, Filter, Product, Scalar, Sparse

#: Of a list of values so many are told.
_MOST_VALUES = 5


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition and a product.

    ``text`` is the condition in the words of a filter; ``source`` tells whether the filter has it or the words of
    the question, and then ``said`` is what was said. ``values``: by field, what the product has, over its variants.
    """

    text: str
    source: Literal["filter", "words"]
    holds: bool
    said: str = ""
    values: Mapping[str, tuple[str, ...]] = {}


def conditions(
    product: Product, where: Filter | None, chips: Sequence[Chip], fields: Mapping[str, FieldSpec]
) -> tuple[Condition, ...]:
    """The parts of the asker's own filter, then what was read out of the words and applied."""
    stored = _stored(product, fields)
    own = [(part, "filter", "") for part in _parts(where)]
    read = [(chip.where, "words", chip.text) for chip in chips if chip.applied and chip.where is not None]
    return tuple(
        Condition(
            text=written(part),
            source=source,  # type: ignore[arg-type]
            said=said,
            holds=_passes(part, stored, fields),
            values={field: _values(stored, field) for field in sorted(fields_of(_ready(part, fields)))},
        )
        for part, source, said in (*own, *read)
    )


def passes(product: Product, where: Filter | None, fields: Mapping[str, FieldSpec]) -> bool:
    """Whether something to buy of the product passes the whole filter."""
    return where is None or _passes(where, _stored(product, fields), fields)


def written(where: Filter) -> str:
    """The filter in words; of what no words say, its form."""
    try:
        return filters.unparse(where)
    except QueryError:
        return str(where)


def _parts(where: Filter | None) -> Iterator[Filter]:
    """What has to hold, each for itself."""
    if isinstance(where, AllOf):
        for item in where.items:
            yield from _parts(item)
    elif where is not None:
        yield where


def _stored(product: Product, fields: Mapping[str, FieldSpec]) -> Stored:
    """The product as the index keeps it."""
    own, offers = filter_fields(product)
    known = {name: value for name, value in own.items() if name in fields}
    sold = [{name: value for name, value in offer.items() if name in fields} for offer in offers]
    point = Point(number=0, vectors={}, words=Sparse((), ()), fields=known, offers=sold)
    return Schema(fields).store([point])[0]


def _views(stored: Stored) -> list[dict[str, FieldValue]]:
    """Every offer, seen together with the product's own fields."""
    return [{**stored.fields, **offer} for offer in stored.offers]


def _ready(where: Filter, fields: Mapping[str, FieldSpec]) -> Filter:
    return prepare(filters.check(where, fields), Schema(fields))


def _passes(where: Filter, stored: Stored, fields: Mapping[str, FieldSpec]) -> bool:
    ready = _ready(where, fields)
    return any(holds(ready, view) for view in _views(stored))


def _values(stored: Stored, field: str) -> tuple[str, ...]:
    """What a product has in a field, over all its offers, as it is written."""
    found: dict[str, None] = {}
    for view in _views(stored):
        value = view.get(field)
        several: Sequence[Scalar] = value if isinstance(value, list) else [] if value is None else [value]
        found.update(dict.fromkeys(stored.spelling(field, as_text(each)) for each in several))
    names = list(found)
    return (*names[:_MOST_VALUES], *([f"and {len(names) - _MOST_VALUES} more"] if len(names) > _MOST_VALUES else ()))
