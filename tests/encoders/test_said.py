"""The words of a question, each with its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.said import bounds, said
from wares.encoders.tokens import fold


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Red  Shoes!", [("Red", "red"), ("Shoes", "shoe")]),
        ("men's", [("men's", "men")]),
        ("红色T恤", [("红", "红"), ("色", "色"), ("T", "t"), ("恤", "恤")]),
        ("ＡＢＣ café", [("ＡＢＣ", "abc"), ("café", "cafe")]),
        ("dv7-1211ea", [("dv7", "dv7"), ("1211ea", "1211ea")]),
        ("👟 🔥", []),
        ("", []),
    ],
)
def test_words_are_folded_and_stand_where_they_were_said(text: str, words: list[tuple[str, str]]):
    assert [(text[word.start : word.end], word.stem) for word in said(text)] == words


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_has_its_words_in_order_without_overlap(text: str):
    found = said(text)
    places = [place for word in found for place in (word.start, word.end)]
    assert places == sorted(places)
    assert all(word.word and word.word == fold(word.word) for word in found)


def test_chinese_words_end_where_the_cutter_says():
    assert 1 not in bounds("面包") and {0, 2} <= bounds("面包")
