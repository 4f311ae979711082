"""Typing errors."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.evaluation.made.typos import _ALIKE, _NEIGHBOURS, mistyped


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=4, max_size=12), st.integers())
def test_an_english_word_gets_one_error_and_keeps_its_first_letter(word: str, seed: int) -> None:
    wrong = mistyped(word, Random(seed))
    if wrong is None:
        assert len(set(word[1:])) == 1  # nothing else than its letters once more
        return
    assert wrong != word
    assert wrong[0] == word[0]
    assert abs(len(wrong) - len(word)) <= 1


@given(st.text(st.sampled_from("红色运动鞋男士衬衫背包"), min_size=2, max_size=5), st.integers())
def test_a_chinese_word_gets_one_error(word: str, seed: int) -> None:
    wrong = mistyped(word, Random(seed))
    assert wrong != word
    assert wrong
    assert len(word) - len(wrong) in (0, 1)


@pytest.mark.parametrize(
    "word", ["dv7-1211ea", "006R90321", "42", "4 GB", "tee", "iPhone 15", "鞋", "led灯", "café", ""]
)
def test_numbers_codes_and_short_words_are_left_alone(word: str) -> None:
    assert all(mistyped(word, Random(seed)) is None for seed in range(50))


def test_every_kind_of_error_is_made() -> None:
    made = {mistyped("backpack", Random(seed)) for seed in range(500)}
    assert {"bakcpack", "bacpack", "baackpack", "baclpack"} <= made
    assert {mistyped("衬衫", Random(seed)) for seed in range(200)} >= {"衫衬", "衬杉"}


def test_keys_are_neighbours_both_ways() -> None:
    assert set(_NEIGHBOURS["g"]) == set("ftyhbv")
    assert all(letter in _NEIGHBOURS[other] for letter, others in _NEIGHBOURS.items() for other in others)
    assert set(_NEIGHBOURS) == set("abcdefghijklmnopqrstuvwxyz")


def test_characters_are_taken_for_one_another_both_ways() -> None:
    assert all(one in _ALIKE[other] and one != other for one, others in _ALIKE.items() for other in others)
