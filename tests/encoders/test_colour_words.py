"""Colours in words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.encoders.colour import NAMES
from wares.encoders.colour_words import MAX_CHARS, of_text, without


def said(text):
    """The names a text speaks of, the strongest first."""
    weights = of_text(text)
    return [NAMES[index] for index in np.argsort(-weights) if weights[index]]


@pytest.mark.parametrize(
    ("english", "chinese", "expected"),
    [
        ("red dress", "红色连衣裙", "red"),
        ("bright red", "大红", "red"),
        ("Navy-Blue jacket", "藏青色夹克", "navy"),
        ("burgundy coat", "酒红大衣", "maroon"),
        ("white shirt", "白衬衫", "white"),
        ("GREY hoodie", "浅灰卫衣", "grey"),
        ("khaki trousers", "卡其色裤子", "olive"),
        ("rose gold watch", "玫瑰金手表", "gold"),
        ("off-white curtain", "米白窗帘", "white"),
    ],
)
def test_english_and_chinese_say_the_same(english, chinese, expected):
    assert expected in said(english)[:2]
    assert expected in said(chinese)[:2]


@pytest.mark.parametrize(
    "text",
    ["red wine glasses", "红酒杯", "蓝牙耳机", "Black & Decker drill", "hundred", "Schwarzkopf", "ice cream"],
)
def test_what_only_looks_like_a_colour_says_none(text):
    assert said(text) == []
    assert without(text) == text


def test_the_longest_word_counts_alone():
    assert said("wine red")[0] == "maroon"
    assert "red" not in said("rose gold")


def test_several_colours_count_alike():
    weights = dict(zip(NAMES, of_text("red and white striped shirt"), strict=True))
    assert weights["red"] == weights["white"] == pytest.approx(0.5**0.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("red dress", "dress"),
        ("Men's Navy-Blue T-Shirt", "Men's T-Shirt"),
        ("红色连衣裙", "连衣裙"),
        ("black", ""),
        ("gold ring", "gold ring"),
        ("orange", "orange"),
        ("toner ABC-RED-12", "toner ABC-RED-12"),
    ],
)
def test_words_that_say_only_a_colour_are_taken_out(text, expected):
    assert without(text) == expected


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read(text):
    weights = of_text(text)
    assert weights.shape == (len(NAMES),)
    assert np.linalg.norm(weights) == pytest.approx(1, abs=1e-5) or not weights.any()
    assert without(without(text)) == without(text) or said(text)


def test_only_so_much_of_a_text_is_read():
    assert said("x " * MAX_CHARS + "red") == []
    assert len(without("x" * 10 * MAX_CHARS)) == MAX_CHARS
