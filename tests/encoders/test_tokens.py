"""What a text is cut into."""

import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

from wares.encoders.tokens import MAX_CHARS, MAX_WORD, STOP_WORDS, cut, fold, telling, term_id, tokens

CASES = {
    # words
    "Wireless Headphones": ["wireless", "headphon"],
    "running shoes": ["run", "shoe"],
    "Women's WOMEN’S women": ["women", "women", "women"],
    "Levi's L'Oréal": ["levi", "loreal"],
    "Über-Straße": ["uberstrass", "uber", "strass"],
    "Кресло κόκκινο": ["кресло", "κοκκινο"],
    # codes
    "Xerox 006R90321": ["xerox", "006r90321"],
    "dv7-1211ea": ["dv71211ea", "dv7", "1211ea"],
    "DV7 1211EA": ["dv7", "1211ea"],
    "t-shirt H&M v1.2": ["tshirt", "t", "shirt", "hm", "h", "m", "v12", "v1", "2"],
    "802.11n/ac": ["80211n", "802", "11n", "ac"],
    "3101s": ["3101s"],
    # numbers and measures
    "43.2 cm": ["43.2", "43.2cm"],
    "4 GB 4gb 4-GB": ["4", "4gb"] * 3,
    '17" 17″ 17 inches 17-inch': ["17", "17inch"] * 4,
    "1,000 pcs 12,5": ["1000", "1000pc", "12", "5"],
    "4gb-ddr3": ["4gbddr3", "4", "4gb", "ddr3"],
    "pack of 2 meters": ["pack", "of", "2", "meter"],
    "Core™2 Duo®": ["core", "2", "duo"],
    # other scripts
    "ＦＵＬＬ　ｗｉｄｔｈ": ["full", "width"],
    "夏季连衣裙": ["夏季", "连衣", "衣裙", "连衣裙"],
    "iPhone15手机壳": ["iphone15", "手机", "壳"],
    "小さい椅子": ["小", "さい", "椅子"],
    "ソファー": ["ソフ", "ファ", "ァー"],
    "가죽 소파 방": ["가죽", "소파", "방"],
    "เก้าอี้": ["เก", "ก้", "้า", "าอ", "อี", "ี้"],
    "कुर्सी": ["कुर्सी"],
    # nothing
    "": [],
    " \x00\n—…!?😀🇨🇳": [],
}


@pytest.mark.parametrize("text", CASES, ids=ascii)
def test_a_text_is_cut_as_said(text):
    assert tokens(text) == CASES[text]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DV7-1211EA", "dv7‑1211ea"),
        ("5 kg", "5KG"),
        ("Café", "cafe\u0301"),
        ("ﬁtness", "fitness"),
        ("ｉＰｈｏｎｅ", "iphone"),
        ("AT&T", "at+t"),
        ("batteries", "Battery"),
        ("手机（黑色）", "手机 黑色"),
    ],
)
def test_two_ways_to_write_one_thing_are_the_same(one, other):
    assert tokens(one) == tokens(other)


def test_characters_of_a_guessed_chinese_word_stand_beside_it():
    assert tokens("健身阻血帶")[:1] == ["健身"]
    assert {"阻", "血", "帶"} < set(tokens("健身阻血帶"))


@given(st.text(max_size=60))
def test_any_text_gives_folded_tokens_without_blanks(text):
    for token in tokens(text):
        assert token
        assert not any(character.isspace() for character in token)
        assert unicodedata.is_normalized("NFKC", token) or len(token) <= 2  # a pair may begin within a syllable
        assert len(token) <= MAX_WORD


@given(st.text(max_size=60))
def test_case_and_form_do_not_matter(text):
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))
    assert tokens(fold(text)) == tokens(text)


@given(st.text(st.characters(codec="ascii"), max_size=80), st.text(st.characters(codec="ascii"), max_size=80))
def test_a_line_break_parts_texts(one, other):
    assert tokens(f"{one}\n{other}") == tokens(one) + tokens(other)


def test_stop_words_go_unless_nothing_else_is_said():
    assert telling(tokens("the case for an iPhone")) == ["case", "iphon"]
    assert telling(tokens("The Who")) == ["who"]
    assert telling(tokens("it is the")) == ["it", "is", "the"]
    assert telling(tokens("我的手机")) == ["手机"]


def test_stop_words_are_written_as_tokens_come_out():
    stemmer = Stemmer.Stemmer("english")
    assert [word for word in STOP_WORDS if word.isascii() and stemmer.stemWord(word) != word] == []


@pytest.mark.parametrize("piece", ["a", "-", "a-", "1,000 ", "连衣裙", "ソ", "\u0301", "'s", "9" * 50 + " gb "])
def test_a_text_of_any_length_is_cut_in_bounded_time_and_space(piece):
    text = piece * (3 * MAX_CHARS // len(piece))
    start = time.process_time()
    found = tokens(text)
    assert time.process_time() - start < 5
    assert len(found) <= 3 * MAX_CHARS
    assert max(map(len, found), default=0) <= MAX_WORD
    assert found == tokens(text[:MAX_CHARS])


@pytest.mark.parametrize("text", ["红色运动鞋", "Nike 男士跑鞋 42码", "", " a  b "])
def test_a_text_in_pieces_is_the_text(text):
    assert "".join(cut(text)) == text


def test_pieces_are_words():
    assert cut("红色运动鞋") == ["红色", "运动鞋"]


def test_threads_cut_alike():
    texts = [f"running{n} Batteries-{n} {n} inches 连衣裙{n}" + " organisations" * 20 for n in range(200)]
    expected = [tokens(text) for text in texts]
    barrier = threading.Barrier(4)

    def cut_all(_):
        barrier.wait()
        return [tokens(text) for text in texts]

    with ThreadPoolExecutor(4) as pool:
        assert all(found == expected for found in pool.map(cut_all, range(4)))


def test_term_numbers_are_stable_and_of_32_bits():
    assert [term_id("shoe"), term_id("连衣裙")] == [3515400552, 1342910241]
    assert all(0 <= term_id(token) < 2**32 for token in ("", "a", "\ud800", "x" * 64))


def test_hardly_two_of_many_terms_share_a_number():
    assert len({term_id(f"sku{number}") for number in range(50_000)}) >= 49_998
