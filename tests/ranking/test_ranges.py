"""Round ranges for number facets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from wares.ranking.ranges import edges, label

numbers = st.floats(min_value=0, max_value=1e7, allow_nan=False)


@given(numbers, numbers)
def test_every_value_lies_in_exactly_one_range(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = edges(low, high)
    assert found == sorted(set(found))
    for value in (low, high, (low + high) / 2):
        assert sum(a <= value < b for a, b in pairwise(found)) == 1


@given(numbers, numbers)
def test_there_are_few_ranges(one: float, other: float) -> None:
    assert 2 <= len(edges(min(one, other), max(one, other))) <= 9


def test_edges_are_numbers_that_people_say() -> None:
    assert edges(3, 97) == [0, 20, 40, 60, 80, 100]
    assert edges(0.5, 2.4) == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert label(0, 2.5) == "0-2.5"
