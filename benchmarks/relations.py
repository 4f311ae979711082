"""The graph of relations: how many edges each set gives, which of the inferred ones hold, and what a walk costs.

None of the sets says relations in its feed, so all edges here are inferred from model numbers. `icecat with
attributes` has the attributes of its products, of which one tells what a product is compatible with; the other sets
have titles and, where known, brands and categories. `--read N` prints N inferred edges, drawn by chance, to be read
by eye: whether they hold is for people to say.

Times are those of one thread's processor, as the machine may have other work. The walk is timed from 3 and from 20
products over 400 candidates, each time over other products ("cold") and again over the same ("warm"); on the
catalogue of `--products` products, which repeats icecat with attributes, every product also names five others, drawn
by chance, as related.
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from benchmarks import report
from benchmarks.catalogues import GOODS, Archive
from benchmarks.report import Report, Table, tell
from wares.records import AttributeValue, Product
from wares.relations import Edge, Graph, asked, nearness, walk
from wares.store.entries import Stored

ATTRIBUTED = "icecat with attributes"
SETS = (ATTRIBUTED, *GOODS)
CANDIDATES = 400
QUESTIONS = (
    "accessories for canon eos 450d",
    "women black running shoes under 50 dollars",
    "适用于iPhone 12的保护套",
)


class _Attributes(msgspec.Struct):
    id: str
    attrs: dict[str, str | float | bool]


def goods(name: str, data: Path, scratch: Path) -> list[Product]:
    """The products of a set, without pictures."""
    made = msgspec.structs.replace(GOODS["icecat" if name == ATTRIBUTED else name], pictures=False)
    products = made.products(data, scratch)
    if name != ATTRIBUTED:
        return products
    lines = gzip.decompress(Archive(data, made.file).read("attributes.jsonl.gz")).splitlines()
    read = (msgspec.json.decode(line, type=_Attributes) for line in lines)
    by_id: dict[str, dict[str, AttributeValue]] = {
        row.id: {name.split("_", 2)[-1]: value for name, value in row.attrs.items()} for row in read
    }
    return [msgspec.structs.replace(product, attributes=by_id.get(product.id, {})) for product in products]


def learnt(products: Sequence[Product]) -> Graph:
    graph = Graph()
    graph.learn([Stored(number, product, ()) for number, product in enumerate(products)])
    return graph


def inferred(graph: Graph, products: Sequence[Product]) -> list[Edge]:
    """Every inferred edge once: from what names a model number to what has it."""
    edges = [edge for number in range(len(products)) for edge in graph.edges(number) if edge.origin == "inferred"]
    one_way = [edge for edge in edges if edge.kind == "accessory_for"]
    both = [edge for edge in edges if edge.kind == "compatible_with" and _names(products[edge.source], edge.by)]
    return [*one_way, *both]


def _names(product: Product, code: str) -> bool:
    from wares.relations.codes import codes

    return code in codes(product).named


def counted(name: str, products: Sequence[Product]) -> list[report.Cell]:
    graph, took = timed(lambda: learnt(products))
    edges = inferred(graph, products)
    kinds = Counter(edge.kind for edge in edges)
    joined = {number for edge in edges for number in (edge.source, edge.target)}
    size = len(graph.pack())
    return [
        *(name, len(products), len(graph.tree)),
        *(kinds["accessory_for"], kinds["compatible_with"], len(joined)),
        *(took, size / 1e3),
    ]


def timed(act: Callable[[], Graph]) -> tuple[Graph, float]:
    """What is made, and the seconds of the processor."""
    start = time.thread_time()
    made = act()
    return made, time.thread_time() - start


def big(products: Sequence[Product], size: int, chance: random.Random) -> list[Product]:
    """So many products, each naming five others."""
    return [
        msgspec.structs.replace(
            products[number % len(products)],
            id=str(number),
            relations={"related_to": tuple(str(chance.randrange(size)) for _ in range(5))},
        )
        for number in range(size)
    ]


def walks(name: str, products: Sequence[Product], rounds: int, chance: random.Random) -> list[list[report.Cell]]:
    graph, learning = timed(lambda: learnt(products))
    packed = graph.pack()
    read, reading = timed(lambda: Graph.unpack(packed))
    since = learnt(products[:500])
    _, laying = timed(lambda: since.over(read))
    walk(read, {0: 1.0})  # the first question makes the look-ups
    rows: list[list[report.Cell]] = [
        [name, "learning everything", "s", learning, None],
        [name, "in a file", "MB", len(packed) / 1e6, None],
        [name, "reading it", "ms", reading * 1e3, None],
        [name, "laying 500 products over it", "ms", laying * 1e3, None],
    ]
    laps: dict[str, list[float]] = {}
    for _ in range(rounds):
        candidates = chance.sample(range(len(products)), CANDIDATES)
        for seeds in (3, 20):
            start = {number: 1.0 / place for place, number in enumerate(candidates[:seeds], 1)}
            read.forget()
            for state in ("cold", "warm"):
                began = time.thread_time()
                nearness(read, candidates, start)
                laps.setdefault(f"nearness from {seeds}, {state}", []).append(time.thread_time() - began)
        began = time.thread_time()
        read.related(candidates[:3], ["has_accessory", "compatible_with"])
        laps.setdefault("related to 3", []).append(time.thread_time() - began)
    for what, times in laps.items():
        rows.append([name, what, "ms", *(float(np.percentile(times, at)) * 1e3 for at in (50, 99))])
    return rows


def questions(rounds: int) -> list[report.Cell]:
    times = []
    for at in range(rounds):
        began = time.thread_time()
        asked(QUESTIONS[at % len(QUESTIONS)])
        times.append(time.thread_time() - began)
    return ["", "reading a question", "ms", *(float(np.percentile(times, at)) * 1e3 for at in (50, 99))]


def to_read(name: str, products: Sequence[Product], size: int, seed: int) -> Table:
    edges = inferred(learnt(products), products)
    drawn = random.Random(seed).sample(edges, min(size, len(edges)))
    rows = [[edge.kind, edge.by, products[edge.source].title, products[edge.target or 0].title] for edge in drawn]
    return Table(f"{name}: {len(rows)} of {len(edges)} inferred edges", ("kind", "by", "from", "to"), rows)


def measure(arguments: argparse.Namespace) -> Report:
    counts, tables = [], []
    for name in arguments.sets:
        tell(name)
        products = goods(name, arguments.data, arguments.scratch)
        counts.append(counted(name, products))
        if arguments.read:
            tables.append(to_read(name, products, arguments.read, arguments.seed))
    chance = random.Random(arguments.seed)
    base = goods(ATTRIBUTED, arguments.data, arguments.scratch)
    tell(f"{arguments.products:,} products")
    rows = walks(ATTRIBUTED, base, arguments.rounds, chance)
    rows += walks(f"{arguments.products:,} products", big(base, arguments.products, chance), arguments.rounds, chance)
    rows.append(questions(arguments.rounds))
    edges = Table(
        "Inferred edges",
        ("set", "products", "categories", "accessory for", "compatible with", "products joined", "learnt in s", "kB"),
        counts,
    )
    times = Table("Times", ("catalogue", "what", "unit", "p50", "p99"), rows)
    return Report(report.circumstances("benchmarks.relations", "none", {}), [edges, times, *tables])


def main() -> int:
    parser = report.options("benchmarks.relations", __doc__ or "")
    option = parser.add_argument
    option("--sets", type=_chosen, default=list(SETS), metavar="NAMES", help=f"of {', '.join(SETS)} [all]")
    option("--products", type=report.positive, default=100_000, metavar="N", help="of the big one [%(default)s]")
    option("--rounds", type=report.positive, default=300, metavar="N", help="walks timed [%(default)s]")
    option("--read", type=int, default=0, metavar="N", help="inferred edges of each set to print [%(default)s]")
    option("--seed", type=int, default=7, metavar="N", help="of what is drawn by chance [%(default)s]")
    return report.main(parser, measure)


def _chosen(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in SETS]:
        raise argparse.ArgumentTypeError(f"unknown set {unknown[0]!r}; known: {', '.join(SETS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
