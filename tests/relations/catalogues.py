"""Small catalogues that graphs learn from."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from wares.catalogue.kinds import KINDS
from wares.records import Product
from wares.relations import Graph
from wares.store.entries import Stored

IDS = ["a", "b", "c", "d", "e", "gone"]


def product(id: str, title: str = "Thing", **fields: Any) -> Product:
    return Product(id=id, title=title, **fields)


def stored(products: Sequence[Product], first: int = 1) -> list[Stored]:
    return [Stored(number, product, ()) for number, product in enumerate(products, first)]


def learnt(*products: Product, first: int = 1) -> Graph:
    graph = Graph()
    graph.learn(stored(products, first))
    return graph


TITLES = st.sampled_from(
    [
        "Canon EOS450D camera",
        "Battery for Canon EOS450D",
        "Canon EOS450D kit",
        "Acme EOS450D",
        "Case",
        "佳能EOS450D相机",
    ]
)
RELATIONS = st.dictionaries(
    st.sampled_from([*KINDS, "worn_with"]), st.lists(st.sampled_from(IDS), max_size=3).map(tuple)
)
PRODUCTS = st.builds(
    product,
    st.sampled_from(IDS[:-1]),
    TITLES,
    brand=st.sampled_from(["", "Canon", "canon", "Acme"]),
    category=st.sampled_from([(), ("Cameras",), ("cameras",), ("Cameras", "Bags"), ("Power",)]),
    relations=RELATIONS,
    attributes=st.sampled_from([{}, {"compatibility": "Canon EOS450D"}, {"model": "EOS-450D"}]),
)
ROWS = st.lists(st.tuples(st.integers(1, 6), PRODUCTS), max_size=8).map(
    lambda rows: [Stored(number, product, ()) for number, product in rows]
)
