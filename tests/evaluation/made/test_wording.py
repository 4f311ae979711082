"""Languages and the dictionary between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.encoders.dictionary import language
from wares.evaluation.made.wording import joined, sort_of, translated, worded


@pytest.mark.parametrize(
    ("english", "chinese", "sort"),
    [
        ("Navy Blue", "藏青色", "colour"),
        ("gray", "灰色", "colour"),
        ("Orange", "橙色", "colour"),
        ("oranges", "橙子", "kind"),
        ("Orange", "橙子", "value"),  # a flavour
        ("Casual Shoes", "休闲鞋", "kind"),
        ("t-shirt", "T恤", "kind"),
        ("Umbrellas", "雨伞", "kind"),
        ("women's", "女士", "value"),
    ],
)
def test_the_dictionary_knows(english: str, chinese: str, sort: str) -> None:
    assert translated(english, sort) == chinese  # type: ignore[arg-type]
    assert translated(translated(chinese, sort) or "", sort) == chinese  # type: ignore[arg-type]


def test_what_it_does_not_know_is_not_translated() -> None:
    assert translated("Heliotrope", "colour") is None
    assert translated("某某物", "kind") is None
    assert worded("Heliotrope", "colour", "zh") is None
    assert worded("红色", "colour", "zh") == "红色"


@pytest.mark.parametrize("code", ["500ml", "45cm x 45cm", "42", "XL", "1.5 l"])
def test_codes_and_measures_are_said_in_any_language(code: str) -> None:
    assert worded(code, "value", "zh") == code


@given(st.lists(st.sampled_from(["red", "shoes", "红色", "鞋", "Nike", "42码", "T恤"]), min_size=1, max_size=5))
def test_words_are_joined_as_they_are_typed(pieces: list[str]) -> None:
    text = joined(pieces)
    assert text.replace(" ", "").lower() == "".join(pieces).lower()
    assert joined(pieces, spaced=True).split(" ") == [
        piece if language(text) == "zh" else piece.lower() for piece in pieces
    ]
    if language(text) == "en":
        assert text == " ".join(pieces).lower()


def test_fields_say_what_their_values_are() -> None:
    assert [sort_of(name) for name in ("category", "colour", "shirt color", "颜色", "flavour")] == [
        *("kind", "colour", "colour", "colour", "value")
    ]
