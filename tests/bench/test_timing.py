"""Percentiles are those of the sorted values; a stopwatch counts calls and leaves no trace."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.bench.timing import percentiles, timed


def slow(values: list[float], share: float) -> float:
    """The value at a share of the way through the sorted values, between neighbours in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low, high = ordered[math.floor(place)], ordered[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_percentiles_are_those_of_the_sorted_values(values: list[float]) -> None:
    found = percentiles(values)
    assert found.n == len(values)
    for share, value in ((0.5, found.p50), (0.95, found.p95), (0.99, found.p99)):
        assert value == pytest.approx(slow(values, share), rel=1e-9, abs=1e-9)


class Worker:
    def work(self, times: int, *, fail: bool = False) -> int:
        if fail:
            raise ValueError("as asked")
        return sum(range(times))


def test_a_stopwatch_counts_every_call_and_leaves_no_trace() -> None:
    plain = Worker.work
    with timed(Worker, "work") as watch:
        assert Worker().work(10) == 45
        once = watch.seconds
        assert once > 0
        with pytest.raises(ValueError, match="as asked"):
            Worker().work(1, fail=True)
        assert watch.seconds > once
    assert Worker.work is plain
