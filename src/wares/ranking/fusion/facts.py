"""What is known of a product itself, as numbers that a method of fusion may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.records import Product

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Floats


class Fact(NamedTuple):
    """A number of a product, and the one that counts as 1, on a scale of logarithms."""

    of: Callable[[Product], float]
    much: float


def _media(product: Product, *modalities: str) -> int:
    """How many media of some modalities a product and its variants have."""
    every = chain(product.media, *(variant.media for variant in product.variants))
    return sum(medium.modality in modalities for medium in every)


#: The columns; 0 stands for "has none" in all of them.
FACTS: Mapping[str, Fact] = {
    "characters of the title": Fact(lambda product: len(product.title), 200),
    "characters of the description": Fact(lambda product: len(product.description), 2_000),
    "attributes": Fact(lambda product: len(product.attributes), 20),
    "variants": Fact(lambda product: len(product.variants), 20),
    "pictures": Fact(lambda product: _media(product, "image"), 10),
    "sounds": Fact(lambda product: _media(product, "audio", "video"), 10),
    "rating": Fact(lambda product: product.rating or 0.0, 5),
    "ratings": Fact(lambda product: product.rating_count or 0, 1_000),
}


def facts_of(products: Mapping[int, Product], numbers: Iterable[int]) -> Floats:
    """The facts of products in the order of their numbers: shape (n, facts), zeros for one that is gone."""
    found = [products.get(number) for number in numbers]
    columns = [[fact.of(product) if product is not None else 0.0 for product in found] for fact in FACTS.values()]
    much = np.log1p([fact.much for fact in FACTS.values()])
    counted = np.asarray(columns, np.float64).reshape(len(FACTS), len(found)).T
    return (np.log1p(np.maximum(counted, 0.0)) / much).astype(np.float32)
