"""How good the answers are, on judged questions: nDCG@10 of every entrant and way, and the difference to wares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks import quality
from benchmarks.judged import Questions
from benchmarks.peers.contest import Outcome
from benchmarks.peers.entrants import WARES
from benchmarks.peers.protocol import KINDS
from benchmarks.peers.tables import lack
from benchmarks.report import Cell

#: The ways that are compared, without filters.
WAYS = ("words", "vector", "hybrid")
COLUMNS = ("set", "entrant", *WAYS, "95 % of hybrid", "hybrid against wares", "95 %")


def rows(name: str, known: Questions, outcomes: Mapping[str, Outcome]) -> list[list[Cell]]:
    """A row for every entrant of one set."""
    found = {entrant: _found(outcome, known) for entrant, outcome in outcomes.items()}
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


def _found(outcome: Outcome, known: Questions) -> dict[str, Sequence[float]]:
    """nDCG@10 by way and question, where every question was asked."""
    found: dict[str, Sequence[float]] = {}
    if outcome.visits:
        for way, answers in outcome.visits[-1].answers.items():
            if len(answers.ids) == len(known.asked):
                run = {
                    id: {product: 1 / (place + 1) for place, product in enumerate(ids)}
                    for id, ids in zip(known.asked, answers.ids, strict=True)
                }
                found[way] = quality.judge(run, known).ndcg
    return found


def _interval(values: Sequence[float] | np.ndarray, sign: str = "") -> str:
    low, high = quality.interval(np.asarray(values))
    return f"{low:{sign}.3f} … {high:{sign}.3f}"
