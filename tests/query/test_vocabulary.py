"""The words and phrases of a catalogue: counted, kept, laid over another."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.query.tables import Phrases
from wares.query.vocabulary import Vocabulary
from wares.records import Product, Variant
from wares.store.entries import Stored

TITLES = st.lists(st.text("abc ", min_size=1, max_size=12), max_size=8)


def vocabulary(*products: Product | str) -> Vocabulary:
    made = Vocabulary()
    rows = [Product(id=str(n), title=one) if isinstance(one, str) else one for n, one in enumerate(products)]
    made.learn([Stored(n, product, ()) for n, product in enumerate(rows)])
    return made


def phrases(made: Vocabulary) -> dict[str, tuple[str, int]]:
    found: Phrases = made.segments[0].phrases
    names = ("brand", "category", "query")
    return {
        text: (names[kind], int(count))
        for text, kind, count in zip(found.texts, found.kinds, found.counts, strict=True)
    }


def test_words_are_counted_once_a_product_and_folded():
    made = vocabulary("Red RED shoes", "red Café", "T-Shirt men's")
    assert [made.count(word) for word in ("red", "shoes", "cafe", "shirt", "tshirt", "men", "Red", "blue")] == [
        *(2, 1, 1, 1, 1, 1, 0, 0)
    ]


def test_words_come_from_brand_category_values_and_options_but_not_from_prose():
    made = vocabulary(
        Product(
            id="1",
            title="x",
            brand="Acme",
            category=("Garden", "Tools > Rakes"),
            attributes={"material": "steel", "tags": ("robust", "light"), "story": "prose " * 20},
            description="described",
            variants=(Variant(id="1-a", options={"size": "large"}),),
        )
    )
    words = ("acme", "garden", "tools", "rakes", "steel", "robust", "large")
    assert [made.count(word) for word in words] == [1] * len(words)
    assert not made.count("prose")
    assert not made.count("described")


def test_codes_are_no_words():
    made = vocabulary("Toner 006R90321 dv7-1211ea 15.6")
    assert made.segments[0].words.texts == ["toner"]


@given(TITLES)
def test_neighbours_in_titles_are_counted(titles: list[str]):
    made = vocabulary(*titles)
    pairs = Counter(pair for t in titles for pair in {(a, b) for a, b in zip(t.split(), t.split()[1:], strict=False)})
    assert all(made.pair(*pair) == count for pair, count in pairs.items())
    assert made.pair("never", "there") == 0


@settings(max_examples=30)
@given(TITLES)
def test_what_is_packed_is_read_again_and_packed_to_the_same_bytes(titles: list[str]):
    made = vocabulary(*titles)
    packed = made.pack()
    read = Vocabulary.unpack(packed)
    assert read.pack() == packed == vocabulary(*titles).pack()
    words = {word for title in titles for word in title.split()}
    assert all(read.count(word) == made.count(word) for word in words)
    assert read.tally() == made.tally()


@settings(max_examples=30)
@given(TITLES, TITLES)
def test_two_halves_count_as_one(first: list[str], second: list[str]):
    whole = vocabulary(*first, *second)
    both = vocabulary(*second).over(vocabulary(*first))
    read = Vocabulary.unpack(vocabulary(*second).pack()).over(Vocabulary.unpack(vocabulary(*first).pack()))
    for word in {word for title in (*first, *second) for word in title.split()}:
        assert both.count(word) == read.count(word) == whole.count(word)
        assert set(both.near(word, 1)) == set(whole.near(word, 1))
    assert both.tally() == whole.tally()
    assert both.pack() == whole.pack()


def test_a_half_that_was_read_learns_more():
    read = Vocabulary.unpack(vocabulary("red shoes").pack())
    read.learn([Stored(1, Product(id="1", title="red boots"), ())])
    assert [read.count(word) for word in ("red", "shoes", "boots")] == [2, 1, 1]
    assert read.pack() == vocabulary("red shoes", "red boots").pack()


def test_learning_leaves_what_was_laid_over_alone():
    base, later = vocabulary("red shoes"), vocabulary("red boots")
    both = later.over(base)
    later.learn([Stored(1, Product(id="1", title="boots"), ())])
    assert both.count("boots") == 1
    assert later.count("boots") == 2


@pytest.mark.parametrize("data", [b"", b"x", b"\x80", b"\x93\x01\x02\x03", vocabulary("red shoes").pack()[:-5]])
def test_anything_else_is_refused(data: bytes):
    with pytest.raises(ValueError, match="vocabulary"):
        Vocabulary.unpack(data)


def test_phrases_are_brands_categories_and_what_titles_and_values_say():
    shoe = {"brand": "Nike", "category": ("Clothing", "Running Shoes"), "attributes": {"colour": "red"}}
    found = phrases(
        vocabulary(Product(id="1", title="Air Zoom for men", **shoe), Product(id="2", title="Air Zoom", **shoe))
    )
    assert found["Nike"] == ("brand", 2)
    assert found["Running Shoes"] == ("category", 2)
    assert found["red running shoes"] == found["nike running shoes"] == found["air zoom"] == ("query", 2)
    assert not {"zoom for", "for men", "for"} & found.keys()


def test_one_brand_written_in_two_ways_is_one_phrase_as_it_is_written_most():
    products = [Product(id=str(n), title="x", brand=brand) for n, brand in enumerate(("NIKE", "Nike", "Nike"))]
    assert phrases(vocabulary(*products))["Nike"] == ("brand", 3)
    assert "NIKE" not in phrases(vocabulary(*products))


def test_chinese_is_cut_into_words_that_are_found_by_their_sound():
    made = vocabulary("红色运动鞋", "蓝色运动鞋")
    assert made.count("运动鞋") == 2
    assert made.sounding_like("yundongxie") == ["运动鞋"]
    assert made.sounding_like("yundong") == []
    assert made.longest_sound == len("yundongxie")
    assert vocabulary("shoes").longest_sound == 0
    assert vocabulary("女鞋").sounding_like("nvxie") == vocabulary("女鞋").sounding_like("nuxie") == ["女鞋"]
