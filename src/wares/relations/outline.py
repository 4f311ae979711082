"""What of the categories, or of one product's relations, is shown: so much that it can be read, and the rest counted.

Pictures, Graphviz, text and JSON are all made from these.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from wares.catalogue.kinds import KINDS, label
from wares.records import Product
from wares.relations.graph import Edge, Graph
from wares.relations.tree import Path, Tree

#: Categories, or products around one, that are shown.
MAX_SHOWN = 200

#: Products by number, those that there are.
Products = Callable[[Sequence[int]], Mapping[int, Product]]


class Branch(NamedTuple):
    """A category: its path, the products in it and below, the categories in it that are shown, and how many more
    there are, with how many products."""

    path: Path
    products: int
    narrower: tuple[Branch, ...] = ()
    more: int = 0
    more_products: int = 0


class Related(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One product that another has to do with: the kind of relation and its name, the product's id and title ("" if
    no product has the id), how certain it is, and where it is from: "feed" or "inferred", then ``by`` which model
    number."""

    kind: str
    label: str
    id: str
    title: str = ""
    certainty: float
    origin: str
    by: str = ""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A product's relations: ``related`` by kind, ``more`` the number by kind of those left out."""

    id: str
    title: str
    brand: str
    brand_count: int
    category: tuple[str, ...]
    category_count: int
    related: tuple[Related, ...]
    more: dict[str, int] = {}


def outlined(tree: Tree, limit: int = MAX_SHOWN) -> Branch:
    """The whole catalogue as one branch: of the categories the ``limit`` with the most products, none without those
    that it is in."""
    shown: dict[Path, list[Path]] = {(): []}
    waiting = [(-tree.count(path), path) for path in tree.narrower(())]
    heapq.heapify(waiting)
    while waiting and len(shown) <= limit:
        _, path = heapq.heappop(waiting)
        shown[path] = []
        shown[path[:-1] if path[:-1] in shown else tree.broader(path) or ()].append(path)
        for below in tree.narrower(path):
            heapq.heappush(waiting, (-tree.count(below), below))
    return _branch(tree, (), shown)


def _branch(tree: Tree, path: Path, shown: Mapping[Path, Sequence[Path]]) -> Branch:
    kept = shown[path]
    left = [below for below in tree.narrower(path) if below not in shown]
    narrower = tuple(_branch(tree, below, shown) for below in kept)
    return Branch(path, tree.count(path), narrower, len(left), sum(map(tree.count, left)))


def sheet(graph: Graph, number: int, products: Products, language: str = "en", limit: int = MAX_SHOWN) -> Sheet:
    """The relations of a product that is there, at most ``limit`` in all, of every kind its share. ``language`` ("en"
    or "zh") is that of the names of relations. Products that the graph still has and the store no longer are left
    out. :class:`KeyError` when the product itself is."""
    edges = graph.edges(number)
    found = products([number, *(edge.target for edge in edges if edge.target is not None)])
    own, brand, category = found[number], graph.brand(number), graph.category(number)
    known = [edge for edge in edges if edge.target is None or edge.target in found]
    kept, more = _shared(known, limit)
    return Sheet(
        id=own.id,
        title=own.title,
        brand=brand,
        brand_count=len(graph.of_brand(brand)),
        category=category,
        category_count=graph.tree.count(category) if category else 0,
        related=tuple(_related(edge, found, language) for edge in kept),
        more=more,
    )


def _shared(edges: Sequence[Edge], limit: int) -> tuple[list[Edge], dict[str, int]]:
    """Edges by kind, so many that there are ``limit``, and how many are left out of each kind."""
    by_kind = {kind: [edge for edge in edges if edge.kind == kind] for kind in KINDS}
    waiting = sorted((own for own in by_kind.values() if own), key=len)
    kept: dict[str, list[Edge]] = {}
    room = limit
    for at, own in enumerate(waiting):
        kept[own[0].kind] = own[: room // (len(waiting) - at)]
        room -= len(kept[own[0].kind])
    more = {kind: len(by_kind[kind]) - len(own) for kind, own in kept.items() if len(own) < len(by_kind[kind])}
    return [edge for kind in KINDS for edge in kept.get(kind, ())], more


def _related(edge: Edge, found: Mapping[int, Product], language: str) -> Related:
    target = found.get(edge.target) if edge.target is not None else None
    return Related(
        kind=edge.kind,
        label=label(edge.kind, language),
        id=target.id if target else edge.id,
        title=target.title if target else "",
        certainty=edge.certainty,
        origin=edge.origin,
        by=edge.by,
    )
