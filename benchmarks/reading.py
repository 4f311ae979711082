"""How well questions are read: precision and recall of chips, what they would wrongly exclude, and how long it takes.

A chip that is wrong costs more than one that is missing: it hides products. So the figure that has to be near 0 is
**harm**: the share of judged questions in which the condition of some chip excludes a product that people found
relevant. Products have the attributes of their tables here (benchmarks/attributed.py), for a shop has them.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks import report
from benchmarks.attributed import goods
from benchmarks.catalogues import GOODS, Archive
from benchmarks.report import Cell, Report, Table, tell
from wares.documents import filter_fields
from wares.encoders.dictionary import language
from wares.evaluation.made import attributes as maker
from wares.evaluation.made.facts import Fact, facts
from wares.evaluation.made.survey import Survey
from wares.index import exact
from wares.index import filters as prepared
from wares.index.base import Point
from wares.index.fields import Schema
from wares.query import filters
from wares.query.kinds import kind_of
from wares.query.names import field_name
from wares.query.reading import facets
from wares.query.reading.reader import Reader, Reading
from wares.query.reading.text import key
from wares.query.values import Values
from wares.records import Filter, Product, Sparse
from wares.store.entries import Stored

ROOT = Path(__file__).resolve().parents[1]
TABLES = {
    "tests/query/reading/english.tsv": "developed on",
    "tests/query/reading/chinese.tsv": "developed on",
    "benchmarks/reading.tsv": "written before they were read; see the notes",
}
#: Judged questions: set, questions, judgments, from which gain on a product is relevant.
JUDGED: tuple[tuple[str, str, str, tuple[int, ...]], ...] = (
    ("icecat", "queries.tsv", "qrels.tsv", (1, 2, 3)),
    ("crowdflower", "queries.tsv", "qrels.tsv", (1, 2, 3)),
    ("homedepot", "queries.tsv", "qrels.tsv", (1, 2, 3)),
    ("chinese", "taobao_queries.tsv", "taobao_qrels.tsv", (1, 2, 3)),
    ("fashion", "attr_queries.tsv", "attr_qrels.tsv", (1, 3)),
    ("fashion", "marqo_queries.tsv", "marqo_qrels.tsv", (1,)),
)
THRESHOLDS = (0.7, 0.8, 0.9, 0.95, 0.98)
MADE, SPEED_SETS = 300, ("icecat", "crowdflower", "homedepot", "chinese", "fashion titles")


class Shop:
    """The products of a set, what was learnt of them, and whether a condition holds of one."""

    def __init__(self, products: Sequence[Product]) -> None:
        rows = [Stored(number, product, ()) for number, product in enumerate(products)]
        start = time.process_time()
        self.values = Values()
        for at in range(0, len(rows), 1_000):
            self.values.learn(rows[at : at + 1_000])
        self.packed = self.values.pack()
        self.seconds = time.process_time() - start
        points = [
            Point(number=n, vectors={}, words=Sparse((), ()), fields=fields, offers=offers)
            for n, (fields, offers) in enumerate(map(filter_fields, products))
        ]
        self._schema = Schema()
        for at in range(0, len(points), 1_000):
            self._schema = self._schema.learn(points[at : at + 1_000])
        self._views = {
            product.id: [{**one.fields, **offer} for offer in one.offers]
            for product, one in zip(products, self._schema.store(points), strict=True)
        }
        self.products = products
        self.reader = Reader(self.values, self._schema.specs)

    def __contains__(self, product: object) -> bool:
        return product in self._views

    def holds(self, where: Filter, product: str) -> bool:
        """Whether some offer of a product meets a condition."""
        ready = prepared.prepare(where, self._schema)
        return any(exact.holds(ready, view) for view in self._views[product])

    def excluded(self, reading: Reading, products: Sequence[str]) -> int:
        """How many of some products the chips would hide."""
        conditions = [chip.where for chip in reading.chips if chip.where is not None]
        return sum(not all(self.holds(one, product) for one in conditions) for product in products)


def main() -> int:
    parser = report.options("benchmarks.reading", __doc__ or "")
    parser.add_argument("--seed", type=int, default=20, metavar="N", help="of what is made by chance [%(default)s]")
    return report.main(parser, measure)


def measure(arguments: Namespace) -> Report:
    logging.disable(logging.WARNING)  # products whose odd values are left out of a field
    parsed = list(on_tables())
    shops: dict[str, Shop] = {}
    harmed: list[list[Cell]] = []
    swept: list[list[Cell]] = []
    made: list[list[Cell]] = []
    for name, queries, judgments, least_gains in JUDGED:
        if name not in shops:
            tell(name)
            shops = {name: Shop(goods(name, arguments.data))}
            made += on_facts(name, shops[name], arguments.seed)
        questions, gains = _judged(arguments.data, name, queries, judgments)
        label = f"{name} {queries.split('_')[0]}" if name == "fashion" else name
        harmed += [[label, least, *harm(shops[name], questions, gains, least)] for least in least_gains]
        swept += sweep(label, shops[name], questions, gains, 2 if len(least_gains) == 3 else least_gains[-1])
    speed = on_speed(arguments)
    about = report.circumstances("benchmarks.reading", "none", {})
    return Report(
        {**about, "threshold": str(facets.SURE), "seed": str(arguments.seed)},
        [
            Table(
                "Chips on tables of questions",
                ("table", "", "language", "questions", "all right", "precision", "recall"),
                parsed,
            ),
            Table(
                "Facts that a question names",
                ("set", "kind", "language", "named", "chips", "precision", "recall", "hide the product"),
                made,
            ),
            Table(
                "Harm on judged questions",
                ("set", "gain ≥", "questions", "with chips", "harmed", "share", "products", "hidden", "share"),
                harmed,
            ),
            Table("Harm by threshold of bare values", ("set", "threshold", "with chips", "harmed"), swept),
            Table("Time", ("what", "value"), speed),
        ],
    )


# -- tables -----------------------------------------------------------------------------------------------------


def on_tables() -> Iterator[list[Cell]]:
    """Precision and recall of chips, by kind and id, on the rows of each table and language."""
    shops = _test_shops()
    readers: dict[str, Reader] = {}
    for name, about in TABLES.items():
        counts: dict[str, Counter[str]] = {}
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("#"):
                continue
            shop, question, *rest = line.split("\t")
            if shop not in readers:
                readers[shop] = Reader(*shops(shop))
            wanted = {chip.replace("?: ", ": ", 1) for chip in (rest[0] if rest else "").split(" | ") if chip}
            found = {f"{chip.kind}: {chip.id}" for chip in readers[shop].read(question).chips}
            _count(counts.setdefault(language(question), Counter()), wanted, found)
        for spoken, count in sorted(counts.items()):
            yield [name, about, spoken, count["questions"], count["exact"], *_quality(count)]


def _test_shops() -> Callable[[str], Any]:
    """The small catalogues of the tests."""
    path = ROOT / "tests/query/reading/conftest.py"
    spec = importlib.util.spec_from_file_location("reading_shops", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda shop: module.learnt(list(module.SHOPS[shop]()))


def _count(count: Counter[str], wanted: set[str], found: set[str]) -> None:
    count.update(questions=1, exact=wanted == found, right=len(wanted & found), wanted=len(wanted), found=len(found))


def _quality(count: Mapping[str, int]) -> list[Cell]:
    """Precision and recall."""
    return [(count[of] and count["right"] / count[of]) or None for of in ("found", "wanted")]


# -- questions made of facts ------------------------------------------------------------------------------------


def on_facts(name: str, shop: Shop, seed: int) -> Iterator[list[Cell]]:
    """Questions that name facts of a product, as `wares` makes them of a catalogue: a brand and a kind, or up to
    three values and a kind. A chip is right when what its id says is true of the product; a fact is read when a
    right chip is of its field, or of the words that name it."""
    survey = Survey(shop.products, seed=seed)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for kind in ("attributes", "category-brand"):
        for said, text in islice(_named(survey, kind, seed), MADE):
            product = survey.ids[said[0]]
            chips = shop.reader.read(text).chips
            right = [chip for chip in chips if chip.where and shop.holds(filters.parse(chip.id), product)]
            for chip in chips:
                hides = chip.where is not None and not shop.holds(chip.where, product)
                count = counts.setdefault((chip.kind, language(text)), Counter())
                count.update(found=1, right=chip in right, hides=hides)
            covered = {name for chip in right for name in (_field(chip.id), key(chip.text))}
            for fact in said[1]:
                field = _plain(fact.field)
                met = not covered.isdisjoint((field, key(fact.value)))
                counts.setdefault((kind_of(field), language(text)), Counter()).update(wanted=1, met=met)
    for (kind, spoken), count in sorted(counts.items()):
        if count["wanted"] + count["found"] >= 10:
            precision = count["right"] / count["found"] if count["found"] else None
            recall = count["met"] / count["wanted"] if count["wanted"] else None
            yield [name, kind, spoken, count["wanted"], count["found"], precision, recall, count["hides"]]


def _named(survey: Survey, kind: str, seed: int) -> Iterator[tuple[tuple[int, list[Fact]], str]]:
    for source in survey.sources(kind):
        chance = Random(f"{seed} {kind} {source.product.id}")
        what = maker.kind_of(source.product)
        if what is None:
            continue
        if kind == "attributes":
            said = [fact for fact in facts(source.product) if maker.spoken(survey, fact)]
            chance.shuffle(said)
            said = said[: chance.choice(maker.HOW_MANY)]
        else:
            said = [fact for fact in facts(source.product) if fact.field == "brand" and maker.sayable(fact.value)]
        text = maker.asked([*said, what], chance) if said else None
        if text:
            yield (source.number, [*said, what]), text


def _field(id: str) -> str:
    return id.removeprefix("NOT ").replace("`", "").partition(" ")[0]


def _plain(name: str) -> str:
    return name if name in ("brand", "category") else field_name(name)


# -- harm -------------------------------------------------------------------------------------------------------


def harm(shop: Shop, questions: Mapping[str, str], gains: Mapping[str, Mapping[str, int]], least: int) -> list[Cell]:
    """Of the judged questions: how many have chips, in how many relevant products would be hidden, and how many."""
    asked = chipped = harmed = products = hidden = 0
    for question, text in questions.items():
        relevant = [id for id, gain in gains.get(question, {}).items() if gain >= least and id in shop]
        if not relevant:
            continue
        reading = shop.reader.read(text)
        lost = shop.excluded(reading, relevant)
        asked, products = asked + 1, products + len(relevant)
        chipped, harmed, hidden = chipped + bool(reading.chips), harmed + bool(lost), hidden + lost
    if not asked:
        return [0, None, None, None, None, None, None]
    return [asked, chipped, harmed, harmed / asked, products, hidden, hidden / products]


def sweep(
    label: str, shop: Shop, questions: Mapping[str, str], gains: Mapping[str, Mapping[str, int]], least: int
) -> Iterator[list[Cell]]:
    """The same with other thresholds for bare values."""
    kept = facets.SURE
    try:
        for threshold in THRESHOLDS:
            facets.SURE = threshold
            _, chipped, harmed, *_ = harm(shop, questions, gains, least)
            yield [f"{label}, gain ≥ {least}", threshold, chipped, harmed]
    finally:
        facets.SURE = kept


def _judged(data: Path, name: str, queries: str, judgments: str) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    archive = Archive(data, GOODS[name].file)
    return archive.pairs(queries), archive.judgments(judgments)


# -- time -------------------------------------------------------------------------------------------------------


def on_speed(arguments: Namespace) -> list[list[Cell]]:
    """A catalogue of 100,000 products of all sets: what it costs to learn, to add to, and to read questions for."""
    products = [product for name in SPEED_SETS for product in goods(name, arguments.data)]
    Random(arguments.seed).shuffle(products)
    shop = Shop(products[:100_000])
    unpacked = _timed(lambda: Values.unpack(shop.packed).senses("red"))
    half = Values()
    half.learn([Stored(number, product, ()) for number, product in enumerate(products[:500])])
    added = _timed(lambda: Reader(half.over(shop.values), shop.reader.fields).read("red dress"))
    sets = [(Archive(arguments.data, GOODS[name].file), queries) for name, queries, _, _ in JUDGED]
    asked = [text for archive, queries in sets for text in archive.pairs(queries).values()]
    for table in TABLES:
        lines = (ROOT / table).read_text(encoding="utf-8").splitlines()
        asked += [line.split("\t")[1] for line in lines if not line.startswith("#")]
    shop.reader.read("red 红色 under 50 size 42 500 ml")
    took = np.array([_timed(lambda text=text: shop.reader.read(text)) * 1_000 for text in asked])  # type: ignore[misc]
    found: dict[str, float] = {
        "products": len(shop.products),
        "learn and pack, CPU s": shop.seconds,
        "packed, MB": len(shop.packed) / 1e6,
        "unpack and first look-up, CPU s": unpacked,
        "500 products laid over, and a first question, CPU s": added,
        "questions": len(asked),
        **{f"read a question, p{p}, CPU ms": float(np.percentile(took, p)) for p in (50, 95, 99)},
        "the slowest, CPU ms": float(took.max()),
    }
    return [[name, value] for name, value in found.items()]


def _timed(run: Callable[[], object]) -> float:
    """Seconds of this thread's own processor time: other work on the machine does not count."""
    start = time.thread_time()
    run()
    return time.thread_time() - start


if __name__ == "__main__":
    sys.exit(main())
