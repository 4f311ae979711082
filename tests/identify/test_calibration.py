"""The curve never falls, stays in 0 … 1, and is the nearest one that rises."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.identify import calibration
from wares.identify.calibration import fitted, isotonic

SHARES = st.floats(0, 1, allow_nan=False)


@settings(deadline=None)
@given(
    st.lists(st.tuples(SHARES, st.booleans()), min_size=calibration.FEWEST, max_size=200),
    st.lists(SHARES, max_size=20),
)
def test_more_evidence_is_never_less_sure(answers: list[tuple[float, bool]], asked: list[float]) -> None:
    curve = fitted([evidence for evidence, _ in answers], [right for _, right in answers])
    assert curve is not None
    told = [curve(evidence) for evidence in sorted([*asked, 0.0, 1.0])]
    assert told == sorted(told)
    assert all(0 <= confidence < 1 for confidence in told)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=4))
def test_isotonic_is_the_nearest_rising_sequence(points: list[tuple[int, int]]) -> None:
    values = np.array([value for value, _ in points], float)
    weights = np.array([weight for _, weight in points], float)
    found = isotonic(values, weights)
    assert (np.diff(found) >= -1e-12).all()
    cost = float((weights * (found - values) ** 2).sum())
    grid = np.linspace(0, 4, 9)
    rising = (way for way in product(grid, repeat=len(values)) if all(a <= b for a, b in pairwise(way)))
    assert cost <= min(float((weights * (np.array(way) - values) ** 2).sum()) for way in rising) + 1e-9


def test_a_few_answers_have_no_curve() -> None:
    assert fitted([0.5] * (calibration.FEWEST - 1), [True] * (calibration.FEWEST - 1)) is None


def test_fifty_right_answers_are_not_certain() -> None:
    curve = fitted([0.9] * 50, [True] * 50)
    assert curve is not None
    assert 0.9 < curve(0.9) < 1


def test_no_evidence_is_no_confidence() -> None:
    curve = fitted([0.5 + at / 200 for at in range(100)], [True] * 100)
    assert curve is not None
    assert curve(0.0) == 0
    assert curve(0.25) == pytest.approx(curve(0.5) / 2, abs=0.05)


def test_what_is_right_as_often_as_the_evidence_says_is_believed() -> None:
    random = Random(3)
    evidence = [random.random() for _ in range(4_000)]
    curve = fitted(evidence, [random.random() < value**2 for value in evidence])
    assert curve is not None
    assert max(abs(curve(value) - value**2) for value in (0.2, 0.4, 0.6, 0.8, 0.95)) < 0.08
