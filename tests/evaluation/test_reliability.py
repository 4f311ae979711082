"""Reliability bins and the expected calibration error against a slow count."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import CatalogueError
from wares.evaluation.reliability import ece, reliability

ANSWERS = st.lists(st.tuples(st.floats(0, 1, allow_nan=False), st.booleans()), max_size=60)


@given(ANSWERS, st.integers(1, 20))
def test_the_error_is_that_of_a_slow_count(answers: list[tuple[float, bool]], bins: int) -> None:
    sure, right = [value for value, _ in answers], [hit for _, hit in answers]
    total = 0.0
    for one in reliability(sure, right, bins):
        inside = [
            (value, hit)
            for value, hit in answers
            if one.low < value * bins / bins <= one.high or (value == 0 and one.low == 0)
        ]
        if len(inside) != one.count:
            return  # a value on the edge of a bin, which rounding put to the other side
        if inside:
            total += abs(sum(value for value, _ in inside) - sum(hit for _, hit in inside)) / len(answers)
    assert ece(sure, right, bins) == pytest.approx(total, abs=1e-9)


@given(ANSWERS, st.integers(1, 20))
def test_every_answer_is_in_one_bin(answers: list[tuple[float, bool]], bins: int) -> None:
    found = reliability([value for value, _ in answers], [hit for _, hit in answers], bins)
    assert len(found) == bins
    assert sum(one.count for one in found) == len(answers)
    assert all(one.confidence is None or one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in found)


def test_by_hand() -> None:
    assert ece([0.9, 0.9, 0.9, 0.9], [True, True, True, False]) == pytest.approx(0.15)
    assert ece([1.0, 0.0], [True, False]) == 0
    assert ece([], []) == 0
    assert ece([0.55, 0.95], [False, True], bins=2) == pytest.approx(0.25)  # one bin: 0.75 said, 0.5 right


@pytest.mark.parametrize(("sure", "right"), [([0.5], []), ([1.2], [True]), ([float("nan")], [True])])
def test_what_is_no_confidence_is_refused(sure: list[float], right: list[bool]) -> None:
    with pytest.raises(CatalogueError):
        reliability(sure, right)
