"""Statistics: against slow exact counting, figures from the literature, and simulations."""

from __future__ import annotations

import itertools
import math
import tracemalloc
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.evaluation.statistics import bootstrap, holm, overlap, randomisation

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

RANDOM = np.random.default_rng

# -- the randomisation test -----------------------------------------------------------------------------------------


def exact(differences: list[int]) -> float:
    """The p-value by counting: how many of the ways to set the signs give each sum."""
    ways = Counter({0: 1})
    for difference in differences:
        more: Counter[int] = Counter()
        for total, count in ways.items():
            more[total + difference] += count
            more[total - difference] += count
        ways = more
    far = sum(count for total, count in ways.items() if abs(total) >= abs(sum(differences)))
    return float(Fraction(far, 2 ** len(differences)))


@given(st.lists(st.integers(min_value=-5, max_value=5), max_size=14), st.sampled_from([1.0, 0.1, 1 / 3]))
def test_few_differences_are_counted_exactly(differences: list[int], unit: float) -> None:
    assert randomisation([difference * unit for difference in differences]) == pytest.approx(exact(differences))


@settings(deadline=None)
@given(st.lists(st.integers(min_value=-9, max_value=9).filter(bool), min_size=16, max_size=60))
def test_many_differences_are_counted_to_within_what_is_drawn(differences: list[int]) -> None:
    expected, flips = exact(differences), 4_000
    error = 6 * math.sqrt(expected * (1 - expected) / flips) + 2 / flips
    assert randomisation(differences, flips=flips) == pytest.approx(expected, abs=error)


def test_fishers_count_of_darwins_maize() -> None:
    """Fifteen pairs of plants, crossed and self-fertilised, in eighths of an inch (The Design of Experiments, 21)."""
    differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert randomisation(differences) == 1726 / 32768


@given(st.lists(st.floats(min_value=-1, max_value=1), max_size=40))
def test_neither_the_direction_nor_ties_count(differences: list[float]) -> None:
    p = randomisation(differences, flips=500)
    assert 0 < p <= 1
    assert randomisation([-difference for difference in differences], flips=500) == p
    assert randomisation([*differences, 0.0, 0.0], flips=500) == p


def test_no_difference_is_none() -> None:
    assert randomisation([]) == randomisation([0.0] * 100) == randomisation([0.5]) == 1.0


def test_sums_that_only_rounding_tells_apart_are_equal() -> None:
    assert randomisation([0.1, 0.2, -0.3]) == 1.0
    assert randomisation([0.1] * 3 + [0.3] * 13 + [-0.2]) == randomisation([1.0] * 3 + [3.0] * 13 + [-2.0])


def test_a_drawn_p_is_never_0() -> None:
    assert randomisation([1.0] * 50) == 1 / 10_001


# -- simulations ----------------------------------------------------------------------------------------------------


def values(random: np.random.Generator, *shape: int) -> Numbers:
    """Values as nDCG has them: between 0 and 1, skewed, a quarter of them 0 and an eighth 1, two digits."""
    drawn, kind = random.beta(0.6, 1.0, shape), random.random(shape)
    rounded: Numbers = np.where(kind < 0.25, 0.0, np.where(kind < 0.375, 1.0, drawn)).round(2)
    return rounded


def p_values_without_a_difference(questions: int, simulations: int) -> Numbers:
    """Two systems that are alike: on half of the questions they answer the same, on the others by chance."""
    random = RANDOM(questions)
    one, other = values(random, simulations, questions), values(random, simulations, questions)
    differences = np.where(random.random(one.shape) < 0.5, one - other, 0.0)
    return np.array([randomisation(row, flips=999) for row in differences])


@pytest.mark.parametrize("questions", [20, 50, 200])
def test_of_systems_that_are_alike_one_in_twenty_seems_better(questions: int) -> None:
    simulations = 2_000
    ps = p_values_without_a_difference(questions, simulations)
    for level in (0.01, 0.05, 0.2, 0.5):
        # Three standard errors of a share of so many: 0.05 ± 0.015.
        error = 3 * math.sqrt(level * (1 - level) / simulations)
        assert np.mean(ps <= level) == pytest.approx(level, abs=error + 1 / 1_000)
    # Kolmogorov and Smirnov's distance from the uniform distribution, at their 1 % level.
    distance = np.abs(np.sort(ps) - np.arange(1, simulations + 1) / simulations).max()
    assert distance < 1.63 / math.sqrt(simulations) + 1 / 1_000


@pytest.mark.parametrize(("questions", "least"), [(20, 0.45), (50, 0.9), (200, 0.99)])
def test_a_real_difference_is_found(questions: int, least: float) -> None:
    random = RANDOM(questions)
    found = 0
    for _ in range(300):
        one = values(random, questions)
        other = np.clip(one + random.normal(0.1, 0.2, questions), 0, 1)
        found += randomisation(other - one, flips=999) < 0.05
    assert found / 300 >= least


#: Coverage by the number of questions: of values as above, of differences as above, and of values that are 0 in nine
#: of ten cases. `docs/measures.md` has this table, too.
COVERAGE = {
    10: (0.90, 0.82, 0.56),
    20: (0.92, 0.90, 0.74),
    50: (0.94, 0.94, 0.88),
    200: (0.95, 0.95, 0.93),
}


