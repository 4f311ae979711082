"""How well the right products are found, on the judged questions of the development sets.

Every set becomes a shop by `Shop.add`, with the default settings. The same index is then asked in several ways: the
whole shop ("hybrid": all channels, weighted as shipped), and through fewer channels (words alone, vectors alone,
pictures alone), fused by the same rule.

nDCG@10 takes gains as graded (0 to 3, linear, not 2^gain - 1) and unjudged products as 0; R@100 counts products
with a gain of 1 or more. Questions without any relevant product cannot be answered rightly: they are left out of the
means, counted and named. Intervals are 95 % percentile bootstrap over questions.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence

import ir_measures
import msgspec
import numpy as np
import numpy.typing as npt
from ir_measures import R, nDCG

from benchmarks import report
from benchmarks.catalogues import GOODS
from benchmarks.judged import DEPTH, HYBRID, PICTURES_ALONE, TASKS, VECTORS_ALONE, WORDS_ALONE, Questions, questions
from benchmarks.report import Report, Table, tell
from benchmarks.shops import Parts, parts, prepared
from wares import encoders as models
from wares.asking import Asking
from wares.ranking.fusion import WORDS, Evidence
from wares.records import Query
from wares.settings import Environment

MEASURES = (nDCG @ 10, R @ DEPTH)
RESAMPLES = 2_000

#: Which channels a way of asking uses; the shop itself uses all.
WAYS: Mapping[str, Callable[[str], bool]] = {
    WORDS_ALONE: lambda channel: channel == WORDS,
    VECTORS_ALONE: lambda channel: channel != WORDS,
    PICTURES_ALONE: lambda channel: channel.endswith(".image"),
}


class Found(msgspec.Struct, frozen=True):
    """What one way of asking found: measures by question, in the order of the questions."""

    ndcg: Sequence[float]
    recall: Sequence[float]


# -- asking -----------------------------------------------------------------------------------------------------


def ask(shop: Parts, asked: Mapping[str, Query], ways: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """What each way finds, at most :data:`DEPTH` products a question: scores by way, question and product."""
    names = {row.number: row.product.id for rows in shop.store.scan() for row in rows}
    runs: dict[str, dict[str, dict[str, float]]] = {way: {} for way in ways}
    fewer = [way for way in ways if way != HYBRID]
    for id, query in asked.items():
        best = {}
        if fewer:
            asking = shop.asker.ask(query, shop.fusion)
            best = {way: [names[number] for number in through(shop, asking, WAYS[way])] for way in fewer}
        if HYBRID in ways:
            best[HYBRID] = [hit.id for hit in shop.searcher.search(query, shop.fusion).hits]
        for way, found in best.items():
            runs[way][id] = {product: 1 / (place + 1) for place, product in enumerate(found)}
    return runs


def through(shop: Parts, asking: Asking, uses: Callable[[str], bool]) -> list[int]:
    """The best products by number when only some channels are looked in, fused by the rule of the shop."""
    kept = [at for at, channel in enumerate(asking.channels) if uses(channel.name)]
    if not kept:
        return []
    found = shop.index.query([asking.channels[at] for at in kept])
    asks = [asking.asks[at] for at in kept]
    evidence = Evidence(asks, found.scores, [None] * len(asks), lambda at: found.scores[:, :0])
    scores = shop.fusion.contributions(evidence).sum(axis=1)
    numbers = np.asarray(found.numbers, dtype=np.int64)
    best: list[int] = numbers[np.lexsort((numbers, -scores))][:DEPTH].tolist()
    return best


# -- measuring --------------------------------------------------------------------------------------------------


def judge(run: Mapping[str, Mapping[str, float]], known: Questions) -> Found:
    """The measures of every question; one that found nothing has 0."""
    gains = {id: dict(known.gains[id]) for id in known.asked}
    values = {
        (metric.query_id, metric.measure): float(metric.value)
        for metric in ir_measures.iter_calc(
            MEASURES, gains, {id: dict(scores) for id, scores in run.items() if scores}
        )
    }
    ndcg, recall = ([values.get((id, measure), 0.0) for id in known.asked] for measure in MEASURES)
    return Found(ndcg, recall)


def interval(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    """Percentile bootstrap of the mean (Efron, 1979), 95 %, from a fixed seed."""
    rng = np.random.default_rng(20)
    means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def sign_test(better: int, worse: int) -> float:
    """Two-sided exact sign test: how probable so uneven a count would be if better and worse were equally likely."""
    n = better + worse
    tail = sum(math.comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / (1 << n))


def figures(name: str, way: str, found: Found) -> list[report.Cell]:
    """A row of the table of all ways."""
    low, high = interval(np.asarray(found.ndcg))
    mean, recall = float(np.mean(found.ndcg)), float(np.mean(found.recall))
    return [name, len(found.ndcg), way, round(mean, 3), f"{low:.3f} – {high:.3f}", round(recall, 3)]


def comparison(name: str, hybrid: Found, words: Found) -> list[report.Cell]:
    """A row of the table of differences."""
    gained = np.asarray(hybrid.ndcg) - np.asarray(words.ndcg)
    low, high = interval(gained)
    better, worse = int((gained > 1e-9).sum()), int((gained < -1e-9).sum())
    chance = sign_test(better, worse)
    recall = float(np.mean(hybrid.recall) - np.mean(words.recall))
    same = len(gained) - better - worse
    return [
        name,
        f"{gained.mean():+.3f}",
        f"{low:+.3f} … {high:+.3f}",
        better,
        worse,
        same,
        f"{chance:.2g}",
        f"{recall:+.3f}",
    ]


# -- the command ------------------------------------------------------------------------------------------------


class Findings(msgspec.Struct):
    """Rows of both tables, and notes."""

    rows: list[list[report.Cell]] = msgspec.field(default_factory=list)
    differences: list[list[report.Cell]] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    encoders = {encoder.channel: encoder.fingerprint for encoder in models.build(arguments.model, environment)}
    about = report.circumstances("benchmarks.quality", arguments.model, encoders)
    findings = Findings()
    by_goods: dict[str, list[str]] = {}
    for name in arguments.sets:
        by_goods.setdefault(TASKS[name].goods, []).append(name)
    for goods, names in by_goods.items():
        products = GOODS[goods].products(arguments.data, arguments.scratch, arguments.products)
        folder = prepared(f"{goods} {len(products)}", products, arguments.model, arguments.scratch, environment)
        ids = frozenset(product.id for product in products)
        with parts(folder, environment) as shop:
            for name in names:
                known = questions(TASKS[name], arguments.data, arguments.scratch, ids, arguments.queries)
                findings.notes.append(f"{name}: {len(ids):,} products; {TASKS[name].weakness}{_hopeless(known)}")
                if known.asked:
                    _measure(name, shop, known, findings)
    columns = ("set", "nDCG@10", "95 %", "better", "worse", "same", "sign test p", "R@100")
    tables = [
        Table("What is found", ("set", "questions", "way", "nDCG@10", "95 %", "R@100"), findings.rows),
        Table("Hybrid against BM25 alone, question by question", columns, findings.differences),
    ]
    return Report(about, tables, findings.notes)


def _measure(name: str, shop: Parts, known: Questions, findings: Findings) -> None:
    """Ask the questions of one set in all its ways."""
    tell(f"{name}: {len(known.asked):,} questions, ways: {', '.join(TASKS[name].ways)}")
    runs = ask(shop, known.asked, TASKS[name].ways)
    found = {way: judge(run, known) for way, run in runs.items() if any(run.values())}
    findings.notes.extend(f"{name}: nothing at all is found by {way}" for way in runs if way not in found)
    findings.rows.extend(figures(name, way, found[way]) for way in found)
    if {HYBRID, WORDS_ALONE} <= found.keys():
        findings.differences.append(comparison(name, found[HYBRID], found[WORDS_ALONE]))


def _hopeless(known: Questions) -> str:
    if not known.hopeless:
        return ""
    n, shown = len(known.hopeless), known.hopeless[:20]
    some = ", ".join(shown) + (", …" if n > len(shown) else "")
    share = len(known.asked) / (len(known.asked) + n)
    return f"; left out: {n} questions without a relevant product ({some}); as 0 they would take all × {share:.3f}"


def chosen(text: str) -> list[str]:
    """Sets by name, from "icecat,fashion"."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in TASKS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"unknown set {text!r}; known: {', '.join(TASKS)}")
    return names


def main() -> int:
    parser = report.options("benchmarks.quality", __doc__ or "")
    known = ", ".join(TASKS)
    parser.add_argument(
        "--sets", type=chosen, default=list(TASKS), metavar="NAMES", help=f"with commas between: {known}"
    )
    parser.add_argument(
        "--products",
        type=report.positive,
        metavar="N",
        help="only the first N of each set, to try it: figures mean little",
    )
    parser.add_argument("--queries", type=report.positive, metavar="N", help="only the first N questions of each set")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
