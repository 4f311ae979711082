"""The composer is trained: a composed vector is to be nearer to the right products than to all others of the shop.

The loss of a question is the cross-entropy between the right products and the softmax of the cosines with all
products, the one that is to be liked left out (in the way of Vo et al., CVPR 2019, whose softmax is over a batch).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.fit.fusing.adamw import AdamW, Arrays, finite
from wares.ranking.fusion.learned.composer import Composer, Mixed, fresh

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.ranking.fusion.base import Floats

#: Questions of a step, how fast it learns, how strongly it is drawn to adding and subtracting.
BATCH, RATE, DECAY = 64, 0.003, 0.05
ROUNDS, PATIENCE = 30, 4
#: Cosines are divided by this before the softmax.
TEMPERATURE = 0.05
#: With fewer questions a composer is not trained.
LEAST = 30


class Exercise(NamedTuple):
    """A composed question in one channel: its three sides, the rows of the right products with their gains, and the
    rows that are no answer."""

    mixed: Mixed
    right: tuple[int, ...]
    gains: tuple[float, ...]
    without: tuple[int, ...] = ()


class Composed(NamedTuple):
    """The best composer, in which round it was found, and the loss on the exercises to validate with, at the start
    and then."""

    composer: Composer
    round: int
    before: float
    after: float


def train(exercises: Sequence[Exercise], checks: Sequence[Exercise], rows: Floats, *, seed: int) -> Composed:
    """Train on exercises over ``rows``, the unit vectors of all products (n, dims); the best on ``checks`` stays."""
    start = fresh(rows.shape[1], seed)
    learner = AdamW(start._asdict(), RATE, DECAY)
    before = _loss(start._asdict(), checks, rows)
    best = Composed(start, 0, before, before)
    random = np.random.default_rng(seed)
    for done in range(1, ROUNDS + 1):
        order = random.permutation(len(exercises))
        for first in range(0, len(exercises), BATCH):
            batch = [exercises[at] for at in order[first : first + BATCH]]
            loss, gradients = gradient(learner.values, batch, rows)
            if not finite(gradients, loss):
                return best
            learner.step(gradients)
        found = _loss(learner.values, checks, rows)
        if found < best.after - 1e-4:
            best = Composed(Composer(**learner.copy()), done, before, found)
        if done - best.round >= PATIENCE:
            break
    return best


def gradient(values: Arrays, exercises: Sequence[Exercise], rows: Floats) -> tuple[float, Arrays]:
    """The mean loss of some exercises, and its gradient by each parameter."""
    composer = Composer(**values)
    alike, words, unwanted = mixed = _sides(exercises)
    raw = composer.raw(mixed)
    lengths = np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-6)
    unit = raw / lengths
    logs, targets = _softmax(unit, exercises, rows)
    by_unit = (np.exp(logs) - targets) @ rows / TEMPERATURE
    by_raw = (by_unit - unit * (unit * by_unit).sum(axis=1, keepdims=True)) / lengths / len(exercises)
    said, unsaid = words @ composer.read.T, unwanted @ composer.read.T
    code = np.concatenate([said, unsaid], axis=1)
    kept = 2 / (1 + np.exp(-(code @ composer.gate.T)))
    by_gate = by_raw * alike * kept * (1 - kept / 2)
    by_code = by_gate @ composer.gate
    rank = said.shape[1]
    by_said = by_code[:, :rank] + by_raw @ composer.residual
    by_unsaid = by_code[:, rank:] - by_raw @ composer.away
    return _cross_entropy(logs, targets), {
        "read": by_said.T @ words + by_unsaid.T @ unwanted,
        "gate": by_gate.T @ code,
        "residual": by_raw.T @ said,
        "away": -by_raw.T @ unsaid,
        "scale": (by_raw * words).sum(axis=0),
        "scale_away": -(by_raw * unwanted).sum(axis=0),
    }


def _loss(values: Arrays, exercises: Sequence[Exercise], rows: Floats) -> float:
    if not exercises:
        return 0.0
    logs, targets = _softmax(Composer(**values).compose(_sides(exercises)), exercises, rows)
    return _cross_entropy(logs, targets)


def _sides(exercises: Sequence[Exercise]) -> Mixed:
    return Mixed(*(np.stack(side) for side in zip(*(exercise.mixed for exercise in exercises), strict=True)))


def _softmax(unit: Floats, exercises: Sequence[Exercise], rows: Floats) -> tuple[Floats, Floats]:
    """Logarithms of the softmax over all products, and each product's share of the gains: shape (exercises, n)."""
    logits = unit @ rows.T / TEMPERATURE
    targets: npt.NDArray[np.float32] = np.zeros_like(logits)
    for at, exercise in enumerate(exercises):
        logits[at, list(exercise.without)] = -np.inf
        targets[at, list(exercise.right)] = np.asarray(exercise.gains) / sum(exercise.gains)
    logits -= logits.max(axis=1, keepdims=True)
    logs = np.maximum(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)), -1e4)
    return logs, targets


def _cross_entropy(logs: Floats, targets: Floats) -> float:
    return -float((targets * logs).sum()) / len(logs)
