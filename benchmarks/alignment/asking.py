"""Questions to rows, and what the answers are worth: the lines of which every table here is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from benchmarks.pictures import Rows
from wares.evaluation.measures import parse, score

Words: TypeAlias = Callable[[Sequence[str]], Rows]
Pictures: TypeAlias = Callable[[Rows], Rows]

_DEPTH = 100


class Pair(NamedTuple):
    """Texts and pictures of one space at unit length, and pictures as they look for pictures."""

    words: Words | None
    pictures: Pictures
    looks: Pictures


class Line(NamedTuple):
    """One figure: the mean of ``values``, one for each of the ``questions`` (by id; what stands before a "/" is what
    several of them have in common). ``learned``: the set that the way was fitted to, "" for none."""

    set: str
    what: str
    split: int
    pool: int
    measure: str
    questions: Sequence[str]
    values: Sequence[float]
    learned: str = ""

    @property
    def queries(self) -> int:
        return len(self.values)

    @property
    def value(self) -> float:
        return float(np.mean(self.values)) if len(self.values) else float("nan")


class Asked(NamedTuple):
    """What a line says of where it comes from."""

    set: str
    what: str
    split: int

    def answered(
        self, scores: Rows, ids: Sequence[str], judged: Mapping[str, Mapping[str, int]], measures: Mapping[str, str]
    ) -> list[Line]:
        """Scores of shape (questions, pool) against the gains of each question, in ``measures`` by what to call them:
        the rows in the order of ``judged``, the columns in that of ``ids``."""
        wanted = [parse(measure) for measure in measures.values()]
        best = np.argsort(-scores, axis=1, kind="stable")[:, :_DEPTH]
        found = [
            score(wanted, gains, [ids[at] for at in row])
            for gains, row in zip(judged.values(), best.tolist(), strict=True)
        ]
        return [
            Line(*self, len(ids), name, tuple(judged), tuple(values[str(measure)] for values in found))
            for name, measure in zip(measures, wanted, strict=True)
        ]

    def told(self, pool: int, measure: str, questions: Sequence[str], values: Sequence[float]) -> Line:
        """A line of figures that are known already."""
        return Line(*self, pool, measure, tuple(questions), tuple(float(value) for value in values))
