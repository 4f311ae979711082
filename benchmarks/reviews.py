"""Reviews: whether praise and blame are told apart, and whether what is asked of aspects is found.

The set is online_shopping_10_cats: Chinese reviews of ten kinds of goods, each praise or blame as its stars were. A
half of each kind, drawn by lot, teaches; the other half is asked. "table" is the lexicon alone; "learnt" has been
moved by the stars (five for praise, one for blame) of the first halves together, as a shop's own reviews do it.
"majority" says what most reviews of the kind are. A text without any tone counts as praise. Accuracy over all, and
of either label (recall); "silent": texts without a tone.

Searching is SYNTHETIC, for the set names no products: a product is a kind of goods and a number, with reviews of the
second halves. Twelve of its fifteen reviews speak of one aspect, all of them praise, or all of them blame, by their
labels; the other three are any. For each kind and aspect with enough reviews there are two products that are good at
it and two that are bad. A question names the kind and the aspect ("屏幕好的平板", "平板 屏幕问题"), and its two
products are right. Reviews are read with stars, so that tones are learnt from the shop itself. What labels say of a
whole review need not hold for the aspect, and which reviews speak of an aspect is told by the table that is tested:
the figures say what the field and the chips add, not how well aspects are judged.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec

from benchmarks import report
from benchmarks.catalogues import Archive
from benchmarks.report import Report, Table, tell
from wares.records import Product, Review
from wares.reviews import lexicon
from wares.reviews.clauses import clauses
from wares.reviews.summing import aspects_of
from wares.reviews.tones import Stars, Tones, most
from wares.settings import Environment, FieldWeights, FoldingSettings, Settings, UnderstandingSettings
from wares.shop import Shop

SEED = 2026
#: Reviews of a product that speak of its aspect, and others; products of each kind, aspect and tone.
ABOUT, OTHERS, EACH = 12, 3, 2
#: Aspects of a kind that are asked for.
ASPECTS = 6
WEIGHTS = (0.0, 0.03, 0.1, 0.3)


class Said(NamedTuple):
    """A review of the set."""

    kind: str
    text: str
    good: bool


Halves: TypeAlias = Mapping[str, tuple[Sequence[Said], Sequence[Said]]]


class Asked(NamedTuple):
    """A question, and the products that are right."""

    text: str
    good: bool
    right: frozenset[str]


def halves(data: Path) -> Halves:
    """The reviews of each kind in two halves, by lot."""
    rows = (Said(row["category"], row["review"], row["label"] == "1") for row in _rows(data) if row["review"].strip())
    found: dict[str, tuple[Sequence[Said], Sequence[Said]]] = {}
    for kind, own in groupby(sorted(rows), key=lambda said: said.kind):
        drawn = list(own)
        random.Random(SEED).shuffle(drawn)
        found[kind] = drawn[: len(drawn) // 2], drawn[len(drawn) // 2 :]
    return found


def _rows(data: Path) -> Iterator[dict[str, str]]:
    yield from Archive(data, "zh.dev.zip").rows("online_shopping_10_cats.csv")


# -- telling praise from blame ------------------------------------------------------------------------------------


def polarity(found: Halves) -> tuple[list[Table], list[str]]:
    """How well praise and blame are told apart, by kind."""
    stars = Stars()
    started = time.perf_counter()
    for kind, (teaching, _) in found.items():
        for number, said in enumerate(teaching):  # products of twenty reviews
            stars.take(Review(product=f"{kind} {number // 20}", text=said.text, rating=5 if said.good else 1))
    taught, seconds = stars.tones(), time.perf_counter() - started
    asked = {kind: held for kind, (_, held) in found.items()}
    asked["all"] = [said for held in asked.values() for said in held]
    rows = []
    for kind, held in asked.items():
        good = sum(said.good for said in held)
        rows.append(
            (kind, len(held), max(good, len(held) - good) / len(held), *_told(held, Tones()), *_told(held, taught))
        )
    total = sum(len(teaching) for teaching, _ in found.values())
    heads = ("accuracy", "praise", "blame", "silent")
    columns = ("kind", "reviews", "majority", *(f"table: {h}" for h in heads), *(f"learnt: {h}" for h in heads))
    best, worst = most(taught, 12)
    table = lexicon.tones()
    new = [word for word in taught.learnt if word not in table.whole]
    notes = [
        f"learning from {total:,} reviews took {seconds:.1f} s; {len(taught.learnt):,} units have a tone, "
        f"{len(new):,} of them are not in the table",
        f"sounding best: {' '.join(best)}; worst: {' '.join(worst)}",
    ]
    return [Table("Praise and blame told apart", columns, rows)], notes


def _told(held: Sequence[Said], tones: Tones) -> tuple[float, float, float, float]:
    right, count = [0, 0], [0, 0]
    silent = 0
    for said in held:
        tone = tones.text(said.text)
        silent += tone == 0
        count[said.good] += 1
        right[said.good] += (tone >= 0) == said.good
    return sum(right) / len(held), right[1] / count[1], right[0] / count[0], silent / len(held)


# -- finding ------------------------------------------------------------------------------------------------------


def made(found: Halves) -> tuple[list[Product], list[Review], list[Asked]]:
    """Products with reviews, and questions for them."""
    products: list[Product] = []
    reviews: list[Review] = []
    asked: list[Asked] = []
    for kind, (_, held) in found.items():
        chance = random.Random(f"{SEED} {kind}")
        about: defaultdict[str, tuple[list[Said], list[Said]]] = defaultdict(lambda: ([], []))
        for said in held:
            for aspect in {name for clause in clauses(said.text) for name in aspects_of(clause) if "/" not in name}:
                about[aspect][said.good].append(said)
        enough = [name for name, both in about.items() if min(map(len, both)) >= ABOUT * EACH]
        for aspect in sorted(enough, key=lambda name: (-min(map(len, about[name])), name))[:ASPECTS]:
            for good in (True, False):
                spoken = chance.sample(about[aspect][good], ABOUT * EACH)
                ids = []
                for own in range(EACH):
                    ids.append(id := f"{kind}-{len(products)}")
                    products.append(Product(id=id, title=f"{kind} {len(products)}号", category=(kind,)))
                    mine = [*spoken[own * ABOUT : (own + 1) * ABOUT], *chance.sample(held, OTHERS)]
                    reviews += (Review(product=id, text=one.text, rating=5 if one.good else 1) for one in mine)
                word = next(word for word in lexicon.said(aspect) if not word.isascii())
                asked.append(Asked(f"{word}好的{kind}" if good else f"{kind} {word}问题", good, frozenset(ids)))
    return products, reviews, asked


def finding(found: Halves, model: str) -> tuple[Table, list[str]]:
    """What the words of reviews and the chips add to a search."""
    products, reviews, asked = made(found)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(model=model, folding=FoldingSettings(on=False))
        with Shop.open(Path(folder) / "shop", settings=settings, environment=Environment.read()) as shop:
            shop.add(products)
            rows.append(("the feed alone", *_marks(shop, asked, chips=False)))
            read = shop.add_reviews(reviews)
            for weight in WEIGHTS:
                shop.apply(msgspec.structs.replace(shop.settings, fields=FieldWeights(reviews=weight)))
                for chips in (False, True):
                    name = f"reviews, weight {weight:g}, {'chips' if chips else 'no chips'}"
                    rows.append((name, *_marks(shop, asked, chips=chips)))
                    tell(str(rows[-1]))
    made_of = f"{len(products)} products with {len(reviews):,} reviews, {len(asked)} questions"
    note = f"{made_of}; reading the reviews took {read.seconds:.1f} s"
    columns = ("", "P@2, all", "P@2, praised", "P@2, criticised", "found in 10", "answers")
    return Table("Aspects asked for (synthetic products)", columns, rows), [note]


def _marks(shop: Shop, asked: Sequence[Asked], *, chips: bool) -> tuple[float, float, float, float, float]:
    """Precision among the first two (over all, of praise, of blame), recall among ten, and how many answers came."""
    how = UnderstandingSettings(filters=chips, spelling=False)
    exact: dict[bool, list[float]] = {True: [], False: []}
    recall, counts = [], []
    for one in asked:
        results = shop.search(one.text, k=10, understanding=how)
        ids = [hit.id for hit in results.hits]
        exact[one.good].append(len(one.right.intersection(ids[:EACH])) / EACH)
        recall.append(len(one.right.intersection(ids)) / EACH)
        counts.append(results.total)
    both = [*exact[True], *exact[False]]
    return _mean(both), _mean(exact[True]), _mean(exact[False]), _mean(recall), _mean(counts)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def measure(arguments: argparse.Namespace) -> Report:
    found = halves(arguments.data)
    tables, notes = polarity(found)
    table, more = finding(found, arguments.model)
    about = report.circumstances("benchmarks.reviews", arguments.model, {})
    return Report(about, [*tables, table], [*notes, *more])


if __name__ == "__main__":
    sys.exit(report.main(report.options("benchmarks.reviews", __doc__ or ""), measure))
