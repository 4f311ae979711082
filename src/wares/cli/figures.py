"""An evaluation on a terminal: figures, differences in plain words, the questions that went worst, what to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wares.cli.output import counted, plain
from wares.evaluation.page.words import chance, clip, milliseconds, number, outcome, percent, signed

if TYPE_CHECKING:
    from wares.evaluation.gate import Finding
    from wares.evaluation.records import Comparison, Difference, EvaluationReport, Figure, Remark, Shown, SystemReport

#: How many questions are shown with their hits, and how many hits of each.
QUESTIONS = 5
HITS = 3
#: Ids that a remark shows.
IDS = 5
NAME = 24
COLUMN = 10

#: Groups of fewer questions are printed faintly.
THIN = 10


def print_report(console: Console, report: EvaluationReport) -> None:
    """Print what a reader at a terminal wants; the page and the JSON have the rest."""
    first = report.systems[0]
    size = f"{counted(len(report.questions), 'question')}, {plain(report.set_name)}"
    console.print(Text(f"{size} · means, and their 95 % intervals below", style="dim"))
    for table in _figures(report, console.width):
        console.print(table)
    console.print(_facts(report))
    for comparison in report.comparisons:
        console.print(_compared(comparison))
    segments = _segments(report)
    if segments is not None:
        console.print(segments)
    for comparison in report.comparisons:
        _print_worst(console, comparison)
    if not report.comparisons:
        _print_lowest(console, first, report.measures[0])
    if report.remarks:
        console.print()
    print_remarks(console, report.remarks)
    for name, text in (
        ("compared", report.about.get("compared", "")),
        ("truth", report.truth),
        ("bias", report.bias),
    ):
        if text:
            console.print(Text(f"\n{name}: {plain(text)}", style="dim"))
    console.print(Text("\n" + " ".join(report.conventions), style="dim"))


# -- figures ----------------------------------------------------------------------------------------------------


def _figures(report: EvaluationReport, width: int) -> Iterator[Table]:
    """Systems by measures; measures that have no room come in a table of their own."""
    name = min(max(cell_len(plain(system.name)) for system in report.systems), NAME)
    room = max((width - name) // (COLUMN + 1), 1)
    for start in range(0, len(report.measures), room):
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(max_width=NAME, overflow="fold")
        shown = report.measures[start : start + room]
        for _ in shown:
            table.add_column(justify="right", no_wrap=True, min_width=COLUMN)
        table.add_row("", *(Text(measure, style="bold") for measure in shown))
        for system in report.systems:
            figures = {figure.measure: figure for figure in system.figures}
            table.add_row(Text(plain(system.name)), *(Text(number(figures[m].mean)) for m in shown))
            table.add_row("", *(Text(_interval(figures[m]), style="dim") for m in shown))
        yield table


def _interval(figure: Figure) -> str:
    return f"{_short(figure.low)} – {_short(figure.high)}"


def _short(value: float) -> str:
    """0.712 → ".71", 1 → "1": an interval has to fit below its mean."""
    return "1" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def _facts(report: EvaluationReport) -> Padding:
    """What is no mean of a measure."""
    rows = [_fact(system, len(report.questions)) for system in report.systems]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=NAME, overflow="fold")
    for _ in rows[0]:
        table.add_column(justify="right")
    table.add_row("", *(Text(name, style="bold") for name in rows[0]))
    for system, row in zip(report.systems, rows, strict=True):
        table.add_row(Text(plain(system.name)), *row.values())
    return Padding(table, (1, 0, 0, 0))


def _fact(system: SystemReport, n: int) -> Mapping[str, str]:
    took = system.latency
    return {
        "nothing found": f"{len(system.zero_results):,}",
        "failed": f"{len(system.failed):,}",
        "judged@10": percent(system.judged),
        "coverage": percent(system.coverage),
        "ms p50": milliseconds(took.p50 if took else None),
        "p95": milliseconds(took.p95 if took else None),
        "p99": milliseconds(took.p99 if took else None),
    }


# -- differences ------------------------------------------------------------------------------------------------


def _compared(comparison: Comparison) -> Padding:
    """A verdict by the first measure in words, then all measures as a table."""
    first = comparison.differences[0]
    lines = Table.grid()
    lines.add_row(verdict(first))
    lines.add_row(_wins(first, comparison))
    if len(comparison.differences) > 1:
        lines.add_row(Padding(_differences(comparison.differences), (1, 0, 0, 2)))
    return Padding(lines, (1, 0, 0, 0))


def verdict(difference: Difference) -> Text:
    """Better, worse, or that these questions cannot tell."""
    system, baseline = (Text(plain(name), style="bold") for name in (difference.system, difference.baseline))
    by = f"{signed(difference.mean)} {difference.measure}"
    adjusted = (
        f", adjusted {chance(difference.p_holm).removeprefix('= ')}" if difference.p_holm != difference.p else ""
    )
    evidence = f"95 % {signed(difference.low)} … {signed(difference.high)}, p {chance(difference.p)}{adjusted}"
    found = outcome(difference)
    if found == "open":
        questions = counted(difference.n, "question")
        return Text.assemble(system, " and ", baseline, f" are not told apart by {questions}: {by} ({evidence})")
    style = "bold green" if found == "better" else "bold red"
    return Text.assemble(system, " is ", (found, style), " than ", baseline, f": {by} ({evidence})")


def _wins(difference: Difference, comparison: Comparison) -> Text:
    counts = f"{difference.wins:,} won, {difference.losses:,} lost, {difference.ties:,} tied"
    return Text(f"{counts}; overlap of the first ten {number(comparison.overlap, 2)} (1: the same list)", style="dim")


def _differences(differences: Sequence[Difference]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for place in range(5):
        table.add_column(justify="right" if place else "left", no_wrap=True)
    table.add_row("", *(Text(name, style="bold") for name in ("difference", "95 %", "p adjusted", "won/lost/tied")))
    for one in differences:
        style = {"better": "green", "worse": "red", "open": ""}[outcome(one)]
        table.add_row(
            one.measure,
            Text(signed(one.mean), style=style),
            f"{signed(one.low)} … {signed(one.high)}",
            chance(one.p_holm).removeprefix("= "),
            f"{one.wins:,}/{one.losses:,}/{one.ties:,}",
        )
    return table


def _segments(report: EvaluationReport) -> Padding | None:
    """The first measure by groups of questions; None when there is but one group of every kind."""
    measure = report.measures[0]
    kinds = [kind for kind, values in report.segments.items() if len(values) > 1]
    if not kinds:
        return None
    means = [
        {(s.kind, s.value): next(f for f in s.figures if f.measure == measure) for s in system.segments}
        for system in report.systems
    ]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(max_width=44, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right")
    for _ in report.systems:
        table.add_column(justify="right", max_width=NAME, overflow="fold")
    names = (Text(plain(system.name), style="bold") for system in report.systems)
    table.add_row(Text(f"{measure} by group", style="bold"), Text("n", style="bold"), *names)
    for kind in kinds:
        for value, ids in report.segments[kind].items():
            style = "dim" if len(ids) < THIN else ""
            row = (number(figures[kind, value].mean) for figures in means)
            table.add_row(*(Text(plain(text), style=style) for text in (f"{kind}: {value}", f"{len(ids):,}", *row)))
    return Padding(table, (1, 0, 0, 0))


# -- questions --------------------------------------------------------------------------------------------------


def _print_worst(console: Console, comparison: Comparison) -> None:
    """The questions that lost most, both lists side by side."""
    if not comparison.worst:
        return
    names = plain(comparison.system), plain(comparison.baseline)
    console.print(Text(f"\nWhere {names[0]} lost most to {names[1]}", style="bold"))
    for lost in comparison.worst[:QUESTIONS]:
        values = f"{number(lost.baseline)} → {number(lost.value)}"
        console.print(Text.assemble(f"\n{plain(lost.question)}  ", (f"{plain(lost.query_id)}  {values}", "dim")))
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(Text(names[1], style="dim"), Text(names[0], style="dim"))
        table.add_row(_list(lost.baseline_hits), _list(lost.hits))
        console.print(Padding(table, (0, 0, 0, 2)))


def _print_lowest(console: Console, system: SystemReport, measure: str) -> None:
    """The questions that fared worst, with what they should have found."""
    if not system.worst:
        return
    console.print(Text(f"\nWhere {measure} is lowest", style="bold"))
    for low in system.worst[:QUESTIONS]:
        value = f"{plain(low.query_id)}  {number(low.value)}"
        console.print(Text.assemble(f"\n{plain(low.question)}  ", (value, "dim")))
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(ratio=1)
        table.add_column(ratio=1)
        table.add_row(Text("found", style="dim"), Text("right, and not among the first ten", style="dim"))
        table.add_row(_list(low.hits), _list(low.missed))
        console.print(Padding(table, (0, 0, 0, 2)))


def _list(hits: Sequence[Shown]) -> Table:
    """Hits with their gains: a dash for what is not judged."""
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(justify="right", width=2)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for hit in hits[:HITS]:
        style = "dim" if hit.gain is None else "green" if hit.gain > 0 else "red"
        table.add_row(Text("–" if hit.gain is None else str(hit.gain), style=style), plain(hit.title or hit.id))
    if not hits:
        table.add_row("", Text("nothing", style="dim"))
    return table


# -- what to know -----------------------------------------------------------------------------------------------


def print_remarks(console: Console, remarks: Sequence[Remark]) -> None:
    """Print what the reader must know, with the first of the ids that it is about."""
    for remark in remarks:
        label, style = (("warning", "yellow"), ("note   ", "dim"))[remark.severity == "note"]
        ids = [clip(plain(id), 80) for id in remark.ids[:IDS]]
        more = ", …" if remark.count > len(ids) > 0 else ""
        named = Text(f" ({', '.join(ids)}{more})" if ids else "", style="dim")
        console.print(Text.assemble((f"{label}  ", style), plain(remark.text), named))


def print_findings(console: Console, findings: Sequence[Finding], report: EvaluationReport) -> None:
    """Print what came of a gate: a line for each bound, and of a broken one the worst questions."""
    if not findings:
        return
    console.print()
    for finding in findings:
        mark = ("holds", "green") if finding.ok else ("fails", "bold red")
        console.print(Text.assemble(mark, f"  {plain(stated(finding))}"))
        for id, value in finding.worst.items() if not finding.ok else ():
            question = clip(plain(report.questions.get(id, "")), 60)
            console.print(Text(f"         {number(value):>6}  {question}  {plain(id)}", style="dim"))
    broken = sum(not finding.ok for finding in findings)
    total = counted(len(findings), "bound")
    told = (
        (f"the gate fails: {broken} of {total} broken", "bold red")
        if broken
        else (f"the gate holds: {total}", "green")
    )
    console.print(Text(*told))


def stated(finding: Finding) -> str:
    """One finding in words: "nDCG@10 is 0.612, floor 0.75"."""
    digits = 1 if finding.what.endswith("_ms") else 4
    bound = "ceiling" if finding.ceiling else "floor"
    detail = f" ({finding.detail})" if finding.detail else ""
    return f"{finding.what} is {number(finding.value, digits)}, {bound} {number(finding.limit, digits)}{detail}"
