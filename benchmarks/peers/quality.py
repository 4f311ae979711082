"""How good the answers are, on judged questions: nDCG@10 of every entrant and way, and the difference to wares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from benchmarks.peers.contest import Outcome
from benchmarks.peers.entrants import WARES
from benchmarks.peers.protocol import KINDS
from benchmarks.peers.tables import lack
from benchmarks.report import Cell
from wares.evaluation.measures import parse, score
from wares.evaluation.statistics import bootstrap

#: Gains by question and product.
Gains: TypeAlias = Mapping[str, Mapping[str, int]]

#: The ways that are compared, without filters.
WAYS = ("words", "vector", "hybrid")
MEASURE = parse("nDCG@10")
COLUMNS = ("set", "entrant", *WAYS, "95 % of hybrid", "hybrid against wares", "95 %")


def rows(name: str, gains: Gains, outcomes: Mapping[str, Outcome]) -> list[list[Cell]]:
    """A row for every entrant of one set."""
    found = {entrant: _found(outcome, gains) for entrant, outcome in outcomes.items()}
    base = found.get(WARES, {}).get("hybrid")
    made: list[list[Cell]] = []
    for entrant, outcome in outcomes.items():
        own = found[entrant]
        means: list[Cell] = [
            round(float(np.mean(own[way])), 3) if way in own else lack(outcome, KINDS[way]) or "no answer"
            for way in WAYS
        ]
        hybrid = own.get("hybrid")
        spread, gained, interval = None, None, None
        if hybrid is not None:
            spread = _interval(hybrid)
            if base is not None and entrant != WARES:
                difference = np.asarray(hybrid) - np.asarray(base)
                gained, interval = f"{difference.mean():+.3f}", _interval(difference, sign="+")
        made.append([name, entrant, *means, spread, gained, interval])
    return made


def _found(outcome: Outcome, gains: Gains) -> dict[str, Sequence[float]]:
    """nDCG@10 by way and question, where every question was asked."""
    found: dict[str, Sequence[float]] = {}
    if outcome.visits:
        for way, answers in outcome.visits[-1].answers.items():
            if len(answers.ids) == len(gains):
                pairs = zip(gains.values(), answers.ids, strict=True)
                found[way] = [score([MEASURE], own, ids)[str(MEASURE)] for own, ids in pairs]
    return found


def _interval(values: Sequence[float] | np.ndarray, sign: str = "") -> str:
    low, high = bootstrap([float(value) for value in values])
    return f"{low:{sign}.3f} … {high:{sign}.3f}"
