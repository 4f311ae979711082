"""The figures of several splits as one: the mean, how sure it is, and a table of many ways side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.alignment.asking import Line
from wares.evaluation.statistics import bootstrap, randomisation


class Figure(NamedTuple):
    """A figure over the splits. ``low`` to ``high`` holds the mean with 95 % when other questions of the kind are
    drawn (bootstrap over the questions of all splits); ``spread`` is the standard deviation of the splits."""

    mean: float
    low: float
    high: float
    spread: float
    pools: tuple[int, ...]
    queries: int


def figures(lines: Iterable[Line]) -> dict[tuple[str, str, str], Figure]:
    """By set, what was asked, and measure. The mean is that of the splits, each counting the same."""
    found: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        found.setdefault(
            (line.set, line.what if not _elsewhere(line) else f"{line.what} *", line.measure), []
        ).append(line)
    return {key: _figure(together) for key, together in found.items()}


def against(lines: Iterable[Line], others: Iterable[Line]) -> dict[tuple[str, str, str], tuple[float, float]]:
    """The mean difference to another way, question by question over all splits, and its p-value (randomisation)."""
    one, other = (
        {(line.set, line.what, line.measure, line.split, line.learned): line.values for line in way}
        for way in (lines, others)
    )
    differences: dict[tuple[str, str, str], list[float]] = {}
    for key in one:
        if key in other:
            pairs = zip(one[key], other[key], strict=True)
            differences.setdefault(key[:3], []).extend(a - b for a, b in pairs)
    return {key: (float(np.mean(values)), randomisation(values)) for key, values in differences.items()}


def table(ways: Mapping[str, Sequence[Line]]) -> str:
    """A markdown table: a line for each figure, a column for each way, means with the half width of the interval."""
    columns = {name: figures(lines) for name, lines in ways.items()}
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    head = ["set", "question", "measure", "pool", "questions", *columns]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * 5 + "---:|" * len(columns)]
    for key in keys:
        known = next(column[key] for column in columns.values() if key in column)
        pools = "/".join(dict.fromkeys(map(str, known.pools)))
        cells = [_cell(column.get(key)) for column in columns.values()]
        rows.append("| " + " | ".join([key[0], key[1], key[2], pools, str(known.queries), *cells]) + " |")
    return "\n".join(rows)


def _figure(lines: Sequence[Line]) -> Figure:
    values = [line.value for line in lines]
    low, high = bootstrap([value for line in lines for value in line.values], resamples=1000)
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    pools, queries = tuple(line.pool for line in lines), sum(line.queries for line in lines)
    return Figure(float(np.mean(values)), low, high, spread, pools, queries)


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return f"{figure.mean:.3f} ±{(figure.high - figure.low) / 2:.3f}".replace("0.", ".")
