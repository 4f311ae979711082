"""How well the right products are found, on the judged questions of the development sets.

Every set becomes a shop by `Shop.add`, with the default settings, and is then evaluated as `wares evaluate` does it:
the shop as it is beside parts of it ("bm25", "vectors", "pictures"), the first being the baseline. `--pages FOLDER`
saves the report of every set as a page.

With tuning (all but `--no-tuning`), settings are searched for as `wares tune` does it, on a part of the questions,
and what they do is told of the other part, which the search did not see.

nDCG@10 takes gains as graded (0 to 3, linear, not 2^gain - 1) and unjudged products as 0; R@100 counts products
with a gain of 1 or more. Questions without any relevant product cannot be answered rightly: they are left out of the
means, counted and named. Intervals are 95 % percentile bootstrap over questions, p-values of a paired randomisation
test (`p` alone, and adjusted by Holm's method for the tests of one set).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import msgspec

from benchmarks import report
from benchmarks.catalogues import GOODS
from benchmarks.judged import TASKS, questions
from benchmarks.report import Report, Table, tell
from benchmarks.shops import prepared
from wares import encoders as models
from wares.cli.systems import entrant
from wares.errors import SetupError
from wares.evaluation.page import write_page
from wares.evaluation.records import Comparison, EvaluationReport, Figure, Judgments, QuerySet, SystemReport
from wares.evaluation.reporting import evaluate
from wares.evaluation.tuning.trials import Limits
from wares.evaluation.tuning.tune import Row, TuningReport
from wares.settings import Environment
from wares.shop import Shop
from wares.tuning import tune

MEASURES = ("nDCG@10", "RR@10", "R@100", "P@1")

SYSTEMS = ("set", "questions", "system", "nDCG@10", "95 %", "RR@10", "P@1", "R@100", "judged@10", "p95 ms")
COMPARED = ("set", "system", "baseline", "nDCG@10", "95 %", "better", "worse", "same", "p", "p (Holm)", "overlap")
#: From this p on a difference may be chance.
CHANCE = 0.05


class Findings(msgspec.Struct):
    """Rows of the tables, and notes."""

    whole: list[list[report.Cell]] = msgspec.field(default_factory=list)
    compared: list[list[report.Cell]] = msgspec.field(default_factory=list)
    held_out: list[list[report.Cell]] = msgspec.field(default_factory=list)
    held_out_compared: list[list[report.Cell]] = msgspec.field(default_factory=list)
    tuned: dict[str, TuningReport] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)

    def tables(self) -> list[Table]:
        """The tables that have rows."""
        found = (
            Table("What is found", SYSTEMS, self.whole),
            Table("Against the baseline, question by question", COMPARED, self.compared),
            Table("Tuned: the questions held out", SYSTEMS, self.held_out),
            Table("Tuned: against the baseline, on the questions held out", COMPARED, self.held_out_compared),
            methods(self.tuned),
        )
        return [table for table in found if table.rows]


# -- rows -------------------------------------------------------------------------------------------------------


def figures(name: str, system: SystemReport) -> list[report.Cell]:
    """A row of a table of systems."""
    by = {figure.measure: figure for figure in system.figures}
    first = by[MEASURES[0]]
    late = system.latency.p95 if system.latency else None
    others = [round(by[measure].mean, 3) for measure in ("RR@10", "P@1", "R@100")]
    return [name, first.n, system.name, round(first.mean, 3), interval(first), *others, f"{system.judged:.0%}", late]


def interval(figure: Figure) -> str:
    return f"{figure.low:.3f} – {figure.high:.3f}"


def difference(name: str, comparison: Comparison) -> list[report.Cell]:
    """A row of a table of differences."""
    first = comparison.differences[0]
    change = [f"{first.mean:+.3f}", f"{first.low:+.3f} … {first.high:+.3f}"]
    chance = [f"{first.p:.2g}", f"{first.p_holm:.2g}", round(comparison.overlap, 2)]
    return [name, comparison.system, comparison.baseline, *change, first.wins, first.losses, first.ties, *chance]


def methods(tuned: Mapping[str, TuningReport]) -> Table:
    """What each method comes to at its best, and the tuned settings without each channel, by set."""
    names = list(dict.fromkeys(row.name for found in tuned.values() for row in found.rows))
    rows: list[list[report.Cell]] = [
        [name, *(next((_both(row) for row in found.rows if row.name == name), None) for found in tuned.values())]
        for name in names
    ]
    title = f"{MEASURES[0]} on the questions tuned on / held out (*: not as in force there, p < {CHANCE})"
    return Table(title, ("settings", *tuned), rows)


def _both(row: Row) -> str:
    told = row.difference is not None and row.difference.p < CHANCE
    return f"{row.train:.3f} / {row.held_out.mean:.3f}" + ("*" if told else "")


# -- measuring --------------------------------------------------------------------------------------------------


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
        titles = {product.id: product.title for product in products}
        with Shop.open(folder, environment=environment) as shop:
            for name in names:
                asked, judged = questions(name, arguments.data, arguments.scratch, titles, arguments.queries)
                if not any(gain > 0 for gains in judged.gains.values() for gain in gains.values()):
                    findings.notes.append(f"{name}: no question has a relevant product among these {len(titles):,}")
                    continue
                _measure(name, shop, asked, judged, titles, arguments, findings)
    return Report(about, findings.tables(), findings.notes)


def _measure(
    name: str,
    shop: Shop,
    asked: QuerySet,
    judged: Judgments,
    titles: dict[str, str],
    arguments: argparse.Namespace,
    findings: Findings,
) -> None:
    """One set: the shop beside parts of it, and what tuning comes to."""
    tell(f"{name}: {len(asked.queries):,} questions, systems: {', '.join(TASKS[name].systems)}")
    with ExitStack() as opened:
        systems = {}
        for system in TASKS[name].systems:
            try:
                systems[system] = entrant(system, shop, opened).system
            except SetupError as lacking:
                findings.notes.append(f"{name}: {lacking}")
        if not systems:
            return
        found = evaluate(asked, judged, systems, measures=MEASURES, titles=titles)
        if arguments.pages is not None:
            arguments.pages.mkdir(parents=True, exist_ok=True)
            write_page(found, arguments.pages / f"{name.replace(' ', '-')}.html")
        findings.whole.extend(figures(name, system) for system in found.systems)
        findings.compared.extend(difference(name, comparison) for comparison in found.comparisons)
        findings.notes.append(f"{name}: {len(titles):,} products; {asked.bias}{_left_out(found)}")
        if arguments.tuning and "shop" in systems:
            _tuned(name, shop, asked, judged, opened, arguments.trials, findings)


def _tuned(
    name: str,
    shop: Shop,
    asked: QuerySet,
    judged: Judgments,
    opened: ExitStack,
    trials: int,
    findings: Findings,
) -> None:
    """Tune on a part of the questions; what comes of it on the others, beside BM25 and the shop as shipped."""
    try:
        found = tune(shop, asked, judged, limits=Limits(trials=trials))
    except SetupError as few:
        findings.notes.append(f"{name}, not tuned: {few}")
        return
    tell(f"{name}: {found.verdict}; {found.stopped}")
    kept = set(found.split.held_out)
    rest = msgspec.structs.replace(asked, queries=tuple(one for one in asked.queries if one.id in kept))
    names = [system for system in ("bm25", "shop") if system in TASKS[name].systems]
    systems = {system: entrant(system, shop, opened).system for system in names}
    systems["tuned"] = lambda query: shop.search(query, fusion=found.tuned)
    told = evaluate(rest, judged, systems, measures=MEASURES)
    findings.held_out.extend(figures(name, system) for system in told.systems)
    findings.held_out_compared.extend(difference(name, comparison) for comparison in told.comparisons)
    findings.tuned[name] = found
    findings.notes.append(
        f"{name}, tuned on {len(found.split.train)} questions in {found.trials} trials, {len(kept)} held out: "
        f"{found.verdict}; {_settings(found)}"
    )


def _settings(found: TuningReport) -> str:
    weights = ", ".join(f"{channel} {weight:g}" for channel, weight in found.tuned.weights.items())
    return f"{found.tuned.method}, {weights or 'weights as shipped'}"


def _left_out(found: EvaluationReport) -> str:
    """Which questions are in no figure, and why."""
    told = [
        f"{remark.text} ({', '.join(remark.ids)}{', …' if remark.count > len(remark.ids) else ''})"
        for remark in found.remarks
        if "left out of every figure" in remark.text
    ]
    return "".join(f"; {text}" for text in told)


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
    option = parser.add_argument
    option("--sets", type=chosen, default=list(TASKS), metavar="NAMES", help=f"with commas between: {known}")
    option("--products", type=report.positive, metavar="N", help="only the first N of each set, to try it")
    option("--queries", type=report.positive, metavar="N", help="only the first N questions of each set")
    option("--trials", type=report.positive, default=150, metavar="N", help="settings to try [%(default)s]")
    option("--no-tuning", dest="tuning", action="store_false", help="leave tuning out")
    option("--pages", type=Path, metavar="FOLDER", help="save the report of every set as a page")
    return report.main(parser, measure)


if __name__ == "__main__":
    sys.exit(main())
