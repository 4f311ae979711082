"""Collapse: one product stands for all of its group."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wares.ranking.chain.base import Listing
from wares.ranking.chain.collapse import collapsed


def listing(size: int) -> Listing:
    return Listing.of(range(1, size + 1), [1 - at / 100 for at in range(size)])


def test_the_best_ranked_stands_for_its_group() -> None:
    found = collapsed(listing(6), [0, 7, 8, 7, 0, 7])
    assert found.numbers.tolist() == [1, 2, 3, 5]
    assert found.folded == {2: (4, 6)}


def test_one_that_is_held_stands_for_its_group_and_stays_at_its_place() -> None:
    pinned = listing(5)._replace(held={4: 3})
    found = collapsed(pinned, [7, 0, 0, 7, 0])
    assert found.numbers.tolist() == [2, 3, 5, 4]
    assert found.folded == {4: (1,)}


def test_two_of_a_group_that_are_both_held_both_stay() -> None:
    pinned = listing(4)._replace(held={1: 0, 2: 1})
    found = collapsed(pinned, [7, 7, 7, 0])
    assert found.numbers.tolist() == [1, 2, 4]
    assert found.folded == {1: (3,)}


@settings(deadline=None)
@given(groups=st.lists(st.integers(0, 3), max_size=12), held=st.dictionaries(st.integers(1, 12), st.integers(0, 5)))
def test_each_group_is_there_once_and_whoever_is_missing_is_folded(groups: list[int], held: dict[int, int]) -> None:
    whole = listing(len(groups))._replace(held=held)
    found = collapsed(whole, groups)
    group_of = dict(zip(whole.numbers.tolist(), groups, strict=True))
    free = [group_of[n] for n in found.numbers.tolist() if group_of[n] and n not in held]
    assert len(free) == len(set(free))
    assert {group_of[n] for n in found.numbers.tolist()} == set(groups)
    folded = [n for others in found.folded.values() for n in others]
    assert sorted([*found.numbers.tolist(), *folded]) == whole.numbers.tolist()
    assert all(group_of[n] == group_of[first] for first, others in found.folded.items() for n in others)
