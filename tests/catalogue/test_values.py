"""What cells say."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.catalogue import read, values
from wares.catalogue.text import plain_text
from wares.errors import CatalogueError
from wares.records import Media, Product


def product(folder: Path, **cells: Any) -> Product:
    """The product of a JSON line with these cells."""
    path = folder / "feed.jsonl"
    path.write_text(json.dumps({"id": "1", "title": "A", **cells}))
    (only,) = read(path, strict=True)
    return only


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("in stock", "in_stock"),
        ("IN_STOCK", "in_stock"),
        ("https://schema.org/InStock", "in_stock"),
        ("auf Lager", "in_stock"),
        ("有货", "in_stock"),
        (True, "in_stock"),
        ("17", "in_stock"),
        (3, "in_stock"),
        ("0", "out_of_stock"),
        ("-1", "out_of_stock"),
        (False, "out_of_stock"),
        ("Sold out", "out_of_stock"),
        ("缺货", "out_of_stock"),
        ("pre-order", "preorder"),
        ("BackOrder", "backorder"),
    ],
)
def test_availability_in_words_and_numbers(cell: object, expected: str):
    assert values.availability(cell) == expected


def test_unknown_availability_is_an_error():
    with pytest.raises(CatalogueError, match="'perhaps' is no availability"):
        values.availability("perhaps")


@pytest.mark.parametrize(("cell", "expected"), [("4,5", 4.5), ("4.5", 4.5), (5, 5.0), ("0", 0.0)])
def test_ratings(cell: object, expected: float):
    assert values.rating(cell, "") == expected


@pytest.mark.parametrize("cell", ["5.1", "-1", "good", 6, -0.5, float("nan"), True])
def test_ratings_outside_0_to_5_are_errors(cell: object):
    with pytest.raises(CatalogueError):
        values.rating(cell, "")


def test_counts():
    assert values.count("1,234") == 1234
    for cell in ("-1", "1.5", "many", 2.5):
        with pytest.raises(CatalogueError):
            values.count(cell)


@pytest.mark.parametrize(
    ("cell", "step", "path"),
    [
        ("Shoes > Running", "", ("Shoes", "Running")),
        ("Shoes/Running", "", ("Shoes", "Running")),
        ("Bread/Rolls", ">", ("Bread/Rolls",)),
        ("Food > Bread/Rolls", "", ("Food", "Bread/Rolls")),
        ("A › B", "", ("A", "B")),
        ("A|B", "", ("A", "B")),
        (" > A > ", "", ("A",)),
        (["A/B", "C"], "", ("A/B", "C")),
        ("A", "", ("A",)),
    ],
)
def test_categories_have_one_separator(cell: object, step: str, path: tuple[str, ...]):
    assert values.category(cell, step) == path


def test_a_feed_that_separates_by_arrows_keeps_its_slashes(tmp_path: Path):
    path = tmp_path / "feed.csv"
    path.write_text("id,title,category\n1,a,Food > Bread\n2,b,Bread/Rolls\n")
    assert [item.category for item in read(path)] == [("Food", "Bread"), ("Bread/Rolls",)]


@pytest.mark.parametrize(
    ("cell", "sources"),
    [
        ("a.jpg", ["/r/a.jpg"]),
        ("./a.jpg", ["/r/a.jpg"]),
        ("/r/abs/a.jpg", ["/r/abs/a.jpg"]),
        ("https://x/a.jpg", ["https://x/a.jpg"]),
        ("//x/a.jpg", ["https://x/a.jpg"]),
        ("a.jpg,b.png", ["/r/a.jpg", "/r/b.png"]),
        ("a.jpg | b.png", ["/r/a.jpg", "/r/b.png"]),
        ("https://x/a https://x/b", ["https://x/a", "https://x/b"]),
        ("https://x/w_2,h_3/a.jpg", ["https://x/w_2,h_3/a.jpg"]),
        ("my photo, front.jpg", ["/r/my photo, front.jpg"]),
        (["a.jpg", "b"], ["/r/a.jpg", "/r/b"]),
        ("a.jpg,", ["/r/a.jpg"]),
    ],
)
def test_media_paths_and_urls(cell: object, sources: list[str]):
    assert [medium.source for medium in values.media(cell, "image", "/r")] == sources


def test_the_extension_tells_the_modality_and_the_column_what_it_does_not():
    found = list(values.media("a.mp4 b.ogg c.jpg", "image", ""))
    assert [medium.modality for medium in found] == ["video", "audio", "image"]
    assert [medium.modality for medium in values.media("https://x/clip?id=3", "video", "")] == ["video"]
    assert [medium.modality for medium in values.media("https://x/a.MP4?t=1", "image", "")] == ["video"]


def test_pictures_after_the_first_show_details_unless_said_otherwise(tmp_path: Path):
    found = product(tmp_path, image="a.jpg", images=["b.jpg", "a.jpg", {"url": "c.jpg", "role": "packaging"}]).media
    root = str(tmp_path)
    assert found == (
        Media(f"{root}/a.jpg"),
        Media(f"{root}/b.jpg", role="detail"),
        Media(f"{root}/c.jpg", role="packaging"),
    )


def test_relations_are_ids_and_prose_is_an_attribute(tmp_path: Path):
    found = product(tmp_path, related_products="2, 3|2", accessories="a charger, a cable", similar_ids=[4, "5"])
    assert found.relations == {"related_to": ("2", "3"), "similar_to": ("4", "5")}
    assert found.attributes == {"accessories": "a charger, a cable"}


def test_attributes_of_json_keep_their_types_and_mappings_are_flattened(tmp_path: Path):
    found = product(tmp_path, size={"w": 2, "box": {"h": 1.5}}, tags=["a", " ", 3], vegan=True, none=None, empty="  ")
    assert found.attributes == {"size.w": 2.0, "size.box.h": 1.5, "tags": ("a", "3"), "vegan": True}


def test_ids_are_one_short_line(tmp_path: Path):
    assert product(tmp_path, id=7).id == "7"
    assert product(tmp_path, id=7.0).id == "7"
    for bad in ("x" * 257, "a\nb", True, {"a": 1}):
        with pytest.raises(CatalogueError, match="column id"):
            product(tmp_path, id=bad)


def test_a_sale_price_counts_while_it_holds(tmp_path: Path):
    now = product(tmp_path, price="20 EUR", sale_price="15 EUR")
    assert (str(now.price), now.attributes) == ("15.00 EUR", {"regular_price": 20.0})
    past = "2001-01-01T00:00-0800/2001-02-01T00:00-0800"
    over = product(tmp_path, price="20 EUR", sale_price="15 EUR", sale_price_effective_date=past)
    assert (str(over.price), over.attributes) == ("20.00 EUR", {})
    higher = product(tmp_path, price="20 EUR", sale_price="25 EUR")
    assert str(higher.price) == "20.00 EUR"
    with pytest.raises(CatalogueError, match="ISO 8601"):
        product(tmp_path, price="20", sale_price="15", sale_price_effective_date="next week")


def test_prices_as_mappings_are_those_that_wares_writes(tmp_path: Path):
    assert str(product(tmp_path, price={"amount": 1299, "currency": "EUR"}).price) == "12.99 EUR"
    assert str(product(tmp_path, price={"amount": "12.99", "currencyCode": "EUR"}).price) == "12.99 EUR"


def test_the_yen_sign_means_yuan_in_chinese_text(tmp_path: Path):
    assert str(product(tmp_path, title="红色连衣裙", price="¥199").price) == "199.00 CNY"
    assert str(product(tmp_path, title="赤いドレス", price="¥199").price) == "199 JPY"
    assert str(product(tmp_path, title="Dress", price="¥199").price) == "199 JPY"


def test_descriptions_lose_their_markup():
    html = "<p>Soft &amp; warm<br>wool</p><script>x()</script><ul><li>one<li>t<b>w</b>o</ul>"
    assert plain_text(html) == "Soft & warm\nwool\none\ntwo"
    assert plain_text("a < b and c > d") == "a < b and c > d"


@given(st.text(max_size=200))
def test_any_text_survives_the_removal_of_markup(text: str):
    assert isinstance(plain_text(text), str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
def test_any_cell_is_attributes_or_an_error(cell: object):
    try:
        found = dict(values.attributes("a", cell))
    except CatalogueError:
        return
    assert all(isinstance(value, str | float | bool | tuple) and value != "" for value in found.values())


def test_files_of_subtitles_are_told_by_their_names_or_their_role():
    cell = "clips/kettle.mp4 | clips/kettle.en.srt | clips/kettle.vtt"
    film, *texts = values.media(cell, "video", "/feed")
    assert film == Media("/feed/clips/kettle.mp4", "video")
    assert texts == [
        Media("/feed/clips/kettle.en.srt", "text", "subtitles"),
        Media("/feed/clips/kettle.vtt", "text", "subtitles"),
    ]
    named = [{"src": "a.vtt"}, {"src": "https://x/c?id=3", "role": "subtitles"}, {"src": "words", "modality": "text"}]
    assert values.media(named, "image", "/feed") == [
        Media("/feed/a.vtt", "text", "subtitles"),
        Media("https://x/c?id=3", "text", "subtitles"),
        Media("words", "text"),
    ]
    with pytest.raises(CatalogueError, match="lies outside"):
        values.media({"src": "../../etc/passwd", "role": "subtitles", "modality": "text"}, "image", "/feed")
