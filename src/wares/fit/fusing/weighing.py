"""The head is trained: listwise, by what it makes of the candidates of questions with known answers.

The loss of a question is the cross-entropy between the share that each candidate has of all gains and the softmax of
the scores (ListNet's top one: Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML
2007); how steep that softmax is, is learned with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.fit.fusing.adamw import AdamW, Arrays, finite
from wares.ranking.fusion.learned.head import FARTHEST, Head, fresh, weigh
from wares.ranking.fusion.learned.signals import Signals

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Shares

#: Questions of a step, how fast it learns, how strongly it is drawn to the shipped weights.
BATCH, RATE, DECAY = 16, 0.01, 0.02
#: When to stop: after so many rounds, or so many without a gain on the questions to validate with.
ROUNDS, PATIENCE = 40, 6
#: How steep the softmax of the scores, −1 … 1, is at first.
STEEPNESS = 20.0


class Lesson(NamedTuple):
    """A question to learn by: what the network is told, and ``targets`` (n,), the candidates' shares of all gains."""

    seen: Signals
    targets: Shares


class Trained(NamedTuple):
    """The best head, in which round it was found, and how it fared on the questions to validate with at the start
    and then. ``spoiled``: a gradient was no number, and training ended there."""

    head: Head
    round: int
    before: float
    after: float
    spoiled: bool = False


def train(
    lessons: Sequence[Lesson],
    names: tuple[str, ...],
    value: Callable[[Head], float],
    *,
    seed: int,
    on_round: Callable[[int, float], None] = lambda done, found: None,
) -> Trained:
    """Train on lessons; ``value`` says how good a head is on other questions, and the best is kept.

    The same lessons with the same seed give the same head.
    """
    start = fresh(names, seed)
    before = value(start)
    best = Trained(start, 0, before, before)
    learner = AdamW(_arrays(start), RATE, DECAY)
    random = np.random.default_rng(seed)
    useful = [lesson for lesson in lessons if lesson.targets.any()]
    for done in range(1, ROUNDS + 1):
        order = random.permutation(len(useful))
        for first in range(0, len(useful), BATCH):
            batch = [useful[at] for at in order[first : first + BATCH]]
            loss, gradients = gradient(learner.values, names, batch)
            if not finite(gradients, loss):
                return best._replace(spoiled=True)
            learner.step(gradients)
            np.maximum(learner.values["together"], 0.0, out=learner.values["together"])
        head = _head(learner.copy(), names)
        found = value(head)
        on_round(done, found)
        if found > best.after + 1e-5:
            best = Trained(head, done, before, found)
        if done - best.round >= PATIENCE or not useful:
            break
    return best


def gradient(values: Arrays, names: tuple[str, ...], lessons: Sequence[Lesson]) -> tuple[float, Arrays]:
    """The mean loss of some lessons, and its gradient by each parameter."""
    head, steepness = _head(values, names), float(np.exp(values["steepness"]))
    sums = {name: np.zeros_like(value) for name, value in values.items()}
    whole = 0.0
    for seen, targets in lessons:
        made = weigh(head, seen)
        scores = (made.weights * seen.shares).sum(axis=1)
        logits = steepness * scores
        logs = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
        whole -= float(targets @ logs)
        by_logit = np.exp(logs) * targets.sum() - targets
        sums["steepness"] += steepness * float(by_logit @ scores)
        by_score = steepness * by_logit
        total = np.abs(seen.factors).sum()
        if total == 0:
            continue
        pulled = made.weights * seen.shares - scores[:, None] * np.abs(made.weights) / total
        by_moved = by_score[:, None] * pulled * (1 - (made.moved / FARTHEST) ** 2)
        known = [(ask, at) for ask, at in enumerate(made.at) if at < len(names)]
        grown = np.exp(made.moved) / made.sums[:, None]
        outward = np.zeros((len(made.at), head.outward.shape[1]))
        for ask, at in known:
            outward[ask] = head.outward[at]
            sums["outward"][at] += by_moved[:, ask] @ made.hidden[:, ask]
            sums["bias"][at] += by_moved[:, ask].sum()
            if seen.factors[ask] == 0:
                sums["together"][at] += by_score @ (grown[:, ask] * (total * seen.shares[:, ask] - scores))
        inner = by_moved[:, :, None] * outward * (1 - made.hidden**2)
        by_ask = inner.sum(axis=0)
        sums["of_asks"] += seen.asks.T @ by_ask
        sums["of_products"] += seen.products.T @ inner.sum(axis=1)
        sums["of_cells"] += np.einsum("nac,nah->ch", seen.cells, inner)
        for ask, at in known:
            sums["inward"][at] += by_ask[ask]
    count = max(len(lessons), 1)
    return whole / count, {name: value / count for name, value in sums.items()}


def _arrays(head: Head) -> Arrays:
    """The parameters of a head, and how steep the softmax is (its logarithm)."""
    arrays = {name: value for name, value in head._asdict().items() if name != "names"}
    return {**arrays, "steepness": np.asarray(np.log(STEEPNESS))}


def _head(values: Arrays, names: tuple[str, ...]) -> Head:
    return Head(names, *(values[name] for name in Head._fields[1:]))
