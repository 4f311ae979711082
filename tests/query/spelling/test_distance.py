"""What slips of the hand cost."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.query.spelling.distance import ANY, FIRST, around, cost, slips

WORDS = st.text("asdqwe", max_size=7)


@given(WORDS, WORDS)
def test_a_cost_is_nothing_for_the_same_word_only_and_bounded_by_the_slips(said: str, meant: str):
    made = slips(said, meant, 20)
    assert (cost(said, meant) == 0) == (said == meant)
    assert 0.5 * made <= cost(said, meant) + 1e-9 <= ANY * made + 2 * FIRST + 1e-8


@pytest.mark.parametrize(
    ("said", "cheaper", "dearer"),
    [
        ("wireldss", "wireless", "wirelass"),  # d is beside e on the keyboard, and not beside a … l
        ("shoess", "shoes", "shoeps"),
        ("wireles", "wireless", "wireleps"),
        ("hte", "the", "ate"),
        ("phone", "phine", "chone"),
    ],
)
def test_frequent_slips_cost_less(said: str, cheaper: str, dearer: str):
    assert cost(said, cheaper) < cost(said, dearer)


@given(st.text("abz", min_size=1, max_size=3))
def test_around_a_word_are_all_texts_one_slip_away(word: str):
    found = around(word)
    assert all(slips(word, other, 1) == 1 for other in found)
    every = [a + b + c + d for a in "abz" for b in ("", *"abz") for c in ("", *"abz") for d in ("", *"abz")]
    assert {other for other in every if slips(word, other, 1) == 1} <= set(found)
    assert len(found) == len(set(found)) >= len(ascii_lowercase)
