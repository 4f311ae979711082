"""Which fields are worth showing beside an answer, and how: values to tick, or a range.

A shop's feed has dozens of fields; a shopper is helped by those that many of the products found have, and that part
them into a handful. What shoppers look for first comes first, whatever a feed calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from wares.index.base import FieldSpec
from wares.query.filters import unparse
from wares.records import AllOf, Compare, FacetValue, Results, Under

#: What comes first, and the names that feeds have for it.
FIRST: tuple[tuple[str, ...], ...] = (
    ("category", "product_type"),
    ("brand", "vendor", "manufacturer"),
    ("colour", "color", "colour_family", "farbe", "颜色"),
    ("size", "sizes", "尺码"),
    ("price",),
    ("rating",),
    ("gender", "audience", "性别"),
    ("material", "材质"),
    ("availability",),
)
#: Values that name a single product part nothing.
_NAMES = re.compile(
    r"(?:^|_)(?:id|ids|sku|gtin|mpn|ean|upc|isbn|asin|code|url|link|title|name|description|handle)(?:_|$)"
)
#: Fields that are counted to choose from, and that are shown.
COUNTED, SHOWN = 16, 8
#: Values that a facet may have; of what comes first only so many are shown.
MOST = 40
#: The share of the products found that a field must have.
COVERAGE = 0.3


class FacetOption(msgspec.Struct, frozen=True):
    """A value, or a range of them, with the number of products, and the condition that asks for it."""

    value: str
    count: int
    where: str


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """A field to narrow an answer by. ``low`` and ``high`` are the round bounds of a "range". ``more``: there are
    values besides these."""

    field: str
    kind: Literal["values", "range"]
    options: tuple[FacetOption, ...]
    low: float | None = None
    high: float | None = None
    more: bool = False


def candidates(fields: Mapping[str, FieldSpec]) -> tuple[str, ...]:
    """The fields to count, for :func:`chosen` to choose from: what comes first, then what most products have."""
    first = [name for names in FIRST for name in fields if name.casefold() in names]
    others = [
        name
        for name, spec in fields.items()
        if name not in first and spec.type != "number" and not _NAMES.search(name)
    ]
    return tuple([*first, *others][:COUNTED])


def chosen(results: Results, fields: Mapping[str, FieldSpec]) -> tuple[Facet, ...]:
    """Of the fields that were counted, those worth showing."""
    first = {name for names in FIRST for name in names}
    found: list[Facet] = []
    for name, values in results.facets.items():
        if name in fields and len(found) < SHOWN and _parts(values, results.total, name.casefold() in first):
            found.append(facet(fields[name], values))
    return tuple(found)


def facet(spec: FieldSpec, values: Sequence[FacetValue]) -> Facet:
    """A counted field, ready to be shown."""
    if spec.type != "number":
        options = tuple(FacetOption(each.value, each.count, _condition(spec, each.value)) for each in values[:MOST])
        return Facet(field=spec.name, kind="values", options=options, more=len(values) > MOST)
    ranges = list(_ranges(spec.name, values))
    return Facet(
        field=spec.name,
        kind="range",
        options=tuple(option for _, _, option in ranges),
        low=min((low for low, _, _ in ranges), default=None),
        high=max((high for _, high, _ in ranges), default=None),
    )


def _parts(values: Sequence[FacetValue], total: int, first: bool) -> bool:
    """Whether values part what was found into a handful."""
    if len(values) < 2 or (len(values) > MOST and not first):
        return False
    return sum(each.count for each in values) >= COVERAGE * total


def _condition(spec: FieldSpec, value: str) -> str:
    if spec.name == "category":
        return unparse(Under(tuple(value.split("/"))))
    return unparse(Compare(spec.name, "=", value == "true" if spec.type == "boolean" else value))


def _ranges(field: str, values: Sequence[FacetValue]) -> Iterator[tuple[float, float, FacetOption]]:
    for each in values:
        bounds = re.fullmatch(r"(-?[\d.]+(?:e[+-]?\d+)?)-(-?[\d.]+(?:e[+-]?\d+)?)", each.value)
        if bounds is not None:
            low, high = float(bounds[1]), float(bounds[2])
            within = AllOf((Compare(field, ">=", low), Compare(field, "<", high)))
            yield low, high, FacetOption(each.value, each.count, unparse(within))
