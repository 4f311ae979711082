"""How long the stages of the chain take, and how long it takes to count where products are folded.

Stages are timed over 400 candidates of a catalogue of ``--products`` products, with all signals, diversity by brand
and look, and a fifth of the products in pairs; vectors are in memory, so that what an index needs to give them is
not in the figure. Counts are those of the embedded index, over products with one of twenty words and one of some 300
brands.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks import report
from benchmarks.chain import LOOK, drawn, learnt
from benchmarks.report import Report, Table
from wares.index.base import Match, Point
from wares.index.edge import EdgeIndex
from wares.ranking.chain import Listing, Situation, build, run
from wares.ranking.collapsing import Collapsed
from wares.ranking.columns import Columns
from wares.ranking.cutoff import counting
from wares.ranking.fusion import Ask
from wares.records import Price, Product, Query, Sparse
from wares.settings import DiversitySettings, RankingSettings, SignalSettings


def timings(size: int, rounds: int, candidates: int = 400, dims: int = 512) -> list[list[report.Cell]]:
    """Milliseconds of every stage, and of what comes before and after it."""
    chance = np.random.default_rng(1)
    candidates = min(candidates, size)
    plain = [
        Product(id=str(n), title="A", brand=f"Brand {n % 500}", price=Price(n, "EUR"), attributes={"margin": 0.3})
        for n in range(size)
    ]
    columns = learnt(drawn(plain, 1), [n // 5 + 1 if n % 10 < 2 else 0 for n in range(size)])
    packed = columns.pack()
    read = Columns.unpack(packed)
    looks = chance.normal(size=(candidates, 1, dims)).astype(np.float32)
    settings = RankingSettings(
        signals=SignalSettings(rating=0.05, popularity=0.05, recency=0.05, margin=0.05, stock=0.05),
        diversity=DiversitySettings(brand=0.1, look=0.1),
    )
    stages = build(settings, read)
    laps: dict[str, list[float]] = {}
    asks = [Ask("text", "text", "words", 1.0, 10.0, 3), Ask("text", "text", "use.text", 1.0)]

    def timed(name: str, act: Callable[[], object]) -> None:
        start = time.perf_counter()
        act()
        laps.setdefault(name, []).append((time.perf_counter() - start) * 1_000)

    timed("reading the columns", lambda: Columns.unpack(packed))
    timed("what is typical, once", lambda: read.typical)
    for _ in range(rounds):
        numbers = chance.choice(np.arange(1, size + 1), candidates, replace=False)
        listing = Listing.of(numbers, np.sort(chance.uniform(0, 0.8, candidates)))
        rows = dict(zip(numbers.tolist(), looks, strict=True))
        situation = Situation(
            Query(), "", "", None, datetime(2020, 1, 1, tzinfo=UTC), lambda where, n: set(n),
            lambda wanted, channel, rows=rows: {number: rows[number] for number in wanted}, [LOOK],
        )  # fmt: skip
        scores = chance.uniform(0, 1, (candidates, 2)).astype(np.float32)
        whole = np.zeros(candidates, np.bool_)
        timed("cut-off", lambda: counting(listing.scores, scores, asks, whole, settings))  # noqa: B023
        _, found = run(stages, listing, situation)
        for name, lap in found.items():
            laps.setdefault(name, []).append(lap)
        laps.setdefault("all stages", []).append(sum(found.values()))
    return [[name, len(v), float(np.median(v)), float(np.percentile(v, 99))] for name, v in laps.items()]


def counted(size: int, rounds: int) -> list[list[report.Cell]]:
    """Milliseconds of total and facets in the embedded index, as it counts and with products folded."""
    chance = np.random.default_rng(2)
    laps: dict[str, list[float]] = {}
    groups = [n // 5 + 1 if n % 10 < 2 else 0 for n in range(1, size + 1)]
    columns = learnt([Product(id=str(n), title="A") for n in range(size)], groups)
    with tempfile.TemporaryDirectory() as folder:
        index = EdgeIndex.create(Path(folder) / "index", ())
        for start in range(1, size + 1, 5_000):
            index.upsert(
                [
                    Point(
                        number=n, vectors={}, words=Sparse((n // 10 % 20,), (1.0,)),
                        fields={"brand": f"brand {int(chance.zipf(1.5)) % 300}"}, offers=[{"price": float(n % 97)}],
                    )
                    for n in range(start, min(start + 5_000, size + 1))
                ]
            )  # fmt: skip
        try:
            for at in range(rounds):
                match = Match(terms=(at % 20,))
                for name, act in {
                    "total": lambda: index.count(match),  # noqa: B023
                    "facet": lambda: index.facet(match, "brand"),  # noqa: B023
                    "total, folded": lambda: Collapsed(index, match, columns).total(),  # noqa: B023
                    "facet, folded": lambda: Collapsed(index, match, columns).facet("brand"),  # noqa: B023
                    "total and facet, folded": lambda: _both(Collapsed(index, match, columns)),  # noqa: B023
                }.items():
                    begun = time.perf_counter()
                    act()
                    laps.setdefault(name, []).append((time.perf_counter() - begun) * 1_000)
        finally:
            index.close()
    return [[name, len(v), float(np.median(v)), float(np.percentile(v, 99))] for name, v in laps.items()]


def _both(counts: Collapsed) -> object:
    return counts.total(), counts.facet("brand")


def measure(arguments: argparse.Namespace) -> Report:
    size, rounds = arguments.products, arguments.rounds
    columns = ("what", "n", "p50", "p99")
    tables = [
        Table(f"Milliseconds a question, {size:,} products, 400 candidates", columns, timings(size, rounds)),
        Table(
            f"Milliseconds to count, {size:,} products, a fifth in pairs",
            columns,
            counted(size, max(rounds // 10, 5)),
        ),
    ]
    return Report(report.circumstances("benchmarks.chain_times", arguments.model, {}), tables)


def main() -> int:
    parser = report.options("benchmarks.chain_times", __doc__ or "")
    option = parser.add_argument
    option("--products", type=report.positive, default=100_000, metavar="N", help="timed among [%(default)s]")
    option("--rounds", type=report.positive, default=1_000, metavar="N", help="how often to time [%(default)s]")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
