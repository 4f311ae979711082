"""A bench on a terminal: times, shares, load, recall, memory, and how they came about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from wares.cli.output import counted, plain
from wares.cli.sheets import sheet

if TYPE_CHECKING:
    from wares.bench.records import BenchReport, Load, Percentiles

#: The widest that names of rows become; the rest is folded.
NAME = 32


def print_report(console: Console, report: BenchReport) -> None:
    """Print all of it."""
    console.print(sheet(report.about.items()))
    questions = [
        (one.kind, f"{counted(one.count, 'question')}: {one.source}; as in: {one.example}")
        for one in report.questions
    ]
    console.print(Padding(sheet(questions), (1, 0, 0, 0)))
    for part in (_times, _stages, _loads, _recalls, _memory, _disk):
        console.print(part(report))
    console.print()
    for note in report.notes:
        console.print(Text(f"- {plain(note)}", style="dim"))


def number(value: float | None) -> str:
    """Three digits that count: 0.0123, 4.56, 78.9, 1,234."""
    if value is None:
        return "–"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def share(value: float) -> str:
    """0.0098 → "0.98 %", 0.5 → "50 %"."""
    return f"{value * 100:.2g} %" if value < 0.995 else "100 %"


def _times(report: BenchReport) -> Padding:
    passed = {one.where: f"{one.where} ({share(one.share)} pass)" for one in report.filters}
    names = {"facets": f"facets {', '.join(report.facets)}", **passed}
    rows = [
        (
            f"{one.kind}: {names.get(one.way, one.way)}",
            *_three(one.whole),
            number(one.search.p50),
            number(one.search.p99),
            number(one.ratio),
        )
        for one in report.latencies
    ]
    heads = ("", "p50", "p95", "p99", "search p50", "p99", "× scan")
    scans = {one.kind: one.scan for one in report.latencies if one.scan is not None}
    told = ", ".join(f"{number(scan)} ms for {kind}" for kind, scan in scans.items())
    return _section("Milliseconds", heads, rows, f"the scan takes {told}" if told else "")


def _stages(report: BenchReport) -> Padding:
    kinds = list(dict.fromkeys(one.kind for one in report.stages))
    found = {(one.kind, one.stage): (number(one.mean), share(one.share)) for one in report.stages}
    names = dict.fromkeys(one.stage for one in report.stages)
    rows = [(name, *(cell for kind in kinds for cell in found[kind, name])) for name in names]
    return _section(
        "Where the time of a new question goes", ("", *(h for k in kinds for h in (f"{k} ms", "share"))), rows
    )


def _loads(report: BenchReport) -> Padding:
    by: dict[int, dict[str, Load]] = {}
    for one in report.loads:
        by.setdefault(one.concurrency, {})[one.by] = one
    rows = [
        (str(many), *(cell for way in ("threads", "processes") for cell in _under_load(own[way])))
        for many, own in by.items()
    ]
    heads = ("", "threads: answers/s", "p50", "p99", "processes: answers/s", "p50", "p99")
    return _section("Answers a second, and milliseconds, under load", heads, rows)


def _recalls(report: BenchReport) -> Padding:
    heads = ("", "questions", "all", *(share(one.share) for one in report.filters))
    wheres = ("", *(one.where for one in report.filters))
    found = {(f"{one.channel} by {one.kind}", one.where): one for one in report.recalls}
    rows = []
    for name in dict.fromkeys(name for name, _ in found):
        cells = [found.get((name, where)) for where in wheres]
        asked = next(one.questions for one in cells if one is not None)
        rows.append((name, str(asked), *("–" if one is None else f"{one.recall:.3f}" for one in cells)))
    return _section("Recall@10 against exact, of all products and of those that pass a filter", heads, rows)


def _memory(report: BenchReport) -> Padding:
    rows = [(one.what, number(one.resident), number(one.private)) for one in report.memory]
    return _section("Memory", ("", "resident MB", "not mapped from files"), rows)


def _disk(report: BenchReport) -> Padding:
    return _section("Disk", ("", "MB"), [(part, number(size)) for part, size in report.disk.items()])


def _three(times: Percentiles) -> tuple[str, str, str]:
    return number(times.p50), number(times.p95), number(times.p99)


def _under_load(load: Load) -> tuple[str, str, str]:
    return number(load.answers_per_second), number(load.whole.p50), number(load.whole.p99)


def _section(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], below: str = "") -> Padding:
    """A titled table whose figures stand on the right."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for at, head in enumerate(heads):
        table.add_column(head, justify="right" if at else "left", max_width=None if at else NAME, overflow="fold")
    for row in rows:
        table.add_row(*map(plain, row))
    parts: list[RenderableType] = [Text(title, style="bold"), table, *([Text(below, style="dim")] if below else [])]
    return Padding(Group(*parts), (1, 0, 0, 0))
