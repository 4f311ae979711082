"""Questions put right, and left alone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.tokens import tokens
from wares.query.spelling import Speller
from wares.query.vocabulary import Vocabulary
from wares.records import Correction, Product
from wares.store.entries import Stored

TITLES = (
    *("Wireless bluetooth headphones black", "Bluetooth speaker", "Wireless mouse"),
    *("Nike running shoes red", "Nike running shoes blue", "Leather boots", "Samsung galaxy phone case"),
    *("Stainless steel refrigerator", "Strong-Tie angle", "Kodex KX100 camera", "L'Occitane lotion"),
    *("self-propelled mower", "Xerox 006R90321 toner", "Refridge magnet"),
    *("红色运动鞋女", "蓝色运动鞋男", "碎花连衣裙夏季", "牛仔裤", "双肩背包", "手机壳"),
)
TRADITIONAL = ("紅色運動鞋", "連衣裙", "運動鞋")

Correct = Callable[..., str]


def shop(*titles: str, keep: tuple[str, ...] = ()) -> tuple[Speller, Callable[[str], bool]]:
    vocabulary = Vocabulary()
    vocabulary.learn([Stored(n, Product(id=str(n), title=title), ()) for n, title in enumerate(titles)])
    held = [frozenset(tokens(title)) for title in titles]
    return Speller(vocabulary, keep), lambda word: any(own.issuperset(tokens(word)) for own in held)


SPELLER, EXISTS = shop(*TITLES, keep=("undr",))


@pytest.mark.parametrize(
    ("typed", "meant", "reason"),
    [
        ("bluetoth", "bluetooth", "typo"),
        ("wirelss mouse", "wireless mouse", "typo"),
        ("hedphones", "headphones", "typo"),
        ("refrigeratro", "refrigerator", "typo"),
        ("shoess", "shoes", "typo"),
        ("SAMSNUG", "samsung", "typo"),
        ("strong-tei angle", "strong-tie angle", ""),  # three letters are too short
        ("stronk-tie angle", "strong-tie angle", "typo"),
        ("runningshoes", "running shoes", "split"),
        ("blue tooth speaker", "bluetooth speaker", "joined"),
        ("yundongxie", "运动鞋", "pinyin"),
        ("红色 yundongxie", "红色 运动鞋", "pinyin"),
        ("hongse yun dong xie", "红色运动鞋", "pinyin"),
        ("連衣裙", "连衣裙", "script"),
        ("紅色運動鞋", "红色运动鞋", "script"),
        ("连衣群", "连衣裙", "typo"),
        ("红色运动协", "红色运动鞋", "typo"),
        ("ｂｌｕｅｔｏｔｈ", "bluetooth", "typo"),
    ],
)
def test_what_is_mistyped_is_put_right(typed: str, meant: str, reason: str):
    found = SPELLER.correct(typed, EXISTS)
    if not reason:
        assert found.corrections == ()
        return
    assert found.text == meant
    assert {each.reason for each in found.corrections} == {reason}


@pytest.mark.parametrize(
    "typed",
    [
        *("bluetooth headphones", "shoe", "boot", "refridge"),  # as some product has them, in whatever inflection
        *("006R90321", "006R90322", "kx10", "dv7-1211eb", "42", "3.5mm", "12oz"),  # codes, numbers, measures
        *("l'occitane", "strong-tie", "self propelled mower"),
        *("hiking", "without", "cheapest", "stars", "table", "undr"),  # English, and what the grammar knows
        *("裙子", "电脑", "红色裙子"),  # Chinese words that no product has
        *("обувь", "靴くつ", "신발", "รองเท้า", "👟", "!!", "", " ", "\x00\x07", "zqxjv"),
    ],
)
def test_what_is_right_or_unknown_stays(typed: str):
    assert SPELLER.correct(typed, EXISTS) == SPELLER.correct(typed, lambda word: True)
    assert SPELLER.correct(typed, EXISTS).text == typed


def test_corrections_tell_what_was_said_and_can_be_taken_back():
    typed = "Bluetoth and runningshoes"
    found = SPELLER.correct(typed, EXISTS)
    assert found.text == "bluetooth and running shoes"
    assert found.corrections == (
        Correction("Bluetoth", "bluetooth", "typo"),
        Correction("runningshoes", "running shoes", "split"),
    )
    assert SPELLER.correct(typed, EXISTS, ["Bluetoth"]).text == "Bluetoth and running shoes"
    assert SPELLER.correct(typed, EXISTS, [each.said for each in found.corrections]).text == typed
    assert SPELLER.correct("blue tooth", EXISTS, ["blue tooth"]).text == "blue tooth"


def test_what_stands_around_a_correction_stays_as_it_was_typed():
    assert SPELLER.correct("  (Bluetoth),  ÄÖ!  ", EXISTS).text == "  (bluetooth),  ÄÖ!  "


def test_the_frequent_word_is_meant_and_beside_its_neighbours_the_rare_one():
    speller, exists = shop(*["silver ring"] * 9, "door bell", "silver bill", *["bill"] * 3)
    assert speller.correct("bgll", exists).text == "bgll"  # short words need a likely slip
    speller, exists = shop(*["travel adapter"] * 9, "marble floor", "marvel floor tiles")
    assert speller.correct("marvle floor", exists).text == "marvel floor"


def test_a_traditional_catalogue_is_found_in_simplified():
    speller, exists = shop(*TRADITIONAL)
    found = speller.correct("连衣裙", exists)
    assert found.corrections == (Correction("连衣裙", "連衣裙", "script"),)


def test_chinese_is_left_alone_where_the_catalogue_has_none():
    speller, exists = shop("Running shoes", "Bluetooth speaker")
    for typed in ("运动鞋", "連衣裙", "连衣群", "红色 shoes"):
        assert speller.correct(typed, exists).text == typed


def test_english_is_left_alone_where_the_catalogue_is_chinese():
    speller, exists = shop("红色运动鞋", "连衣裙")
    for typed in ("red running shoes", "dress", "cheap phone"):
        assert speller.correct(typed, exists).text == typed


def test_an_empty_vocabulary_changes_nothing():
    speller = Speller(Vocabulary())
    assert speller.correct("bluetoth 连衣群 yundongxie blue tooth", lambda word: False).corrections == ()


@settings(max_examples=300)
@given(st.text(st.one_of(st.characters(), st.sampled_from("bluetohsn 运动鞋裙群 -'.")), max_size=60))
def test_any_text_is_answered_and_what_is_changed_exists(typed: str):
    found = SPELLER.correct(typed, EXISTS)
    assert (found.text == typed) or found.corrections
    for each in found.corrections:
        assert each.said in typed
        assert all(EXISTS(word) for word in each.meant.split())
    again = SPELLER.correct(typed, EXISTS, [each.said for each in found.corrections])
    assert not {each.said for each in again.corrections} & {each.said for each in found.corrections}


@pytest.mark.parametrize(
    "typed",
    [
        *("x" * 10_000, "bluetoth " * 1_200, "运动协" * 3_300, "a-" * 5_000, "👟" * 10_000, "ab" * 5_000),
        *("bluetoth运动协" * 1_000, "\u202e\x00" * 5_000, "'" * 10_000, "yundongxie" * 1_000, "群 " * 5_000),
    ],
)
def test_ten_thousand_characters_are_answered_soon(typed: str):
    started = time.thread_time()
    SPELLER.correct(typed, EXISTS)
    assert time.thread_time() - started < 2