@pytest.mark.parametrize("questions", COVERAGE)
def test_the_interval_covers_the_true_mean_as_often_as_is_documented(questions: int) -> None:
    """In 95 % where there are enough questions that differ. The error is three standard errors of this simulation."""
    random, simulations = RANDOM(questions), 700
    one, other = values(random, 100_000), values(random, 100_000)
    populations = (
        one,
        np.where(random.random(one.size) < 0.5, one - other, 0.0),
        np.where(random.random(one.size) < 0.85, 0.0, one),
    )
    for population, expected in zip(populations, COVERAGE[questions], strict=True):
        intervals = [bootstrap(random.choice(population, questions), resamples=500) for _ in range(simulations)]
        covered = np.mean([low <= population.mean() <= high for low, high in intervals])
        assert covered == pytest.approx(expected, abs=3 * math.sqrt(expected * (1 - expected) / simulations))


# -- the interval ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ones", "of"), [(30, 100), (3, 10), (480, 500)])
def test_the_interval_of_a_share_is_that_of_the_binomial_distribution(ones: int, of: int) -> None:
    share = Fraction(ones, of)
    weights = [math.comb(of, count) * share**count * (1 - share) ** (of - count) for count in range(of + 1)]
    below = list(itertools.accumulate(weights))
    low, high = (next(count for count, sum_ in enumerate(below) if sum_ >= level) for level in (0.025, 0.975))
    assert bootstrap([1.0] * ones + [0.0] * (of - ones)) == pytest.approx((low / of, high / of), abs=1 / of + 1e-9)


def test_the_interval_of_many_values_is_that_of_the_normal_distribution() -> None:
    sample = values(RANDOM(1), 3_000)
    error = 1.96 * sample.std() / math.sqrt(sample.size)
    assert bootstrap(sample.tolist()) == pytest.approx((sample.mean() - error, sample.mean() + error), abs=error / 15)


def test_few_or_equal_values_are_an_interval_of_themselves() -> None:
    assert bootstrap([]) == (0.0, 0.0)
    assert bootstrap([0.25]) == bootstrap([0.25] * 30) == (0.25, 0.25)


def test_the_same_values_give_the_same_figures() -> None:
    sample = values(RANDOM(2), 60).tolist()
    assert bootstrap(sample) == bootstrap(sample)
    assert bootstrap(sample) != bootstrap(sample, seed=1)
    assert randomisation(sample) == randomisation(sample)


def test_a_hundred_thousand_questions_take_little_memory() -> None:
    sample = values(RANDOM(3), 100_000)
    tracemalloc.start()
    low, high = bootstrap(sample, resamples=100)
    p = randomisation(sample - 0.45, flips=500)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert low < sample.mean() < high
    assert p < 1
    assert peak < 64 << 20


# -- several tests --------------------------------------------------------------------------------------------------


def test_holms_adjustment_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([0.02]) == [0.02]
    assert holm([]) == []


@given(st.lists(st.integers(min_value=0, max_value=100), max_size=12), st.integers(min_value=1, max_value=99))
def test_adjusted_values_reject_what_holm_rejects_step_by_step(hundredths: list[int], level: int) -> None:
    ps = [value / 100 for value in hundredths]
    rejected = set()
    for step, which in enumerate(sorted(range(len(ps)), key=lambda at: ps[at])):
        if hundredths[which] * (len(ps) - step) > level:
            break
        rejected.add(which)
    assert {which for which, p in enumerate(holm(ps)) if p <= level / 100 + 1e-12} == rejected


# -- overlap --------------------------------------------------------------------------------------------------------

letters = st.lists(st.sampled_from("abcdefghijklm"), unique=True, max_size=13)


def extrapolated(one: list[str], other: list[str], p: float) -> float:
    """The sum that the paper extrapolates, depth by depth until nothing is left of the weight: a list that has ended
    goes on to agree with the other as it did up to its end, and so do both."""
    short, long = sorted((one, other), key=len)
    agreed = len({*short} & {*long[: len(short)]}) / len(short)
    total = 0.0
    for depth in range(1, 3_000):
        common = len({*short[:depth]} & {*long[:depth]}) + agreed * max(min(depth, len(long)) - len(short), 0)
        total += (1 - p) * p ** (depth - 1) * common / min(depth, len(long))
    return total


@settings(deadline=None)
@given(letters.filter(bool), letters.filter(bool), st.sampled_from([0.5, 0.9, 0.98]))
def test_overlap_is_the_sum_that_it_extrapolates(one: list[str], other: list[str], p: float) -> None:
    value = overlap(one, other, p)
    assert value == pytest.approx(extrapolated(one, other, p), abs=1e-9)
    assert value == pytest.approx(overlap(other, one, p), abs=1e-12)
    assert -1e-12 <= value <= 1 + 1e-12
    assert overlap(one, one, p) == pytest.approx(1)


def test_overlap_by_hand() -> None:
    assert overlap("abc", "cba") == pytest.approx(0.1 * (0 + 0.9 * 1 / 2 + 0.81) + 0.729)
    assert overlap("abc", "xyz") == 0
    assert overlap("a", "ab") == pytest.approx(1)
    assert overlap("ab", "cdab", 0.5) == pytest.approx(0.5 * (0.25 * 1 / 3 + 0.125 * 2 / 4) + 0.0625 * 2 / 4)
    assert overlap("", "") == 1
    assert overlap("", "a") == overlap("a", "") == 0


def test_the_first_ten_places_weigh_86_per_cent() -> None:
    """Lists that agree there and nowhere else have the weight that the paper gives for p = 0.9 (its equation 21)."""
    p, d = 0.9, 10
    first, rest = [str(place) for place in range(d)], range(d, 2_000)
    tail = math.log(1 / (1 - p)) - sum(p**i / i for i in range(1, d))
    weight = 1 - p ** (d - 1) + (1 - p) / p * d * tail
    assert weight == pytest.approx(0.86, abs=0.005)
    assert overlap(first + [f"a{n}" for n in rest], first + [f"b{n}" for n in rest], p) == pytest.approx(weight)
