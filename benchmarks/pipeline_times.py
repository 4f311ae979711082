"""What each step of a search costs at 100,000 products, and suggestions.

The shop is that of `benchmarks.speed` (real titles of five sets, made prices, ratings and availability). Every
question of the development sets that is drawn is asked as it is and "plain" (words as typed, the order of fusion
alone), in turns, after all were asked once. Milliseconds by the clock, without the encoder, which is shown by itself;
"with chips" are the questions of which words were read as filters. Suggestions are asked for the first 2, 4 and 7
characters of each question.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks import report
from benchmarks.report import Report, Table, tell
from benchmarks.speed import large
from wares import encoders as models
from wares.records import Price, Product
from wares.settings import BARE
from wares.shop import Shop

LENGTHS = (2, 4, 7)
#: Products that are added and removed one by one, to see what it takes to learn them.
ADDED = 5


def measure(arguments: argparse.Namespace) -> Report:
    bench = large.prepare(arguments.data, arguments.scratch, arguments.model, arguments.products, arguments.queries)
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(bench.model, bench.environment)}
    about = report.circumstances("benchmarks.pipeline_times", arguments.model, encoders)
    with Shop.open(bench.shop, environment=bench.environment) as shop:
        if not shop.info().versions:
            tell("building the index")
            shop.rebuild()
        questions = list(bench.questions)
        for question in questions:
            shop.search(question)
        rows = _searches(shop, questions, arguments.rounds)
        rows += _suggestions(shop, questions)
        rows += _writes(shop)
    return Report(about, [Table(f"Milliseconds at {bench.products:,} products", ("what", "n", "p50", "p99"), rows)])


def _searches(shop: Shop, questions: Sequence[str], rounds: int) -> list[list[report.Cell]]:
    laps: dict[str, list[float]] = {}
    whole: dict[str, list[float]] = {"whole, without the encoder": [], "the same, with chips": [], "plain": []}
    for _ in range(rounds):
        for question in questions:
            found = shop.search(question)
            for name, lap in found.timings_ms.items():
                laps.setdefault(name, []).append(lap)
            took = found.took_ms - found.timings_ms["encode"]
            whole["whole, without the encoder"].append(took)
            if found.chips:
                whole["the same, with chips"].append(took)
            plain = shop.search(question, parse=False, ranking=BARE)
            whole["plain"].append(plain.took_ms - plain.timings_ms["encode"])
    return [_row(name, values) for name, values in {**laps, **whole}.items() if values]


def _suggestions(shop: Shop, questions: Sequence[str]) -> list[list[report.Cell]]:
    prefixes = [question[:length] for question in questions for length in LENGTHS]
    for prefix in prefixes[: len(prefixes) // 5]:
        shop.suggest(prefix)
    return [_row("suggest", [_timed(partial(shop.suggest, prefix)) for prefix in prefixes])]


def _writes(shop: Shop) -> list[list[report.Cell]]:
    made = [Product(id=f"new-{n}", title=f"Quixotic lantern {n}", price=Price(900, "EUR")) for n in range(ADDED)]
    added = [_timed(partial(shop.add, [product])) for product in made]
    removed = [_timed(partial(shop.remove, [product.id])) for product in made]
    return [_row("add one product", added), _row("remove one product", removed)]


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1_000


def _row(name: str, values: Sequence[float]) -> list[report.Cell]:
    return [name, len(values), round(float(np.quantile(values, 0.5)), 2), round(float(np.quantile(values, 0.99)), 2)]


def main() -> int:
    parser = report.options("benchmarks.pipeline_times", __doc__ or "")
    option = parser.add_argument
    option("--products", type=report.positive, default=100_000, metavar="N", help="in the shop [%(default)s]")
    option("--queries", type=report.positive, default=200, metavar="N", help="questions [%(default)s]")
    option("--rounds", type=report.positive, default=3, metavar="N", help="how often each is asked [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
