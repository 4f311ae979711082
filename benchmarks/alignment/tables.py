"""The tables of what ``benchmarks.alignment.table`` kept.

A figure is the mean over the splits ± half the width of its 95 % interval (``summary.Figure``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.alignment import columns, keeping, summary
from benchmarks.alignment.asking import Line
from benchmarks.alignment.columns import GROCERY, MAIN, UNSEEN, Column
from benchmarks.alignment.ways import WAYS
from benchmarks.report import Cell, Report, Table
from wares.evaluation.statistics import holm

RECIPE = "recipe, bare colours"
CERTAIN = 0.05
#: What the table of costs shows of a fit: its head, and the field.
_BEFORE = {"products": "products", "pictures": "pictures", "captions": "captions"}
_AFTER = {
    "best step": "best",
    "seconds": "seconds",
    "CPU seconds": "cpu_s",
    "MB more": "peak_mb",
    "prior": "prior",
    "look": "look",
    "held out before": "before",
    "after": "after",
}


class Shown(NamedTuple):
    """A way that is there."""

    name: str
    group: str
    lines: Sequence[Line]
    fits: Sequence[keeping.Fit]
    base: str = ""
    learns: Sequence[str] = ()


def read(folder: Path) -> dict[str, Shown]:
    """The ways that are kept in a folder, by name, in the order of the table of ways."""
    found = {}
    for way in WAYS:
        lines, fits = keeping.kept(folder, way.name)
        if lines:
            found[way.name] = Shown(way.name, way.group, lines, fits, way.base, getattr(way, "sets", ()))
    return found


def everything(scratch: Path, folder: Path) -> Report:
    """All tables. ``scratch`` is where the yardstick keeps the recipe."""
    ways, path = read(folder), scratch / f"{RECIPE}.json"
    recipe = summary.read(path) if path.exists() else []
    yardstick = [Shown("recipe", "recipe", recipe, ())] if recipe else []
    main = [*_of(ways, "comes", "size", "start"), *yardstick]
    unseen = [*(way for way in _of(ways, "comes", "size", "start", "prior") if way.name != "basic"), *yardstick]
    groceries = [
        way for way in [*_of(ways, "comes"), *_whole(ways), *_of(ways, "few"), *yardstick] if not _only_fashion(way)
    ]
    found = [
        figures("Fashion", MAIN, main, "fashion"),
        below("Domains that were never seen", unseen, ways.get("ConSE")),
        figures("Groceries, for the ways that learn from groceries, and those that learn nothing", GROCERY, groceries,
                "grocery"),
        figures("Losses", MAIN, [*_whole(ways), *_of(ways, "loss")], "fashion"),
        differences("What each part is worth: differences to the whole, on the splits of both", MAIN, [
            (way, ways.get(way.base) or ways.get("fit all")) for way in _of(ways, "without", "prior", "start")
        ]),
        costs("Costs of one fit", ways.values()),
        differences("Differences to the recipe, question by question", MAIN, [
            (way, yardstick[0] if yardstick else None) for way in _of(ways, "comes", "size", "start", "loss")
        ]),
    ]  # fmt: skip
    return Report({"recipe": str(path.name)}, [table for table in found if table.rows], notes(ways))


def figures(title: str, heads: Sequence[Column], ways: Iterable[Shown], learned: str) -> Table:
    """A row a way. A way that learned from nothing stands beside those that did from ``learned``."""
    rows: list[list[Cell]] = []
    for way in ways:
        found = columns.found(heads, way.lines, learned)
        first = next((figure for figure in found if figure), None)
        spread = f"{first.spread:.3f}" if first and len(first.pools) > 1 else None
        rows.append([way.name, str(len(_splits(way.lines))), *map(columns.figure, found), spread])
    return Table(title, ("way", "splits", *(column.head for column in heads), "sd of splits (first figure)"), rows)


def below(title: str, ways: Iterable[Shown], conse: Shown | None) -> Table:
    """Sets that nothing learned from; where a way is below ConSE by more than chance."""
    rows: list[list[Cell]] = []
    for way in ways:
        verdict = None
        if conse is not None and way.name != conse.name:
            found = columns.against(way.lines, conse.lines)
            worse = [
                f"{column.set}: {column.what}, {column.measure} {columns.signed(difference)}"
                for column, (difference, p) in found.items()
                if column in UNSEEN and difference < 0 and p < CERTAIN
            ]
            verdict = "; ".join(worse) or "never"
        rows.append([way.name, *map(columns.figure, columns.found(UNSEEN, way.lines, "fashion")), verdict])
    return Table(title, ("way", *(column.head for column in UNSEEN), f"below ConSE (p < {CERTAIN})"), rows)


def differences(title: str, heads: Sequence[Column], pairs: Iterable[tuple[Shown, Shown | None]]) -> Table:
    """Mean differences with p of the randomisation test; * where it stands after Holm's correction over the table."""
    known = [(way.name, base.name, columns.against(way.lines, base.lines)) for way, base in pairs if base is not None]
    ps = [found[column][1] for *_, found in known for column in heads if column in found]
    certain = iter([p < CERTAIN for p in holm(ps)] if ps else [])

    def cell(difference: float, p: float) -> str:
        return f"{columns.signed(difference)}{'*' * next(certain)} (p {p:.2g})"

    rows: list[list[Cell]] = [
        [way, base, *(cell(*found[column]) if column in found else None for column in heads)]
        for way, base, found in known
    ]
    return Table(title, ("way", "against", *(column.head for column in heads)), rows)


