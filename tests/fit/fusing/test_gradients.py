"""Gradients are those of the losses: compared with finite differences, in every parameter's own direction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from wares.fit.fusing import composing, weighing
from wares.fit.fusing.adamw import AdamW, finite
from wares.fit.fusing.composing import Exercise
from wares.fit.fusing.weighing import Lesson
from wares.ranking.fusion.base import COMPOSED, Ask, Evidence
from wares.ranking.fusion.facts import FACTS
from wares.ranking.fusion.learned.composer import Mixed
from wares.ranking.fusion.learned.composer import fresh as composer
from wares.ranking.fusion.learned.head import fresh
from wares.ranking.fusion.learned.signals import name_of, signals

ASKS = [
    Ask("text", "text", "words", 1.0, ceiling=2.0, terms=2),
    Ask("like", "like", "seen.image", 1.0),
    Ask("not text", "text", "use.text", -1.0),
    Ask("like + text", COMPOSED, "seen.image", 1.0),
    Ask("image", "image", "never.met", 1.0),
]
NAMES = tuple(map(name_of, ASKS[:4]))
FACTORS = np.array([0.3, 0.3, -0.2, 0.0, 0.2])
Gradient = Callable[[Mapping[str, np.ndarray]], tuple[float, Mapping[str, np.ndarray]]]


def lessons() -> list[Lesson]:
    rng = np.random.default_rng(7)
    found = []
    for n in (6, 9):
        shares = np.where(rng.random((n, 5)) < 0.2, 0.0, rng.random((n, 5)))
        scores = np.where(shares == 0, np.nan, shares).astype(np.float32)
        facts = rng.random((n, len(FACTS))).astype(np.float32)
        seen = Evidence(ASKS, scores, [None] * 5, lambda at: np.zeros((0, 0)), lambda facts=facts: facts)
        targets = rng.random(n)
        found.append(Lesson(signals(seen, shares, FACTORS), targets / targets.sum()))
    return found


def exercises(dims: int = 7) -> list[Exercise]:
    rng = np.random.default_rng(3)
    return [Exercise(Mixed(*rng.normal(size=(3, dims))), (1, at + 2), (1.0, 3.0), without=(0,)) for at in range(3)]


def check(gradient: Gradient, values: Mapping[str, np.ndarray]) -> None:
    """The derivative along a random direction of each parameter, by both ways."""
    rng = np.random.default_rng(11)
    _, found = gradient(values)
    for name, value in values.items():
        direction = rng.normal(size=value.shape)
        ends = [gradient({**values, name: value + step * direction})[0] for step in (1e-5, -1e-5)]
        expected = (ends[0] - ends[1]) / 2e-5
        assert float((found[name] * direction).sum()) == pytest.approx(expected, rel=1e-4, abs=1e-7), name


def test_the_head_has_the_gradient_of_its_loss() -> None:
    rng = np.random.default_rng(5)
    head = fresh(NAMES, 2)
    values = {name: value for name, value in head._asdict().items() if name != "names"}
    values |= {name: rng.normal(size=values[name].shape) for name in ("outward", "bias")}
    values["together"] = np.array([0.0, 0.0, 0.0, 0.3])  # what is not asked together has the factors of the weights
    values["steepness"] = np.asarray(2.0)

    def gradient(now: Mapping[str, np.ndarray]) -> tuple[float, Mapping[str, np.ndarray]]:
        return weighing.gradient(now, NAMES, lessons())

    check(gradient, values)


def test_the_composer_has_the_gradient_of_its_loss() -> None:
    rng = np.random.default_rng(6)
    values = {name: rng.normal(0, 0.5, value.shape) for name, value in composer(7, 1)._asdict().items()}
    rows = rng.normal(size=(12, 7))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    check(lambda now: composing.gradient(now, exercises(), rows), values)


def test_training_a_composer_finds_a_planted_rule() -> None:
    """The second half of the dimensions is what words say; of what is to be liked only the first half counts."""
    rng = np.random.default_rng(8)
    first, second = rng.normal(size=(6, 10)), rng.normal(size=(5, 10))
    rows = np.asarray([np.concatenate([a, b]) for a in first for b in second], np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    nothing = np.zeros(20, np.float32)
    made = []
    for at, row in enumerate(rows):
        for wanted in range(5):
            words = np.concatenate([np.zeros(10), second[wanted]]).astype(np.float32)
            words /= 2 * np.linalg.norm(words)  # too short to turn the vector by adding
            right = at // 5 * 5 + wanted
            if right != at:
                made.append(Exercise(Mixed(row, words, nothing), (right,), (1.0,), without=(at,)))
    order = rng.permutation(len(made))
    learn, validate = [made[at] for at in order[:90]], [made[at] for at in order[90:]]
    found = composing.train(learn, validate, rows, seed=1)
    assert found.after < 0.7 * found.before
    again = composing.train(learn, validate, rows, seed=1)
    np.testing.assert_array_equal(found.composer.read, again.composer.read)


def test_training_ends_at_a_gradient_that_is_no_number() -> None:
    [lesson, *_] = lessons()
    broken = lesson._replace(targets=np.full_like(lesson.targets, np.nan))
    found = weighing.train([broken], NAMES, lambda head: 0.5, seed=1)
    assert found.spoiled
    assert found.round == 0
    assert not found.head.outward.any()


def test_steps_lead_to_the_lowest_place_and_decay_to_where_they_started() -> None:
    learner = AdamW({"x": np.array([3.0])}, rate=0.1, decay=0.0)
    drawn = AdamW({"x": np.array([3.0])}, rate=0.1, decay=5.0)
    for each in (learner, drawn):
        for _ in range(300):
            each.step({"x": 2 * (each.values["x"] - 1.0)})
    assert learner.values["x"][0] == pytest.approx(1.0, abs=1e-2)
    assert 1.5 < drawn.values["x"][0] < 3.0
    assert not finite({"x": np.array([np.nan])}, 0.0)
    assert not finite({"x": np.array([0.0])}, float("inf"))
