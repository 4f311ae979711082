"""What a product says of itself that a question may name: the texts of its fields, and how its title says "no"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from wares.query.names import field_name

if TYPE_CHECKING:
    from wares.query.reading.text import Text
    from wares.records import Product

_NEGATING = frozenset(("no", "non", "not", "without", "free", "less", "anti", "无", "非", "不", "免", "零"))
_AFTER = frozenset(("free", "less"))

_field = lru_cache(maxsize=1 << 14)(field_name)


def spoken(product: Product) -> Iterator[tuple[str, str]]:
    """The texts that a product is filtered by, field by field; every prefix of its category path; "true" and
    "false"."""
    if product.brand:
        yield "brand", product.brand
    steps = [step.strip() for name in product.category for step in name.split("/") if step.strip()]
    for depth in range(len(steps)):
        yield "category", "/".join(steps[: depth + 1])
    for name, value in product.attributes.items():
        if isinstance(value, str):
            yield _field(name), value
        elif isinstance(value, tuple):
            yield from ((_field(name), one) for one in value)
        elif isinstance(value, bool):
            yield _field(name), "true" if value else "false"
    for variant in product.variants:
        yield from ((_field(name), value) for name, value in variant.options.items())


def others(product: Product) -> Iterator[str]:
    """The other fields that a product has: numbers, and what is no word of a question."""
    offers = product.variants
    if product.price or any(variant.price for variant in offers):
        yield "price"
    if product.availability or any(variant.availability for variant in offers):
        yield "availability"
    if product.rating is not None:
        yield "rating"
    if product.rating_count is not None:
        yield "rating_count"
    for name, value in product.attributes.items():
        if isinstance(value, float):
            yield _field(name)


def turns(read: Text) -> Iterator[str]:
    """Turns of phrase with "no" and its like: such a word and the next, a word and "free"."""
    for at, word in enumerate(read.words):
        if word.key in _NEGATING:
            first, last = (at - 1, at) if word.key in _AFTER else (at, at + 1)
            if first >= 0 and last < len(read.words):
                yield read.phrase(first, last)
