"""How complete a catalogue is: what products lack, and how many have each field that questions can filter by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from wares.query.names import field_name
from wares.records import Product

if TYPE_CHECKING:
    from wares.shop import Shop

#: Products that are looked through, products that are named for each lack, and fields that are told.
MOST_PRODUCTS = 20_000
EXAMPLES = 20
MOST_FIELDS = 60
#: Values of a field that are told apart while counting; one with more is no facet.
MOST_VALUES = 1_000
#: A facet is ready when so many of the products have it, in so many different values.
READY_SHARE, READY_VALUES = 0.3, (2, 200)


class Lack(msgspec.Struct, frozen=True):
    """What ``count`` products do not have, and some of them (id, title)."""

    what: str
    count: int
    examples: tuple[tuple[str, str], ...]


class Field(msgspec.Struct, frozen=True):
    """A field of products: how many have it, in how many ``values`` (at most :data:`MOST_VALUES` are counted).

    ``ready``: enough products have it, in few enough values, that it makes a facet."""

    name: str
    count: int
    values: int
    ready: bool


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in ``products`` of a catalogue of ``total``."""

    products: int
    total: int
    lacks: tuple[Lack, ...]
    fields: tuple[Field, ...]


LACKS: Mapping[str, Callable[[Product], bool]] = {
    "picture": lambda product: not any(medium.modality == "image" for _, medium in product.all_media()),
    "price": lambda product: product.price is None and not any(one.price for one in product.variants),
    "category": lambda product: not product.category,
    "description": lambda product: not product.description.strip(),
    "brand": lambda product: not product.brand,
    "availability": lambda product: (
        product.availability is None and not any(v.availability for v in product.variants)
    ),
    "rating": lambda product: product.rating is None,
    "attributes": lambda product: not product.attributes and not any(one.options for one in product.variants),
}


def coverage(shop: Shop, most: int = MOST_PRODUCTS) -> Coverage:
    """What the first ``most`` products of a shop have and lack."""
    return surveyed(islice(shop.products(), most), len(shop))


def surveyed(products: Iterable[Product], total: int) -> Coverage:
    """What products of a catalogue of ``total`` have and lack."""
    seen = 0
    missing: Counter[str] = Counter()
    examples: dict[str, list[tuple[str, str]]] = {what: [] for what in LACKS}
    having: Counter[str] = Counter()
    values: dict[str, set[str]] = {}
    for product in products:
        seen += 1
        for what, lacks in LACKS.items():
            if lacks(product):
                missing[what] += 1
                if len(examples[what]) < EXAMPLES:
                    examples[what].append((product.id, product.title))
        for name, own in _fields(product).items():
            having[name] += 1
            known = values.setdefault(name, set())
            if len(known) < MOST_VALUES:
                known.update(own)
    lacks_found = tuple(Lack(what, missing[what], tuple(examples[what])) for what in LACKS if missing[what])
    fields = (Field(name, n, len(values[name]), _ready(n, seen, len(values[name]))) for name, n in having.items())
    ranked = sorted(fields, key=lambda field: (-field.count, field.name))[:MOST_FIELDS]
    return Coverage(products=seen, total=total, lacks=lacks_found, fields=tuple(ranked))


def _fields(product: Product) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if product.brand:
        found["brand"] = [product.brand]
    if product.category:
        found["category"] = ["/".join(product.category)]
    for name, value in product.attributes.items():
        found[field_name(name)] = list(value) if isinstance(value, tuple) else [str(value)]
    for variant in product.variants:
        for name, option in variant.options.items():
            found.setdefault(field_name(name), []).append(option)
    return found


def _ready(count: int, seen: int, values: int) -> bool:
    low, high = READY_VALUES
    return count >= READY_SHARE * seen and low <= values <= high
