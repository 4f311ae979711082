"""How often somebody may call: against the definition of a token bucket, from many threads, in bounded memory."""

import threading
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.access import RateLimiter
from wares.errors import TooMany

MINUTE = 60_000_000_000


class Hand:
    """A clock in nanoseconds that is turned by hand."""

    def __init__(self) -> None:
        self.now = 12345

    def __call__(self) -> int:
        return self.now


def conforms(calls: list[int], now: int, per_minute: int) -> bool:
    """Whether one more call may be let through: in no stretch of time that ends now are there more calls than a
    bucket holds and what has flowed into it meanwhile (the arrival curve of a token bucket)."""
    return all(
        len(calls) - first + 1 <= per_minute + Fraction(per_minute * (now - calls[first]), MINUTE)
        for first in range(len(calls))
    )


def allowed(limiter: RateLimiter, who: str, per_minute: int) -> bool:
    try:
        limiter.take(who, per_minute)
    except TooMany:
        return False
    return True


@given(
    st.integers(1, 7),
    st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, MINUTE // 3)), max_size=60),
)
def test_what_is_let_through_is_what_the_definition_lets_through(
    per_minute: int, steps: list[tuple[str, int]]
) -> None:
    clock = Hand()
    limiter = RateLimiter(clock=clock)
    calls: dict[str, list[int]] = {"a": [], "b": []}
    for who, pause in steps:
        clock.now += pause
        expected = conforms(calls[who], clock.now, per_minute)
        assert allowed(limiter, who, per_minute) == expected
        if expected:
            calls[who].append(clock.now)


@given(st.integers(1, 1000), st.integers(0, MINUTE))
def test_after_the_time_that_it_names_a_call_is_let_through_and_not_before(per_minute: int, pause: int) -> None:
    clock = Hand()
    limiter = RateLimiter(clock=clock)
    for _ in range(per_minute):
        limiter.take("a", per_minute)
    clock.now += pause % (MINUTE // per_minute)
    with pytest.raises(TooMany) as refused:
        limiter.take("a", per_minute)
    wait = round(refused.value.retry_after * 1e9)
    clock.now += wait - 1
    assert not allowed(limiter, "a", per_minute)
    clock.now += 1
    assert allowed(limiter, "a", per_minute)


def test_no_limit_is_no_limit_and_costs_no_bucket() -> None:
    limiter = RateLimiter()
    for _ in range(10_000):
        limiter.take("a", 0)
    assert len(limiter) == 0


def test_a_lower_limit_holds_at_once() -> None:
    clock = Hand()
    limiter = RateLimiter(clock=clock)
    limiter.take("a", 1000)
    assert [allowed(limiter, "a", 2) for _ in range(3)] == [True, True, False]


def test_callers_beyond_the_bound_push_out_those_that_were_away_longest() -> None:
    clock = Hand()
    limiter = RateLimiter(most=3, clock=clock)
    for who in "abcad":
        limiter.take(who, 1) if who != "a" else allowed(limiter, who, 1)
    assert len(limiter) == 3
    assert not allowed(limiter, "a", 1), "it called meanwhile"
    assert allowed(limiter, "b", 1), "it was away longest"


def test_threads_share_one_bucket() -> None:
    clock = Hand()
    limiter = RateLimiter(clock=clock)
    passed: list[bool] = []
    threads = [
        threading.Thread(target=lambda: passed.extend([allowed(limiter, "a", 100) for _ in range(50)]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 100 and len(passed) == 400
