"""The best of many trials, told from the luckiest.

The best trial of the measure sets the mark. Of all whose mean is within one standard error of it (of the paired
differences, question by question) the one **nearest to what is in force** is taken; when what is in force is itself
that near, it stays. That is the one-standard-error rule (Breiman, Friedman, Olshen and Stone, "Classification and
Regression Trees", 1984, section 3.4.3), with "as it was" in the place of "simple". To take the best as it is loses on
other questions: `docs/decisions.md` has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from wares.evaluation.tuning.studies import Trial
from wares.evaluation.tuning.trials import Space
from wares.settings import FusionSettings


def choose(space: Space, trials: Sequence[Trial], present: Sequence[float], in_force: FusionSettings) -> Trial | None:
    """The trial that is taken (see above); None: what is in force stays."""
    best = max(trials, key=lambda trial: trial.mean, default=None)
    if best is None or _as_good(present, best.values):
        return None
    good = [trial for trial in trials if _as_good(trial.values, best.values)]
    return min(good, key=lambda trial: (*_distance(space, trial, in_force), -trial.mean))


def _as_good(values: Sequence[float], best: Sequence[float]) -> bool:
    """Whether the mean is within one standard error of the best's, by their paired differences."""
    lost = np.asarray(best) - np.asarray(values)
    spread = lost.std(ddof=1) / math.sqrt(len(lost)) if len(lost) > 1 else 0.0
    return float(lost.mean()) <= float(spread) + 1e-9


def _distance(space: Space, trial: Trial, in_force: FusionSettings) -> tuple[bool, float]:
    """How far a trial is from what is in force: another method, and by how much its parameters differ."""
    method = space.method(trial.method)
    kept = {name: getattr(in_force, name) for name in ("weights", *method.numbers)}
    another = msgspec.structs.replace(method.settings, **kept) != in_force
    start, away = space.start(method), 0.0
    for name, value in trial.parameters.items():
        if name in method.numbers:
            low, high = method.numbers[name]
            away += abs(math.log(value / start[name])) / math.log(high / low)
        else:
            away += abs(value - start[name])
    return another, away
