"""The graph of a catalogue: which product goes with which, and what brand and category each has.

An edge comes from a feed (certainty 1), said by either of its two products, or is inferred: a product names the model
number of another one. That counts only while the number belongs to few products, all of one maker, whose name stands
with the product that names it, and the two are of different categories (see :mod:`wares.relations.codes`).

Edges are not kept as pairs of products. What is kept is what each product says of itself; the two sides meet when
somebody asks. So an edge to a product that comes later waits for it, and a half laid over another is the same as one
that learnt everything at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, Self

import numpy as np

from wares.catalogue.kinds import inverse
from wares.learnt import Learnt
from wares.relations.facts import KIND, PLACE, Facts, brand_key, facts, key
from wares.relations.layers import Layer, thawed
from wares.relations.table import Table, frozen
from wares.relations.tree import Path, Tree

if TYPE_CHECKING:
    from wares.store.entries import Stored

#: Edges of one product that are looked at, and given, at most.
MAX_EDGES = 1_000
#: Edges of a product that a walk goes along, and products whose edges are remembered for walks.
MAX_NEAR = 100
_REMEMBERED = 2_000
#: A model number that more products have, or that more products name, tells nothing.
MAX_OWNERS, MAX_NAMERS = 12, 300
#: The certainty of an inferred edge: somewhat below the share of those read that held, as the rules were made on the
#: same sets (``benchmarks/relations.md``).
INFERRED = 0.9


class Edge(NamedTuple):
    """``source`` ``kind`` ``target``: "3 accessory_for 7". ``target`` is None while no product has the ``id`` that
    the feed names. ``origin`` is "feed" or "inferred"; ``by`` is the model number that it is inferred from."""

    source: int
    kind: str
    target: int | None
    certainty: float = 1.0
    origin: Literal["feed", "inferred"] = "feed"
    by: str = ""
    id: str = ""


class Graph(Learnt):
    """Products, brands and categories, and what joins them. Products are known by number; one that has been removed
    from the store is still found here until the next build."""

    def __init__(self) -> None:
        self._facts: dict[int, Facts] = {}
        self._table: Table | None = None
        self._base: tuple[Table, ...] = ()
        self._near: dict[int, tuple[Edge, ...]] = {}

    # -- learning -----------------------------------------------------------------------------------------------

    def learn(self, rows: Sequence[Stored]) -> None:
        if self._table is not None and not self._facts:
            self._facts = thawed((self._table,))
        for row in rows:
            self._facts[row.number] = facts(row.product)
        self._table = None
        self._near.clear()
        self.__dict__.pop("_layers", None)
        self.__dict__.pop("tree", None)

    def over(self, base: Self) -> Self:
        laid = type(self)()
        laid._table = self._own
        laid._base = (*self._base, base._own, *base._base)
        return laid

    def pack(self) -> bytes:
        return (frozen(thawed((self._own, *self._base))) if self._base else self._own).pack()

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        graph = cls()
        graph._table = Table.unpack(data)
        return graph

    @property
    def _own(self) -> Table:
        if self._table is None:
            self._table = frozen(self._facts)
        return self._table

    @cached_property
    def _layers(self) -> tuple[Layer, ...]:
        """The tables, newest first."""
        layers = []
        hidden: frozenset[int] = frozenset()
        for table in (self._own, *self._base):
            layers.append(Layer(table, hidden))
            hidden |= frozenset(table.numbers.tolist()) if len(layers) <= len(self._base) else frozenset()
        return tuple(layers)

    # -- products -----------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        """How many products there are."""
        return sum(len(layer.table) - len(layer.hidden) for layer in self._layers)

    def __contains__(self, number: int) -> bool:
        return self._at(number) is not None

    def numbers(self) -> Iterator[int]:
        """The numbers of all products, in no particular order."""
        for layer in self._layers:
            yield from layer.numbers(np.arange(len(layer.table)))

    def brand(self, number: int) -> str:
        """The brand of a product, "" for none."""
        at = self._at(number)
        return at[0].brands[at[0].brand[at[1]]] if at else ""

    def category(self, number: int) -> Path:
        """The category of a product, () for none."""
        at = self._at(number)
        return at[0].paths[at[0].category[at[1]]] if at else ()

    def of_brand(self, brand: str) -> list[int]:
        """The numbers of the products of a brand, ascending."""
        return self.members("branded", brand_key(brand), len(self))[1]

    def members(self, group: str, wanted: int, limit: int) -> tuple[int, list[int]]:
        """How many products have a key of a brand ("branded") or of a category ("filed"), and the ``limit`` lowest
        numbers of them, ascending."""
        size, found = 0, []
        for layer in self._layers if wanted else ():
            rows = getattr(layer.table, group)[wanted]
            size += len(rows) - layer.hides(group, wanted)
            found += layer.numbers(rows[: limit + len(layer.hidden)])
        return size, sorted(found)[:limit]

    def groups(self, numbers: Sequence[int]) -> list[tuple[int, int]]:
        """The keys of the brand and of the category of each product, 0 for none."""
        found = [(0, 0)] * len(numbers)
        for layer in reversed(self._layers):
            table = layer.table
            here = [(place, row) for place, number in enumerate(numbers) if (row := table.row(number)) >= 0]
            rows = np.array([row for _, row in here], np.int64)
            keys = table.brand_keys[table.brand[rows]].tolist(), table.path_keys[table.category[rows]].tolist()
            for (place, _), brand, category in zip(here, *keys, strict=True):
                found[place] = brand, category
        return found

    @cached_property
    def tree(self) -> Tree:
        """The categories."""
        counts: Counter[Path] = Counter()
        for layer in self._layers:
            table = layer.table
            shown = np.ones(len(table), bool)
            shown[[table.row(number) for number in layer.hidden]] = False
            for at, count in enumerate(np.bincount(table.category[shown], minlength=len(table.paths)).tolist()):
                if count and table.paths[at]:
                    counts[table.paths[at]] += count
        return Tree(counts)

    def _at(self, number: int) -> tuple[Table, int] | None:
        for layer in self._layers:
            if (row := layer.table.row(number)) >= 0:
                return layer.table, row
        return None

    # -- edges --------------------------------------------------------------------------------------------------

    def edges(self, number: int, limit: int = MAX_EDGES) -> tuple[Edge, ...]:
        """What a product has to do with others, at most ``limit``: what feeds say before what is inferred, then in
        the order of the kinds and of the numbers; ids that no product has come last. Between two products there is
        one edge of a kind."""
        at = self._at(number)
        if at is None:
            return ()
        found: dict[tuple[str, int | None, str], Edge] = {}
        for edge in (*self._said(number, *at), *self._heard(number, *at), *self._inferred(number, *at)):
            if edge.target != number:
                found.setdefault((edge.kind, edge.target, edge.id), edge)
        return tuple(sorted(found.values(), key=_order)[:limit])

    def near(self, number: int) -> tuple[Edge, ...]:
        """The first edges of a product to products that are there; those asked for lately are remembered."""
        found = self._near.get(number)
        if found is None:
            found = tuple(edge for edge in self.edges(number, MAX_NEAR) if edge.target is not None)
            if len(self._near) >= _REMEMBERED:
                self._near.clear()
            self._near[number] = found
        return found

    def forget(self) -> None:
        """Forget the edges that are remembered for walks; nothing but their time changes."""
        self._near.clear()

    def related(self, numbers: Sequence[int], kinds: Collection[str], limit: int = MAX_EDGES) -> dict[int, Edge]:
        """The products that some products have an edge of these kinds to, the surest first and then in the order of
        ``numbers``; at most ``limit``, each with its surest edge. "Accessories for 3 or 4" is
        ``related([3, 4], ["has_accessory"])``."""
        wanted = frozenset(kinds)
        edges = (edge for number in dict.fromkeys(numbers) for edge in self.edges(number) if edge.kind in wanted)
        found: dict[int, Edge] = {}
        for edge in sorted(edges, key=lambda edge: -edge.certainty):
            if edge.target is not None:
                found.setdefault(edge.target, edge)
                if len(found) == limit:
                    break
        return found

    def _said(self, number: int, table: Table, row: int) -> Iterator[Edge]:
        """What the product's own feed says."""
        kinds, ids = table.kinds.of(row), table.ids.of(row)
        for kind, id in zip(kinds[:MAX_EDGES].tolist(), ids[:MAX_EDGES], strict=True):
            target = self._holder(key(id))
            yield Edge(number, KIND[kind], target, id="" if target is not None else id)

    def _heard(self, number: int, table: Table, row: int) -> Iterator[Edge]:
        """What others' feeds say of it."""
        for own in table.keys.of(row).tolist():
            heard = [pair for layer in self._layers for pair in layer.sayers(own)]
            if heard and self._holder(own) == number:
                for other, kind in sorted(heard)[:MAX_EDGES]:
                    yield Edge(number, inverse(KIND[kind]), other)

    def _holder(self, wanted: int) -> int | None:
        """The product with an id; a product's own id counts before a variant's, a later product before an earlier."""
        held = [pair for layer in self._layers for pair in layer.holders(wanted)]
        return max(held)[1] if held else None

    def _inferred(self, number: int, table: Table, row: int) -> Iterator[Edge]:
        """By the model numbers that it names, and by those it has."""
        for code in table.named.of(row):
            for owner in self._owners(key(code)):
                if self._fits(table, row, owner):
                    yield Edge(number, _kind(table, row), owner, INFERRED, "inferred", code)
        for own in table.own.of(row).tolist():
            namers = self._namers(own)
            if not namers or number not in self._owners(own):
                continue
            for namer, code in namers:
                where = self._at(namer)
                if where and self._fits(*where, number):
                    yield Edge(number, inverse(_kind(*where)), namer, INFERRED, "inferred", code)

    def _owners(self, code: int) -> list[int]:
        """The products with a model number; none if it tells nothing."""
        owners = [number for layer in self._layers for number in layer.numbers(layer.table.owners[code])]
        if not 0 < len(owners) <= MAX_OWNERS or len({self._maker(owner) for owner in owners}) > 1:
            return []
        return owners if len(self._namers(code)) <= MAX_NAMERS else []

    def _namers(self, code: int) -> list[tuple[int, str]]:
        """The products that name a model number, and how."""
        return [pair for layer in self._layers for pair in layer.namers(code)]

    def _maker(self, number: int) -> int:
        at = self._at(number)
        return int(at[0].maker[at[1]]) if at else 0

    def _fits(self, table: Table, row: int, owner: int) -> bool:
        """Whether a product that names a model number is for the product that has it: the maker's name stands with
        it, and it is another kind of thing."""
        at = self._at(owner)
        if at is None or int(at[0].maker[at[1]]) not in table.words.of(row):
            return False
        category = table.path_keys[table.category[row]]
        return not category or bool(category != at[0].path_keys[at[0].category[at[1]]])


def _kind(table: Table, row: int) -> str:
    return "accessory_for" if table.fits[row] else "compatible_with"


def _order(edge: Edge) -> tuple[bool, bool, int, int, str]:
    missing = edge.target is None
    return missing, edge.origin != "feed", PLACE[edge.kind], -1 if edge.target is None else edge.target, edge.id
