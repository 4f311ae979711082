"""Trials of tuning: what can be tried, in which order, and the file that remembers.

Of the weights of one kind of part only the proportions matter, so one channel of each kind, the one that weighs most
at present, keeps its weight and is the measure of the others: a share ``s`` against it, 0 … 0.98, stands for
``s / (1 - s)`` of its weight. Half is as much as the measure has, and 0 leaves a channel out.

Every method of fusion gets ten trials, then the better half of the methods ten more, the better half of these twenty
more, and so on: successive halving (Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and
Hyperparameter Optimization", AISTATS 2016). Within a method, a tree-structured Parzen estimator proposes what to try
(Bergstra, Bardenet, Bengio and Kégl, "Algorithms for Hyper-Parameter Optimization", NIPS 2011; by Optuna). Every
proposal is drawn with a seed of its own, so that a search that was stopped goes on as if it had not been.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import MissingExtra, SetupError
from wares.evaluation.tuning.studies import Study, Trial
from wares.reports import OnProgress, Progress
from wares.settings import FusionSettings

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

#: Trials of every method before the first are left behind, and of those how many are drawn without a model.
FIRST_ROUND = 10
DRAWN = 6
#: What counts as better.
EPSILON = 1e-4

STEP = 0.02
MOST = 0.98
#: As much as fusion allows.
MAX_WEIGHT = 1_000.0


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """A way to fuse, by name, and what of it is searched beside the weights: whole numbers between two bounds, by
    their logarithms."""

    name: str
    settings: FusionSettings
    numbers: Mapping[str, tuple[int, int]] = {}


class Space(msgspec.Struct, frozen=True, kw_only=True):
    """What can be tried: methods, and channels by the names of their weights, with the weights at present."""

    methods: tuple[Method, ...]
    weights: Mapping[str, float]

    def method(self, name: str) -> Method:
        return next(method for method in self.methods if method.name == name)

    def measures(self) -> dict[str, str]:
        """For each kind of part the channel against which the others are weighed."""
        kinds: dict[str, list[str]] = {}
        for name in self.weights:
            kinds.setdefault(name.partition(".")[0], []).append(name)
        return {kind: max(names, key=lambda name: self.weights[name]) for kind, names in kinds.items()}

    def shares(self) -> tuple[str, ...]:
        """The weights that are searched."""
        measures = self.measures()
        return tuple(name for name in self.weights if name not in measures.values())

    def start(self, method: Method) -> dict[str, float]:
        """The parameters nearest to what is in force."""
        measures = self.measures()
        found: dict[str, float] = {}
        for name in self.shares():
            other = self.weights[measures[name.partition(".")[0]]]
            together = self.weights[name] + other
            found[name] = min(MOST, round(round(self.weights[name] / together / STEP) * STEP, 2)) if together else 0.0
        for name, (low, high) in method.numbers.items():
            found[name] = min(max(round(getattr(method.settings, name)), low), high)
        return found

    def settings(self, trial: Trial) -> FusionSettings:
        """The settings that a trial stands for: two digits of each weight."""
        method = self.method(trial.method)
        weights = dict(method.settings.weights)
        for kind, measure in self.measures().items():
            weights[measure] = self.weights[measure] or 1.0
            for name in self.shares():
                if name.partition(".")[0] == kind:
                    share = trial.parameters[name]
                    weights[name] = min(float(f"{weights[measure] * share / (1 - share):.2g}"), MAX_WEIGHT)
        numbers = {name: trial.parameters[name] for name in method.numbers}
        return msgspec.structs.replace(method.settings, weights=weights, **numbers)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When to stop: after so many trials of all methods, after so many minutes of this run, and for one method when
    so many of its trials in a row brought nothing better."""

    trials: int = 200
    minutes: float | None = None
    patience: int = 30


