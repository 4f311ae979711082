"""Where tokens stand, compared with the tokens that are made of the same text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wares.encoders.places import places
from wares.encoders.tokens import CHUNKS, fold, tokens

#: Letters that fold in all the ways there are: one to one, to more, to fewer, to none, together with others.
ODD = "éÉßﬁﬀ½²㎏㍿ﾊﾞｶﾞがガ각강ᄀ"
ODD += "\u1161\u11a8e\u0301o\u0308\u3099क्षिนำ™℠№①Ａｂ１，。“”″'’-–&.İıſΣς𠮷䶮々〇\u200d\ufe0f👩‍🚀\u0338"
WORDS = [
    "red",
    "Shoes",
    "men's",
    "DV7-1211ea",
    "4 GB",
    "4gb",
    "1,000",
    '15"',
    "连衣裙",
    "小白鞋",
    "运动",
    "AT&T",
    " ",
    "/",
]
TEXTS = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(list(ODD)), st.text(max_size=4)), max_size=14).map(
    "".join
)


def cut(text: str, wanted: set[str]) -> list[str]:
    return [text[start:end] for start, end in places(text, wanted)]


@pytest.mark.parametrize(
    ("text", "token", "found"),
    [
        ("Red shoes, red laces", "red", ["Red", "red"]),
        ("Running shoe for runners", "run", ["Running"]),
        ("Men's T-shirt", "men", ["Men"]),
        ("Pavilion DV7-1211ea laptop", "dv71211ea", ["DV7-1211ea"]),
        ("Pavilion DV7-1211ea laptop", "dv7", ["DV7"]),
        ("memory of 4 GB", "4gb", ["4 GB"]),
        ("memory of 4 GB", "4", ["4"]),
        ("Crème brûlée", "brule", ["brûlée"]),
        ("Cre\u0300me bru\u0302le\u0301e", "brule", ["bru\u0302le\u0301e"]),
        ("ＦＵＬＬ ｗｉｄｔｈ", "width", ["ｗｉｄｔｈ"]),
        ("黑色连衣裙", "衣裙", ["衣裙"]),
        ("黑色连衣裙", "连衣裙", ["连衣裙"]),
        ("5 ㎏ flour", "5kg", ["5 ㎏"]),
        ("ｶﾞﾗｽ", "ガラ", ["ｶﾞﾗ"]),
        ("Straße", "strass", ["Straße"]),
        ("👩‍🚀 suit", "suit", ["suit"]),
        ("", "red", []),
    ],
)
def test_a_token_is_found_as_it_was_written(text: str, token: str, found: list[str]) -> None:
    assert cut(text, {token}) == found


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("aÀ\u0316")
@example("ﾊﾞ")
@example("각\u1161")
def test_a_token_stands_somewhere_if_and_only_if_the_text_has_it(text: str) -> None:
    made = set(tokens(text))
    for token in made | {"red", "4gb", "衣", "dv7"}:
        assert bool(places(text, {token})) is (token in made)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_what_is_cut_out_says_the_token_again(text: str) -> None:
    for token in set(tokens(text)):
        for piece in cut(text, {token}):
            # A long word is kept as its beginning, and a Chinese word may be cut otherwise by itself; what is not
            # ASCII throughout has one more apostrophe.
            assert token in tokens(piece) + tokens(f"÷ {piece}") or token in fold(piece) or len(piece) > 64


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_places_lie_in_the_text_in_order_and_hold_something(text: str) -> None:
    found = places(text, set(tokens(text)))
    assert found == sorted(set(found))
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert bool(found) is bool(CHUNKS.search(fold(text)))


def test_a_text_of_a_hundred_thousand_characters_is_read_as_far_as_its_tokens_are() -> None:
    text = "x " * 60_000 + "red é"
    assert places(text, {"red"}) == []
    assert len(places(text, {"x"})) == 50_000
