"""What all measurements share: what they are given, and what they find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from benchmarks.report import Cell, Table
from wares.settings import Environment

#: Filters that pass about this share of the products: prices are spread evenly from 0.01 to 100.
FILTERS = {"1 %": "price < 1", "10 %": "price < 10", "50 %": "price < 50"}

COLUMNS = ("what", "unit", "value", "p99", "target", "met", "scan", "× scan")


class Bench(msgspec.Struct, frozen=True):
    """What is measured. ``feed`` is the CSV that the shop in ``shop`` was filled from, its pictures relative to
    ``scratch``; ``photos`` are pictures that no product of the shop has, with the titles of what they show."""

    scratch: Path
    shop: Path
    feed: Path
    model: str
    environment: Environment
    products: int
    questions: Sequence[str]
    photos: Sequence[tuple[str, Path]]


class Target(msgspec.Struct, frozen=True):
    """At most ``value``, and at most ``late`` in the 99th percentile; or, with ``least``, at least ``value``."""

    value: float
    late: float | None = None
    least: bool = False

    def __str__(self) -> str:
        sign = "≥" if self.least else "≤"
        return f"{sign} {self.value:,g}" + (f", p99 {sign} {self.late:,g}" if self.late is not None else "")

    def met(self, value: float, late: float | None) -> bool:
        if self.least:
            return value >= self.value
        return value <= self.value and (self.late is None or (late is not None and late <= self.late))


class Row(msgspec.Struct, frozen=True):
    """One figure: a median (with ``late``, the 99th percentile) or a single value; ``scan`` is the brute-force scan
    of the same vectors in the same run."""

    what: str
    unit: str
    value: float
    late: float | None = None
    target: Target | None = None
    scan: float | None = None

    def cells(self) -> list[Cell]:
        met = self.target.met(self.value, self.late) if self.target else None
        target = str(self.target) if self.target else None
        ratio = self.value / self.scan if self.scan else None
        return [self.what, self.unit, self.value, self.late, target, met, self.scan, ratio]


class Findings(msgspec.Struct):
    """What has been measured so far."""

    rows: list[Row] = msgspec.field(default_factory=list)
    tables: list[Table] = msgspec.field(default_factory=list)
    notes: list[str] = msgspec.field(default_factory=list)


Measurement = Callable[[Bench, Findings], None]
