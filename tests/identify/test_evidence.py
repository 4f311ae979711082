"""Look-alikes vote and labels are compared, against a slow count."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.identify.evidence import Mix, chosen, likeness, padded, together, votes
from wares.identify.fields import Field
from wares.identify.ladder import ladder

NEAR = st.lists(
    st.tuples(st.floats(-1, 1, width=32), st.lists(st.integers(0, 3), max_size=2, unique=True)),
    min_size=1,
    max_size=8,
)


@given(NEAR, st.sampled_from((0.04, 0.15)))
def test_votes_are_those_of_a_slow_count(near: list[tuple[float, list[int]]], soft: float) -> None:
    slow = [0.0] * 4
    heard = [(math.exp(score / soft), values) for score, values in near if values]
    total = sum(weight for weight, _ in heard)
    for weight, values in heard:
        for value in values:
            slow[value] += weight / total / len(values)
    labels = np.array([[[*values, -1, -1][:2] for _, values in near]])
    found = votes(np.array([[score for score, _ in near]], np.float32), labels, 4, soft)[0]
    assert found == pytest.approx(slow, abs=1e-4)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=6), st.integers(0, 3))
def test_labels_share_what_there_is_by_likeness(cosines: list[float], missing: int) -> None:
    shares = likeness(padded(np.array([cosines], np.float32), len(cosines) + missing), 0.05)[0]
    assert shares.sum() == pytest.approx(1, abs=1e-4)
    assert not shares[len(cosines) :].any()
    assert shares[int(np.argmax(cosines))] == pytest.approx(shares.max())


def test_who_has_nothing_to_say_leaves_it_to_the_other() -> None:
    mix = Mix(share=0.75)
    nothing, one, other = np.zeros((1, 2), np.float32), np.array([[1, 0]], np.float32), np.array([[0, 1]], np.float32)
    assert together(nothing, other, mix).tolist() == [[0, 1]]
    assert together(one, nothing, mix).tolist() == [[1, 0]]
    assert together(one, other, mix).tolist() == [[0.75, 0.25]]


def test_the_better_witness_is_heard() -> None:
    random = np.random.default_rng(5)
    truth = np.eye(3, dtype=bool)[random.integers(0, 3, 90)]
    blind = random.random((90, 4)).astype(np.float32)
    labels = random.integers(0, 3, (90, 4, 1))
    right = truth.astype(np.float32)
    assert chosen(blind, labels, right, truth).share == 0
    seeing = np.where(truth.argmax(axis=1)[:, None] == labels[:, :, 0], 0.9, 0.1).astype(np.float32)
    assert chosen(seeing, labels, random.random((90, 3)).astype(np.float32), truth).share > 0.5


PATHS = st.lists(
    st.tuples(st.lists(st.sampled_from("abC"), min_size=1, max_size=3).map("/".join), st.floats(0, 1)),
    max_size=8,
    unique_by=lambda one: one[0].casefold(),
)


@given(PATHS)
def test_each_step_is_the_best_below_the_one_before(paths: list[tuple[str, float]]) -> None:
    total = sum(share for _, share in paths) or 1.0
    field = Field("category", tuple(path for path, _ in paths), 3)
    shares = [share / total for _, share in paths]
    found = ladder(field, shares)
    masses = [mass for _, mass in found]
    assert masses == sorted(masses, reverse=True)
    for (outer, _), (inner, _) in pairwise(found):
        assert inner.startswith(f"{outer}/")
    for step, mass in found:
        below = sum(s for path, s in zip(field.values, shares, strict=True) if f"{path}/".startswith(f"{step}/"))
        assert mass == pytest.approx(below, abs=1e-6)


def test_a_path_that_ends_early_is_not_made_longer() -> None:
    field = Field("category", ("Shoes", "Shoes/Running", "Hats"), 2)
    assert [step for step, _ in ladder(field, [0.6, 0.3, 0.1])] == ["Shoes"]
    assert [step for step, _ in ladder(field, [0.3, 0.4, 0.3])] == ["Shoes", "Shoes/Running"]
    assert ladder(field, [0, 0, 0]) == []
