"""What the page shows question by question: sorted, and cut to what a page can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from wares.evaluation.page.charts import Columns, columns
from wares.evaluation.page.looks import Look
from wares.evaluation.page.words import clip
from wares.evaluation.records import Answered, Comparison, EvaluationReport, SideBySide, SystemReport

#: Ids of questions without results that are named; the rest is counted.
NAMED = 200
#: Characters of a question: in the hint of a bar, in the table of all questions.
HINT = 80
ROW = 90
#: Questions that the table of all questions has room for; of more, the worst.
ROWS = 2_000
#: Questions that are shown with their lists, in all and of each comparison or system at least: (in all, at least).
WORST = (20, 4)
BEST = (10, 2)
LOWEST = (10, 3)


class ByQuestion(NamedTuple):
    """The values of a system, or its differences to the baseline, question by question."""

    look: Look
    baseline: Look | None
    columns: Columns
    asked: int
    highest: float
    lowest: float


def first_values(system: SystemReport, report: EvaluationReport) -> Mapping[str, float]:
    """Question → value of the report's first measure."""
    return system.per_query.get(report.measures[0], {}) if report.measures else {}


def by_question(report: EvaluationReport, seen: Mapping[str, Look]) -> list[ByQuestion]:
    """Differences where there is a comparison, else the values of each system."""
    systems = {system.name: system for system in report.systems}
    pairs = [(c.system, c.baseline) for c in report.comparisons if {c.system, c.baseline} <= systems.keys()]
    found = []
    for name, baseline in pairs or [(name, "") for name in systems]:
        values = dict(first_values(systems[name], report))
        if baseline:
            others = first_values(systems[baseline], report)
            values = {key: value - others[key] for key, value in values.items() if key in others}
        if not values:
            continue
        named = [(clip(report.questions.get(key, key), HINT), value) for key, value in values.items()]
        drawn = columns(named, differences=bool(baseline))
        ends = (max(values.values()), min(values.values()))
        found.append(ByQuestion(seen[name], seen.get(baseline), drawn, len(values), *ends))
    return found


class Asked(NamedTuple):
    """A question of the table: the value of each system, and words where there was no answer."""

    id: str
    text: str
    values: tuple[float | None, ...]
    notes: tuple[str, ...]
    difference: float | None


def all_questions(report: EvaluationReport) -> list[Asked]:
    """Every question, from the worst: by its difference where there is one challenger, else by its first value."""
    values = [first_values(system, report) for system in report.systems]
    empty = [frozenset(system.zero_results) for system in report.systems]
    found = []
    for key, text in report.questions.items():
        row = tuple(of.get(key) for of in values)
        notes = tuple(
            "failed" if key in system.failed else "no results" if key in none else ""
            for system, none in zip(report.systems, empty, strict=True)
        )
        pair = row[:2] if len(row) == 2 else ()
        apart = pair[1] - pair[0] if pair and pair[0] is not None and pair[1] is not None else None
        found.append(Asked(key, clip(text, ROW), row, notes, apart))
    return sorted(found, key=rank)


def rank(asked: Asked) -> tuple[float, float]:
    """Largest loss first, then lowest value; what has no value stands at the end."""
    first = next((value for value in asked.values if value is not None), 2.0)
    return (asked.difference if asked.difference is not None else 0.0, first)


class Unanswered(NamedTuple):
    """Questions of one system without a result, and those that failed, with the reason; cut to what is named."""

    look: Look
    empty: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str, str], ...]
    empty_count: int
    failed_count: int


def unanswered(report: EvaluationReport, seen: Mapping[str, Look]) -> list[Unanswered]:
    """Systems that left questions without an answer. A failed question is not named again as one without results."""
    found = []
    for system in report.systems:
        empty = [key for key in system.zero_results if key not in system.failed]
        named = tuple((key, clip(report.questions.get(key, ""), ROW)) for key in empty[:NAMED])
        broken = tuple(
            (key, clip(report.questions.get(key, ""), ROW), clip(why, 300))
            for key, why in list(system.failed.items())[:NAMED]
        )
        if empty or broken:
            found.append(Unanswered(seen[system.name], named, broken, len(empty), len(system.failed)))
    return found


class Sides(NamedTuple):
    """The questions of a comparison that lost and won most, as many as the page has room for."""

    comparison: Comparison
    worst: tuple[SideBySide, ...]
    best: tuple[SideBySide, ...]


def sides(report: EvaluationReport) -> list[Sides]:
    """Comparisons with their lists side by side."""
    among = len(report.comparisons)
    return [Sides(c, c.worst[: room(WORST, among)], c.best[: room(BEST, among)]) for c in report.comparisons]


class Lowest(NamedTuple):
    """The questions that fared worst with one system."""

    look: Look
    answered: tuple[Answered, ...]


def lowest(report: EvaluationReport, seen: Mapping[str, Look]) -> list[Lowest]:
    """Systems with their worst questions, as many as the page has room for."""
    most = room(LOWEST, len(report.systems))
    return [Lowest(seen[system.name], system.worst[:most]) for system in report.systems if system.worst]


def room(bounds: tuple[int, int], among: int) -> int:
    """How many each may show."""
    whole, least = bounds
    return max(least, whole // max(1, among))
