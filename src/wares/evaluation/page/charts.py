"""Charts as geometry: where each mark stands, in percent of the room that a chart has.

The templates draw them as SVG. As everything is in percent, a chart takes the width of its page while letters, lines
and dots keep their size, on a desk and on a phone. Up is drawn downwards in SVG: ``y`` is measured from the top.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from wares.evaluation.page.words import MINUS, counted, milliseconds, number, signed

#: More questions than the first number are drawn as bars of neighbours, at most the second: one bar of each would be
#: thinner than a pixel of a phone.
MOST_COLUMNS = 400
MOST_GROUPS = 200
#: Bins of a histogram over all systems.
BINS = 28


class Tick(NamedTuple):
    """A place on an axis."""

    at: float
    label: str


class Scale(NamedTuple):
    """From values to percent of an axis; by their logarithms when ``log``."""

    low: float
    high: float
    step: float
    log: bool = False

    @classmethod
    def over(cls, values: Iterable[float], *, most: int = 4) -> Scale:
        """An axis of round steps, ``most`` or a few less, that holds all values."""
        kept = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(kept), max(kept)
        if high - low < 1e-9:
            low, high = low - 0.05, high + 0.05
        step = round_step((high - low) / most)
        return cls(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)

    def at(self, value: float) -> float:
        """Percent of the axis; what lies beyond stands at its end."""
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        place = math.log(max(value, self.low)) if self.log else value
        return round(100 * min(1.0, max(0.0, (place - low) / (high - low))), 2)

    def ticks(self) -> tuple[Tick, ...]:
        """Round values on the axis, ends included where they are round."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            values = [digit * 10.0**power for power in range(first, last + 1) for digit in (1, 2, 5)]
            return tuple(Tick(self.at(v), f"{v:,.6g}") for v in values if self.low <= v * 1.0001 and v <= self.high)
        digits = next((places for places in range(9) if math.isclose(round(self.step, places), self.step)), 9)
        steps = round((self.high - self.low) / self.step)
        values = [self.low + place * self.step for place in range(steps + 1)]
        return tuple(Tick(self.at(v), f"{v + 0.0:.{digits}f}".replace("-", MINUS)) for v in values)


UNIT = Scale(0.0, 1.0, 0.25)


def upright(scale: Scale) -> tuple[Tick, ...]:
    """The ticks of an axis that goes up."""
    return tuple(Tick(round(100 - tick.at, 2), tick.label) for tick in scale.ticks())


def round_step(least: float) -> float:
    """The next of 1, 2, 2.5 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= least * (1 - 1e-9))


class Whisker(NamedTuple):
    """A mean with its interval on a scale; ``start`` is where a bar to it begins."""

    at: float
    low: float
    high: float
    start: float

    @property
    def left(self) -> float:
        return min(self.at, self.start)

    @property
    def width(self) -> float:
        return round(abs(self.at - self.start), 2)


def whisker(scale: Scale, mean: float, low: float, high: float) -> Whisker | None:
    """None when there is no mean, as of a measure over no question."""
    if not math.isfinite(mean):
        return None
    ends = [value if math.isfinite(value) else mean for value in (low, high)]
    return Whisker(scale.at(mean), scale.at(ends[0]), scale.at(ends[1]), scale.at(0.0))


class Column(NamedTuple):
    """A bar of one question, or of neighbours."""

    x: float
    width: float
    y: float
    height: float
    outcome: str
    title: str


class Columns(NamedTuple):
    """Bars, highest first, with the axis up; ``each`` is how many questions a bar stands for."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    zero: float
    each: int


def columns(values: Sequence[tuple[str, float]], *, differences: bool) -> Columns:
    """Named values as bars from the highest to the lowest; many as the means of neighbours, which are near each
    other because they are sorted."""
    ranked = sorted(values, key=lambda named: -named[1])
    each = 1 if len(ranked) <= MOST_COLUMNS else math.ceil(len(ranked) / MOST_GROUPS)
    groups = [ranked[start : start + each] for start in range(0, len(ranked), each)]
    scale = Scale.over([0.0, *(value for _, value in ranked)], most=6) if differences else UNIT
    width = 100 / max(1, len(groups))
    show = signed if differences else number
    drawn = []
    for place, group in enumerate(groups):
        mean = sum(value for _, value in group) / len(group)
        ends = (100 - scale.at(mean), 100 - scale.at(0.0))
        title = f"{group[0][0]}: {show(group[0][1])}"
        if len(group) > 1:
            title = f"{counted(len(group), 'question')}: {show(group[0][1])} to {show(group[-1][1])}"
        kind = "tie" if abs(mean) <= 1e-9 else "win" if mean > 0 else "loss"
        drawn.append(
            Column(
                *(round(place * width, 3), round(width, 3), round(min(ends), 2), round(abs(ends[0] - ends[1]), 2)),
                outcome=kind if differences else "value",
                title=title,
            )
        )
    return Columns(tuple(drawn), upright(scale), 100 - scale.at(0.0), each)


class Curve(NamedTuple):
    """A line through points."""

    points: tuple[tuple[float, float], ...]

    @property
    def line(self) -> str:
        """The points as SVG's ``points``."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


def curve(values: Sequence[float]) -> Curve:
    """Values in [0, 1] at equal steps from 0 to 1."""
    last = max(1, len(values) - 1)
    return Curve(tuple((UNIT.at(n / last), 100 - UNIT.at(v)) for n, v in enumerate(values) if math.isfinite(v)))


class Bin(NamedTuple):
    """A bar of a histogram: so many ``answers`` between two latencies."""

    x: float
    width: float
    y: float
    height: float
    answers: int
    between: str


class Mark(NamedTuple):
    """A percentile that is drawn as a line."""

    at: float
    name: str
    label: str

    @property
    def anchor(self) -> str:
        """The label stands on the side that has room."""
        return "end" if self.at > 60 else "start"


class Histogram(NamedTuple):
    """Bars over a logarithmic axis of milliseconds; the highest fills its room."""

    bins: tuple[Bin, ...]
    marks: tuple[Mark, ...]


def latency_scale(values: Iterable[float]) -> Scale | None:
    """An axis for all systems together, from the fastest answer to the slowest; None without answers. Below a
    hundredth of a millisecond nothing is told apart."""
    kept = [max(value, 0.01) for value in values if math.isfinite(value)]
    if not kept:
        return None
    low, high = min(kept), max(kept)
    if high / low < 1.5:
        low, high = low / 1.25, high * 1.25
    return Scale(low, high, 0.0, log=True)


def histogram(scale: Scale, values: Iterable[float], marks: Iterable[tuple[str, float]]) -> Histogram:
    """Values counted in bins of equal ratio over the whole scale."""
    kept = [value for value in values if math.isfinite(value)]
    ratio = (scale.high / scale.low) ** (1 / BINS)
    edges = [scale.low * ratio**place for place in range(BINS + 1)]
    counts = [0] * BINS
    for value in kept:
        counts[min(BINS - 1, int(scale.at(value) / 100 * BINS))] += 1
    width = 100 / BINS
    bins = []
    for place, (count, (low, high)) in enumerate(zip(counts, pairwise(edges), strict=True)):
        height = round(100 * count / max(counts), 2) if count else 0.0
        between = f"{milliseconds(low)} to {milliseconds(high)} ms"
        bins.append(Bin(round(place * width, 3), round(width, 3), round(100 - height, 2), height, count, between))
    shown = [Mark(scale.at(v), name, f"{milliseconds(v)} ms") for name, v in marks if math.isfinite(v)]
    return Histogram(tuple(bins), tuple(shown))
