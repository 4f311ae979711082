"""What reading the words and ranking like a shop are worth, on the judged questions of the development sets.

The same shop answers as it did before ("plain": words as typed, the order of fusion alone), with each step alone, and
as it is shipped. Measures and tests are those of `wares evaluate`: nDCG@10 with gains as graded, unjudged products as
0, 95 % bootstrap intervals of the difference to "plain" over questions, and a paired randomisation test (p is not
adjusted: the question asked of each row is whether it is worse).

Beside the judged questions, every shop is asked for **exact names** made from its catalogue, by hash, at most 200 of
each kind: an article or model number (a word with letters and digits, five characters or more, that one title has)
and a brand (of three products or more; right is any product of it). "Lost" are names whose first hit was right plain
and is not now; what is folded into the first hit counts as it.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from benchmarks import report
from benchmarks.catalogues import GOODS
from benchmarks.judged import TASKS, questions
from benchmarks.quality import chosen, interval
from benchmarks.report import Report, Table, tell
from benchmarks.shops import prepared
from wares import encoders as models
from wares.encoders.tokens import tokens
from wares.evaluation.records import Difference, System, SystemReport
from wares.evaluation.reporting import evaluate
from wares.records import Hit, Part, Product, Query, Results
from wares.settings import BARE, Environment, RankingSettings, UnderstandingSettings
from wares.shop import Shop

MEASURES = ("nDCG@10", "RR@10", "P@1", "R@100")
NOTHING = UnderstandingSettings(filters=False, spelling=False, relations=False)
ALONE = RankingSettings(cutoff=0.0)

#: The steps, by name: what is understood, and what follows fusion.
STEPS: Mapping[str, tuple[UnderstandingSettings, RankingSettings]] = {
    "plain": (NOTHING, BARE),
    "spelling": (UnderstandingSettings(filters=False, relations=False), BARE),
    "filters in words": (UnderstandingSettings(spelling=False, relations=False), BARE),
    "signals": (NOTHING, msgspec.structs.replace(ALONE, chain=("signals",))),
    "collapse": (NOTHING, msgspec.structs.replace(ALONE, chain=("collapse",))),
    "cut-off": (NOTHING, msgspec.structs.replace(BARE, cutoff=RankingSettings().cutoff)),
    "shop": (UnderstandingSettings(), RankingSettings()),
}
KINDS = ("number", "brand")
EACH = 200

_CODE = re.compile(r"(?=\w*[a-z])(?=\w*\d)\w{5,}")


def system(shop: Shop, step: str) -> System:
    """The shop with one step."""
    understanding, ranking = STEPS[step]

    def answer(query: Query) -> Results:
        return shop.search(query, understanding=understanding, ranking=ranking)

    return answer


def names(products: Sequence[Product]) -> dict[str, dict[str, Callable[[Product], bool]]]:
    """Exact names by kind: what is asked, and whether a product is right."""
    said = Counter(word for product in products for word in set(tokens(product.title)) if _CODE.fullmatch(word))
    brands = Counter(product.brand for product in products if product.brand)
    numbers = _some(word for word, count in said.items() if count == 1)
    known = _some(brand for brand, count in brands.items() if count >= 3)
    return {
        "number": {word: lambda product, word=word: word in tokens(product.title) for word in numbers},
        "brand": {
            brand: lambda product, brand=brand: product.brand.casefold() == brand.casefold() for brand in known
        },
    }


def _some(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: hashlib.blake2b(name.encode()).digest())[:EACH]


def lost(shop: Shop, asked: Mapping[str, Callable[[Product], bool]]) -> tuple[int, int, list[str]]:
    """How many names are right in the first place plain, and as shipped, and which were lost."""
    plain, now = system(shop, "plain"), system(shop, "shop")
    before = after = 0
    gone: list[str] = []
    for name, right in asked.items():
        query = Query(parts=(Part("text", name),), limit=1)
        was = _right(plain(query).hits, right, shop)
        is_ = _right(now(query).hits, right, shop)
        before, after = before + was, after + is_
        if was and not is_:
            gone.append(name)
    return before, after, gone


def _right(hits: Sequence[Hit], right: Callable[[Product], bool], shop: Shop) -> bool:
    return bool(hits) and (right(hits[0].product) or any(right(shop.get(id)) for id in hits[0].folded))


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(arguments.model, environment)}
    about = report.circumstances("benchmarks.pipeline", arguments.model, encoders)
    rows: list[list[report.Cell]] = []
    exact: list[list[report.Cell]] = []
    notes: list[str] = []
    by_goods: dict[str, list[str]] = {}
    for name in arguments.sets:
        by_goods.setdefault(TASKS[name].goods, []).append(name)
    for goods, tasks in by_goods.items():
        products = GOODS[goods].products(arguments.data, arguments.scratch, arguments.products)
        folder = prepared(f"{goods} {len(products)}", products, arguments.model, arguments.scratch, environment)
        titles = {product.id: product.title for product in products}
        with Shop.open(folder, environment=environment) as shop:
            for task in tasks:
                asked, judged = questions(task, arguments.data, arguments.scratch, titles, arguments.queries)
                tell(f"{task}: {len(asked.queries):,} questions")
                systems = {step: system(shop, step) for step in STEPS}
                found = evaluate(asked, judged, systems, measures=MEASURES, titles=titles)
                differences = {each.system: each.differences[0] for each in found.comparisons}
                for each in found.systems:
                    rows.append(_row(task, each, differences.get(each.name)))
            for kind, own in names(products).items():
                if own:
                    before, after, gone = lost(shop, own)
                    exact.append([goods, kind, len(own), before, after, len(gone), ", ".join(gone[:6])])
    columns = ("set", "n", "step", "nDCG@10", "to plain", "95 %", "p", "better", "worse", "RR@10", "P@1", "R@100")
    tables = [
        Table("Each step alone, and all of them as shipped", columns, rows),
        Table("Exact names", ("goods", "name", "asked", "right plain", "right now", "lost", "which"), exact),
    ]
    return Report(about, tables, notes)


def _row(task: str, system: SystemReport, difference: Difference | None) -> list[report.Cell]:
    by = {figure.measure: figure for figure in system.figures}
    first = by[MEASURES[0]]
    others = [round(by[measure].mean, 3) for measure in MEASURES[1:]]
    told: list[report.Cell] = [None, interval(first), None, None, None]
    if difference is not None:
        change = [f"{difference.mean:+.3f}", f"{difference.low:+.3f} … {difference.high:+.3f}", f"{difference.p:.2g}"]
        told = [*change, difference.wins, difference.losses]
    return [task, first.n, system.name, round(first.mean, 3), *told, *others]


def main() -> int:
    parser = report.options("benchmarks.pipeline", __doc__ or "")
    known = ", ".join(TASKS)
    option = parser.add_argument
    option("--sets", type=chosen, default=list(TASKS), metavar="NAMES", help=f"with commas between: {known}")
    option("--products", type=report.positive, metavar="N", help="only the first N of each set, to try it")
    option("--queries", type=report.positive, metavar="N", help="only the first N questions of each set")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
