"""The bounds of what is sold: at most five of a hundred of the own lie below; patterns are always the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wares.identify import novelty
from wares.identify.novelty import Bounds, bounds, patterns

SCORES = st.lists(st.floats(-1, 1, allow_nan=False), min_size=novelty.FEWEST, max_size=300)


@given(SCORES, st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=20))
def test_at_most_five_of_a_hundred_of_the_own_are_below(own: list[float], foreign: list[float]) -> None:
    found = bounds(own, foreign)
    assert found is not None
    assert sum(score < found.own for score in own) <= 0.05 * len(own)
    assert found.strange <= found.own


def test_another_like_the_own_is_below_with_a_chance_of_five_in_a_hundred() -> None:
    random = np.random.default_rng(2)
    below = 0
    for _ in range(2_000):
        *own, another = random.normal(0.8, 0.1, 41)
        found = bounds(own, [0.1])
        below += found is not None and another < found.own
    assert 0.03 < below / 2_000 <= 0.06


def test_between_the_bounds_nothing_is_said() -> None:
    between = Bounds(own=0.7, strange=0.5)
    assert [between.known(score) for score in (0.9, 0.7, 0.6, 0.5, 0.4)] == [True, True, None, None, False]


def test_few_pictures_have_no_bounds() -> None:
    assert bounds([0.5] * (novelty.FEWEST - 1), [0.1]) is None


def test_the_patterns_are_the_same_each_time_and_differ_from_each_other() -> None:
    once, again = ([picture.tobytes() for picture in patterns()] for _ in range(2))
    assert once == again
    assert len(set(once)) == novelty.PATTERNS
