"""What is known of a product itself, as numbers that a method of fusion may look at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from wares.records import Product

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Floats


def _long(count: int, most: int) -> float:
    """A count on a scale of logarithms: 0 for none, 1 for ``most``."""
    return math.log1p(count) / math.log1p(most)


def _media(product: Product, modality: str) -> int:
    """How many media of a modality a product and its variants have."""
    own = sum(medium.modality == modality for medium in product.media)
    return own + sum(medium.modality == modality for variant in product.variants for medium in variant.media)


#: The columns, each about 0 to 1; 0 stands for "has none" in all of them.
FACTS: Mapping[str, Callable[[Product], float]] = {
    "characters of the title": lambda product: _long(len(product.title), 200),
    "characters of the description": lambda product: _long(len(product.description), 2_000),
    "attributes": lambda product: _long(len(product.attributes), 20),
    "variants": lambda product: _long(len(product.variants), 20),
    "pictures": lambda product: _long(_media(product, "image"), 10),
    "sounds": lambda product: _long(_media(product, "audio") + _media(product, "video"), 10),
    "rating": lambda product: (product.rating or 0.0) / 5,
    "ratings": lambda product: _long(product.rating_count or 0, 1_000),
}


def facts_of(products: Mapping[int, Product], numbers: Iterable[int]) -> Floats:
    """The facts of products in the order of their numbers: shape (n, facts), zeros for one that is gone."""
    nothing = [0.0] * len(FACTS)
    found = [
        [column(products[number]) for column in FACTS.values()] if number in products else nothing
        for number in numbers
    ]
    return np.asarray(found, np.float32).reshape(len(found), len(FACTS))
