"""What the page shows of all questions together: verdicts, figures, curves, segments, speed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wares.evaluation.page.charts import (
    UNIT,
    Curve,
    Histogram,
    Scale,
    Tick,
    Whisker,
    curve,
    histogram,
    latency_scale,
    whisker,
)
from wares.evaluation.page.looks import Look
from wares.evaluation.page.words import Outcome, outcome
from wares.evaluation.records import Comparison, Difference, EvaluationReport, Figure, Segment

#: A segment of fewer questions is greyed: its mean says little.
FEW = 20

# -- verdicts ---------------------------------------------------------------------------------------------------


class Contrast(NamedTuple):
    """One measure of a comparison."""

    difference: Difference
    outcome: Outcome
    whisker: Whisker | None


class Verdict(NamedTuple):
    """A comparison: what its first measure says, and all of them."""

    comparison: Comparison
    first: Contrast | None
    contrasts: tuple[Contrast, ...]
    ticks: tuple[Tick, ...]
    zero: float

    def others(self, kind: Outcome) -> list[str]:
        """Measures other than the first that show this, where the first shows something else."""
        if self.first is None or self.first.outcome == kind:
            return []
        return [contrast.difference.measure for contrast in self.contrasts if contrast.outcome == kind]


def verdicts(report: EvaluationReport) -> list[Verdict]:
    """The comparisons, on one scale."""
    scale = Scale.over([0.0, *(end for c in report.comparisons for d in c.differences for end in (d.low, d.high))])
    found = []
    for comparison in report.comparisons:
        contrasts = tuple(
            Contrast(
                difference, outcome(difference), whisker(scale, difference.mean, difference.low, difference.high)
            )
            for difference in comparison.differences
        )
        first = next(iter(contrasts), None)
        found.append(Verdict(comparison, first, contrasts, scale.ticks(), scale.at(0.0)))
    return found


# -- figures ----------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A figure of one system, to be drawn; ``few`` when it is over few questions."""

    look: Look
    figure: Figure
    whisker: Whisker | None
    few: bool = False


class Panel(NamedTuple):
    """One measure of all systems, over so many questions."""

    measure: str
    asked: int
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]


def figure_of(figures: Iterable[Figure], measure: str) -> Figure | None:
    """The figure of a measure, if it is there."""
    return next((figure for figure in figures if figure.measure == measure), None)


def panels(report: EvaluationReport, seen: Mapping[str, Look]) -> list[Panel]:
    """The measures, each on a scale of its own that shows what differs."""
    found = []
    for measure in report.measures:
        figures = [(seen[s.name], f) for s in report.systems if (f := figure_of(s.figures, measure)) is not None]
        scale = Scale.over(end for _, figure in figures for end in (figure.low, figure.mean, figure.high))
        rows = tuple(Row(look, f, whisker(scale, f.mean, f.low, f.high)) for look, f in figures)
        if rows:
            found.append(Panel(measure, max(figure.n for _, figure in figures), rows, scale.ticks()))
    return found


# -- curves, segments, speed ------------------------------------------------------------------------------------


class Line(NamedTuple):
    """The precision of a system by recall."""

    look: Look
    curve: Curve
    values: tuple[float, ...]


def lines(report: EvaluationReport, seen: Mapping[str, Look]) -> list[Line]:
    """Precision at recall 0, 0.1 … 1 of the systems that have it."""
    return [
        Line(seen[system.name], curve(system.precision_at_recall), system.precision_at_recall)
        for system in report.systems
        if system.precision_at_recall
    ]


class SegmentRows(NamedTuple):
    """The systems in one group of questions, and how many these are."""

    value: str
    asked: int
    rows: tuple[Row, ...]


class SegmentPanel(NamedTuple):
    """The groups of one kind."""

    kind: str
    groups: tuple[SegmentRows, ...]
    ticks: tuple[Tick, ...]


def segment_panels(report: EvaluationReport, seen: Mapping[str, Look]) -> list[SegmentPanel]:
    """Kinds of segments in the order of the report, by its first measure."""
    kinds: dict[str, dict[str, list[Row]]] = {}
    for system in report.systems:
        for segment in system.segments:
            row = segment_row(segment, seen[system.name], report.measures)
            if row is not None:
                kinds.setdefault(segment.kind, {}).setdefault(segment.value, []).append(row)
    return [
        SegmentPanel(
            kind,
            tuple(
                SegmentRows(value, max(row.figure.n for row in rows), tuple(rows)) for value, rows in groups.items()
            ),
            UNIT.ticks(),
        )
        for kind, groups in kinds.items()
    ]


def segment_row(segment: Segment, look: Look, measures: Sequence[str]) -> Row | None:
    """A segment's first measure as a bar from 0 to 1."""
    figure = figure_of(segment.figures, measures[0]) if measures else None
    if figure is None:
        return None
    return Row(look, figure, whisker(UNIT, figure.mean, figure.low, figure.high), figure.n < FEW)


class Pace(NamedTuple):
    """How fast one system answers."""

    look: Look
    histogram: Histogram
    answers: int
    slowest: tuple[tuple[str, float], ...]


class Stage(NamedTuple):
    """Where the time of one system goes: milliseconds, the share of all stages, and a bar on a common scale."""

    name: str
    look: Look
    ms: float
    share: float
    width: float


class Speed(NamedTuple):
    """Latencies of all systems on one axis."""

    paces: tuple[Pace, ...]
    ticks: tuple[Tick, ...]
    stages: tuple[tuple[str, tuple[Stage, ...]], ...]


def speed(report: EvaluationReport, seen: Mapping[str, Look]) -> Speed | None:
    """None when no system was timed, as when all are runs out of files."""
    timed = [(seen[s.name], s.latency) for s in report.systems if s.latency is not None and s.latency.values]
    scale = latency_scale(value for _, latency in timed for value in latency.values)
    if scale is None:
        return None
    paces = []
    stages: dict[str, list[Stage]] = {}
    longest = max((ms for _, latency in timed for ms in latency.stages.values()), default=0.0) or 1.0
    for look, latency in timed:
        marks = (("p50", latency.p50), ("p95", latency.p95), ("p99", latency.p99))
        slowest = tuple((report.questions.get(key, key), ms) for key, ms in latency.slowest.items())
        paces.append(Pace(look, histogram(scale, latency.values, marks), len(latency.values), slowest))
        whole = sum(latency.stages.values()) or 1.0
        for name, ms in latency.stages.items():
            stages.setdefault(name, []).append(Stage(name, look, ms, ms / whole, round(100 * ms / longest, 2)))
    return Speed(tuple(paces), scale.ticks(), tuple((name, tuple(rows)) for name, rows in stages.items()))
