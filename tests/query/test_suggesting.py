"""Suggestions: what begins as typed, found as by a look at every phrase."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.tokens import fold, tokens
from wares.query.spelling.distance import around, slips
from wares.query.suggesting import Suggester
from wares.query.vocabulary import Vocabulary
from wares.records import Product, Suggestion
from wares.store.entries import Stored

WORDS = ("red", "real", "road", "shoe", "shoes", "shop", "short", "nike", "nikon", "running", "rung")
TITLES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=12)


def vocabulary(*products: Product | str) -> Vocabulary:
    made = Vocabulary()
    rows = [Product(id=str(n), title=one) if isinstance(one, str) else one for n, one in enumerate(products)]
    made.learn([Stored(n, product, ()) for n, product in enumerate(rows)])
    return made


def texts(found: tuple[Suggestion, ...]) -> list[str]:
    return [each.text for each in found]


SHOP = vocabulary(
    *[
        Product(id=f"{n}", title=title, brand=brand, category=("Clothing", kind), attributes={"colour": colour})
        for n, (title, brand, kind, colour) in enumerate(
            [
                ("Nike red running shoes", "Nike", "Running Shoes", "red"),
                ("Nike blue running shoes", "Nike", "Running Shoes", "blue"),
                ("Nikon camera", "Nikon", "Cameras", "black"),
                ("红色运动鞋", "安踏", "运动鞋", "红色"),
                ("碎花连衣裙", "安踏", "连衣裙", "红色"),
            ]
        )
    ]
)
SUGGESTER = Suggester(SHOP)


@given(TITLES, st.sampled_from([word[:end] for word in WORDS for end in (1, 2, 3, 4)] + ["red sh", "nike run"]))
def test_what_begins_as_typed_is_what_a_look_at_every_phrase_finds(titles: list[str], prefix: str):
    made = vocabulary(*titles)
    found = {each.text for each in Suggester(made).suggest(prefix, 200) if begins(each.text, prefix)}
    every = {text for text in made.segments[0].phrases.texts if begins(text, prefix)}
    # Beside phrases, what was typed may go on with words that a title has right after it.
    made_up = {text for text in found - every if any(text in title for title in titles)}
    assert found <= every | made_up
    assert {stems(text) for text in found - made_up} <= {stems(text) for text in every} <= {*map(stems, found)}


def begins(text: str, prefix: str) -> bool:
    folded = fold(text)
    starts = [0, *(at + 1 for at, char in enumerate(folded) if char == " ")]
    return any(folded.startswith(prefix, at) for at in starts)


def stems(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


@given(
    st.lists(st.text("abc", min_size=1, max_size=11), min_size=1, unique=True), st.text("abc", min_size=4, max_size=9)
)
def test_words_that_begin_a_slip_away_are_what_a_look_at_every_word_finds(words: list[str], prefix: str):
    made = vocabulary(*(f"{word} x1" for word in words))
    rows = made.segments[0].words
    found = {rows.texts[at] for _, first, end in rows.beginnings(around(prefix)) for at in range(first, end)}
    every = {
        word
        for word in rows.texts
        if any(
            slips(prefix, word[:end], 1) == 1 for end in range(len(prefix) - 1, len(prefix) + 2) if end <= len(word)
        )
    }
    assert found == every


def test_kinds_counts_and_order():
    found = SUGGESTER.suggest("nik")
    assert found[0] == Suggestion("Nike", "brand", 2)
    assert Suggestion("Nikon", "brand", 1) in found
    assert [each.count for each in found if each.text.startswith("nike ")] == sorted(
        (each.count for each in found if each.text.startswith("nike ")), reverse=True
    )


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        *(("runn", "Running Shoes"), ("RUNN", "Running Shoes"), ("runing sh", "Running Shoes")),
        *(("rnuning", "Running Shoes"), ("running ", "Running Shoes")),
        *(("yund", "运动鞋"), ("ydx", "运动鞋"), ("运动", "运动鞋"), ("運動", "运动鞋"), ("lianyiq", "连衣裙")),
    ],
)
def test_the_first_suggestion(prefix: str, first: str):
    assert texts(SUGGESTER.suggest(prefix))[0] == first


def test_no_two_suggestions_are_the_same_words():
    made = Suggester(vocabulary("running shoe", "running shoes", "shoes running"))
    found = [stems(text) for text in texts(made.suggest("run"))]
    assert len(found) == len(set(found))


def test_at_most_k_and_a_quarter_of_each_kind_that_leads_elsewhere():
    products = [Product(id=str(n), title=f"shoe{n}", brand=f"Shore {n}", category=(f"Short {n}",)) for n in range(30)]
    made = Suggester(vocabulary(*products))
    for k in (0, 1, 4, 8):
        found = made.suggest("sho", k)
        assert len(found) <= k
        assert all(sum(each.kind == kind for each in found) <= max(1, k // 4) for kind in ("brand", "category"))


def test_the_last_word_is_completed_the_frequent_first():
    made = Suggester(vocabulary("shoes", "shoes", "short", "nike"))
    assert made.completions("nike sho") == ("shoes", "short")
    assert made.completions("nike sho", 1) == ("shoes",)
    assert made.completions("nike shp") == ("shp",)
    assert made.completions("shoos") == ("shoes",)
    assert made.completions("nike ") == ()
    assert made.completions("") == ()
    assert made.read("nkie sho").head == "nike"


def test_what_came_since_is_suggested_too():
    both = vocabulary("yoga mats").over(vocabulary("red shoes"))
    assert "yoga mats" in texts(Suggester(both).suggest("yog"))
    assert "red shoes" in texts(Suggester(both).suggest("red"))


@settings(max_examples=200)
@given(st.text(st.one_of(st.characters(), st.sampled_from("nikerusho 运动鞋-'")), max_size=90), st.integers(-1, 9))
def test_any_text_is_answered(prefix: str, k: int):
    found = SUGGESTER.suggest(prefix, k)
    assert len(found) <= max(k, 0)
    assert all(isinstance(word, str) for word in SUGGESTER.completions(prefix))


@pytest.mark.parametrize("prefix", ["", " ", "👟", "!?", "x" * 10_000, "红" * 10_000, "\x00\x07", "\u202e"])
def test_what_is_no_word_suggests_nothing(prefix: str):
    assert SUGGESTER.suggest(prefix) == ()
    assert SUGGESTER.completions(prefix) == ()


def test_an_empty_vocabulary_suggests_nothing():
    assert Suggester(Vocabulary()).suggest("red") == ()