def search(
    space: Space,
    study: Study,
    evaluate: Callable[[FusionSettings], Sequence[float]],
    *,
    limits: Limits,
    seed: int = 20,
    on_progress: OnProgress | None = None,
    note: Callable[[float], str] = "best {:.3f}".format,
) -> str:
    """Try until a limit is reached; every trial goes into the study at once. Returns why it stopped, in words.

    ``evaluate`` gives the values of a measure, one for each question. What the study holds already counts: the trials
    that follow are those that would have followed without a stop. Raises :class:`~wares.errors.MissingExtra` when
    Optuna is not installed, :class:`SetupError` when there is nothing to search.
    """
    if not space.shares() and len(space.methods) == 1 and not space.methods[0].numbers:
        raise SetupError("there is nothing to tune: one method of fusion, and no two channels to weigh")
    proposers = {method.name: _Proposer(space, method, seed) for method in space.methods}
    known: dict[tuple[Any, ...], tuple[float, ...]] = {}
    for trial in study.trials:
        proposers[trial.method].add(trial)
        known[_key(trial.method, trial.parameters)] = trial.values
    deadline = None if limits.minutes is None else time.monotonic() + 60 * limits.minutes
    while len(study.trials) < limits.trials:
        if deadline is not None and time.monotonic() >= deadline:
            return f"the time was up after {len(study.trials)} trials"
        name = turn([method.name for method in space.methods], study.trials, limits.patience)
        if name is None:
            return f"nothing better was found for {limits.patience} trials of a method, after {len(study.trials)}"
        parameters = proposers[name].propose()
        key = _key(name, parameters)
        if key not in known:
            blank = Trial(method=name, parameters=parameters)
            known[key] = tuple(round(value, 6) for value in evaluate(space.settings(blank)))
        trial = Trial(method=name, parameters=parameters, values=known[key])
        study.add(trial)
        proposers[name].add(trial)
        if on_progress is not None:
            best = max(trial.mean for trial in study.trials)
            on_progress(Progress("tuning", len(study.trials), limits.trials, note(best)))
    return f"{len(study.trials)} trials were made"


def turn(methods: Sequence[str], trials: Sequence[Trial], patience: int) -> str | None:
    """The method whose turn it is, or None when no method that is still in the race has found anything better for
    ``patience`` trials. It depends on nothing but the trials that were made."""
    made: dict[str, list[float]] = {name: [] for name in methods}
    for trial in trials:
        made[trial.method].append(trial.mean)
    alive, goal = list(methods), FIRST_ROUND
    while True:
        active = [name for name in alive if not _idle(made[name], patience)]
        waiting = [name for name in active if len(made[name]) < goal]
        if waiting:
            return min(waiting, key=lambda name: len(made[name]))
        if not active:
            return None
        by_best = sorted(alive, key=lambda name: -max(made[name][:goal]))
        alive, goal = by_best[: (len(alive) + 1) // 2], goal * 2


def _idle(means: Sequence[float], patience: int) -> bool:
    best, since = float("-inf"), 0
    for mean in means:
        since += 1
        if mean > best + EPSILON:
            best, since = mean, 0
    return since >= patience


def _key(method: str, parameters: Mapping[str, float]) -> tuple[Any, ...]:
    return method, *sorted(parameters.items())


class _Proposer:
    """What to try next of one method. The first is what is in force, with this method."""

    def __init__(self, space: Space, method: Method, seed: int) -> None:
        self._optuna = _optuna()
        distributions = self._optuna.distributions
        self._space = space
        self._method = method
        self._seed = seed
        self._made = 0
        self._ranges: dict[str, BaseDistribution] = {
            name: distributions.FloatDistribution(0.0, MOST, step=STEP) for name in space.shares()
        }
        for name, (low, high) in method.numbers.items():
            self._ranges[name] = distributions.IntDistribution(low, high, log=True)
        self._study = self._optuna.create_study(direction="maximize", sampler=self._sampler())

    def propose(self) -> dict[str, float]:
        """The parameters of the next trial; :meth:`add` tells what came of it."""
        if self._made == 0:
            return self._space.start(self._method)
        self._study.sampler = self._sampler()
        asked = self._study.ask(self._ranges)
        self._study.tell(asked, state=self._optuna.trial.TrialState.FAIL)  # what counts is what is added
        return {name: round(value, 2) for name, value in asked.params.items()}

    def add(self, trial: Trial) -> None:
        made = self._optuna.trial.create_trial(
            params=dict(trial.parameters), distributions=self._ranges, value=trial.mean
        )
        self._study.add_trial(made)
        self._made += 1

    def _sampler(self) -> Any:
        """A sampler whose draws depend on the seed, the method, and how many trials were made."""
        text = f"{self._seed} {self._method.name} {self._made}"
        seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
        return self._optuna.samplers.TPESampler(seed=seed, n_startup_trials=DRAWN)


def _optuna() -> ModuleType:
    """The library, without its messages."""
    try:
        import optuna
    except ModuleNotFoundError as missing:
        raise MissingExtra("tuning", "tune") from missing
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