def costs(title: str, ways: Iterable[Shown]) -> Table:
    """Means over the fits of a way from one set. Only of "cost" nothing was remembered from earlier fits."""
    rows: list[list[Cell]] = []
    for way in ways:
        for learned in dict.fromkeys(fit.learned for fit in way.fits):
            every = [fit for fit in way.fits if fit.learned == learned]
            done = [fit for fit in every if not fit.refused]
            told: list[Cell] = [
                *(_mean(done, name) for name in _BEFORE.values()),
                float(np.mean([fit.curve[-1].step for fit in done])) if done else None,
                *(_mean(done, name) for name in _AFTER.values()),
            ]
            switched = f"{sum(fit.better for fit in done)} of {len(every)}"
            rows.append([way.name, learned, str(len(every)), *told, switched, str(len(every) - len(done))])
    heads = ("way", "learned from", "fits", *_BEFORE, "steps", *_AFTER, "would switch", "refused")
    return Table(title, heads, rows)


def notes(ways: Mapping[str, Shown]) -> list[str]:
    """What has to be said beside the tables."""
    said = [
        "the fashion questions are made from labels; nothing but pictures is searched here",
        "± is half the 95 % interval over questions; three splits are three parts held out and three seeds",
        '"prior" and "without" were asked on the first split only',
        "MB is beyond what the process had before: true of the first fit of a process, too little of later ones",
        "every fit is taken, also one that wares fit would not switch to; one that it refuses leaves the model as it "
        "comes",
    ]
    for way in _of(ways, "cost"):
        base = ways.get(way.base)
        if base is not None:
            same = _values(way.lines) == _values([line for line in base.lines if line.split in _splits(way.lines)])
            said.append(f"{way.name}: {'the same figures as' if same else 'NOT the same figures as'} {way.base}")
    return said


def _of(ways: Mapping[str, Shown], *groups: str) -> list[Shown]:
    return [way for way in ways.values() if way.group in groups]


def _whole(ways: Mapping[str, Shown]) -> list[Shown]:
    return [ways["fit all"]] if "fit all" in ways else []


def _only_fashion(way: Shown) -> bool:
    return bool(way.learns) and "grocery" not in way.learns


def _values(lines: Iterable[Line]) -> set[tuple[str, str, str, int, tuple[float, ...]]]:
    return {
        (line.set, line.what, line.measure, line.split, tuple(line.values))
        for line in lines
        if line.learned == "fashion"
    }


def _splits(lines: Iterable[Line]) -> set[int]:
    return {line.split for line in lines}


def _mean(fits: Sequence[keeping.Fit], name: str) -> float | None:
    return float(np.mean([getattr(fit, name) for fit in fits])) if fits else None
