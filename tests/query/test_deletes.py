"""Words near a word: none is missed that a comparison with every word finds."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from wares.query.deletes import SHORTEST, TWO_FROM, Deletes
from wares.query.spelling.distance import slips

WORDS = st.text("abc鞋裙", min_size=1, max_size=9)


def distance(one: str, other: str) -> int:
    """The restricted Damerau distance, by its definition."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if not i or not j:
                table[i][j] = i + j
                continue
            best = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                best = min(best, table[i - 2][j - 2] + 1)
            table[i][j] = best
    return table[-1][-1]


@given(st.lists(WORDS, unique=True, max_size=40), WORDS)
def test_all_words_one_slip_away_are_found(words: list[str], asked: str):
    found = {words[place] for place in Deletes.of(words).near(asked, 1)}
    assert {word for word in words if len(word) >= SHORTEST and distance(word, asked) <= 1} <= found


@given(st.lists(WORDS, unique=True, max_size=40), WORDS)
def test_all_longer_words_two_slips_away_are_found(words: list[str], asked: str):
    found = {words[place] for place in Deletes.of(words).near(asked, 2)}
    assert {word for word in words if len(word) >= TWO_FROM and distance(word, asked) <= 2} <= found


@given(st.lists(WORDS, unique=True, max_size=40), WORDS)
@example(["aaabbb"], "abbba")
def test_what_is_found_needs_no_more_slips_than_letters_are_taken_out_of_both(words: list[str], asked: str):
    found = [words[place] for place in Deletes.of(words).near(asked, 1)]
    assert all(distance(word, asked) <= (3 if len(word) >= TWO_FROM else 2) for word in found)


@given(WORDS, WORDS, st.integers(0, 3))
def test_slips_are_counted_up_to_the_most(one: str, other: str, most: int):
    assert slips(one, other, most) == min(distance(one, other), most + 1)


def test_nothing_is_near_in_an_empty_list_or_to_an_endless_word():
    assert Deletes.of([]).near("shoes", 2) == []
    assert Deletes.of(["shoes"]).near("", 2) == []
    assert Deletes.of(["shoes", "x" * 1000]).near("x" * 1000, 2) == []
