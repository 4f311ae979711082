"""The figures of several splits as one: the mean, how sure it is, and a table of many ways side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np

from benchmarks.alignment.asking import Line
from wares.evaluation.statistics import SEED, randomisation

#: Set, what was asked, measure, and the set that was learned from ("" for none).
Key: TypeAlias = tuple[str, str, str, str]

_RESAMPLES = 1000


class Figure(NamedTuple):
    """A figure over the splits, each counting the same. ``low`` to ``high`` holds the mean with 95 % when other
    questions of the kind are drawn (bootstrap over questions, all answers to one together, and all photos of one
    product); ``spread`` is the standard deviation of the splits."""

    mean: float
    low: float
    high: float
    spread: float
    pools: tuple[int, ...]
    questions: int


def figures(lines: Iterable[Line]) -> dict[Key, Figure]:
    """Lines of one way, over their splits."""
    found: dict[Key, list[Line]] = {}
    for line in lines:
        found.setdefault((line.set, line.what, line.measure, line.learned), []).append(line)
    return {key: _figure(together) for key, together in found.items()}


def against(lines: Iterable[Line], others: Iterable[Line]) -> dict[Key, tuple[float, float]]:
    """The mean difference to another way, question by question, and its p-value (randomisation test over questions;
    all photos of a product are one). A way that learned from nothing is compared with all that the first learned
    from."""
    theirs = {(line.set, line.what, line.measure, line.learned, line.split): line.values for line in others}
    differences: dict[Key, dict[str, list[float]]] = {}
    for line in lines:
        key = (line.set, line.what, line.measure, line.learned)
        values = theirs.get((*key, line.split), theirs.get((*key[:3], "", line.split)))
        if values is not None:
            by_question = differences.setdefault(key, {})
            for question, one, other in zip(line.questions, line.values, values, strict=True):
                by_question.setdefault(_subject(question), []).append(one - other)
    return {
        key: (
            sum(map(sum, found.values())) / sum(map(len, found.values())),
            randomisation([*map(sum, found.values())]),
        )
        for key, found in differences.items()
    }


def write(path: Path, lines: Sequence[Line]) -> None:
    """Keep the lines of a way, so that another can be held against them later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(lines))


def read(path: Path) -> list[Line]:
    """What :func:`write` kept."""
    return msgspec.json.decode(path.read_bytes(), type=list[Line])


def table(ways: Mapping[str, Sequence[Line]]) -> str:
    """A markdown table: a line for each figure, a column for each way, means with half the width of the interval.

    A way that learned from nothing stands beside all that others learned from.
    """
    columns = {name: figures(lines) for name, lines in ways.items()}
    keys = dict.fromkeys(key for column in columns.values() for key in column)
    fitted = {key[:3] for key in keys if key[3]}
    head = ["set", "question", "measure", "learned from", "pool", "questions", *columns]
    rows = ["| " + " | ".join(head) + " |", "|" + "---|" * 6 + "---:|" * len(columns)]
    for key in sorted(keys, key=_order(keys)):
        if key[3] or key[:3] not in fitted:
            found = [column.get(key, column.get((*key[:3], ""))) for column in columns.values()]
            known = next(figure for figure in found if figure)
            pools = "/".join(dict.fromkeys(map(str, known.pools)))
            cells = [_cell(figure) for figure in found]
            rows.append("| " + " | ".join([*key[:3], key[3] or "–", pools, str(known.questions), *cells]) + " |")
    return "\n".join(rows)


def _order(keys: Iterable[Key]) -> Callable[[Key], int]:
    """Figures in the order in which they came up, what is learned from last."""
    first = {plain: at for at, plain in enumerate(dict.fromkeys(key[:3] for key in keys))}
    return lambda key: first[key[:3]]


def _figure(lines: Sequence[Line]) -> Figure:
    values = [line.value for line in lines]
    by_question: dict[str, list[float]] = {}
    asked = {question for line in lines for question in line.questions}
    for line in lines:
        for question, value in zip(line.questions, line.values, strict=True):
            by_question.setdefault(_subject(question), []).append(value)
    low, high = _interval(list(by_question.values()))
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    return Figure(float(np.mean(values)), low, high, spread, tuple(line.pool for line in lines), len(asked))


def _subject(question: str) -> str:
    return question.partition("/")[0]


def _interval(together: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean of all values, of which whole lists are drawn."""
    sums, counts = np.array([[sum(values), len(values)] for values in together]).T
    drawn = np.random.default_rng(SEED).integers(len(sums), size=(_RESAMPLES, len(sums)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), (2.5, 97.5))
    return float(low), float(high)


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return f"{figure.mean:.3f} ±{(figure.high - figure.low) / 2:.3f}".replace("0.", ".")
