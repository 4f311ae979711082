"""Rows of one group become one product with variants."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.catalogue import read
from wares.catalogue.groups import Spool, merge
from wares.errors import CatalogueError
from wares.records import Media, Price, Product, Variant

HEADER = "id,item_group_id,title,price,color,size,material,image,availability"


def feed(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "feed.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_what_differs_is_the_variant_s_and_what_agrees_the_product_s(tmp_path: Path):
    path = feed(
        tmp_path,
        "a,g,Shirt - Red / S,20 EUR,Red,S,cotton,red.jpg,in stock",
        "b,g,Shirt - Blue / M,25 EUR,Blue,M,cotton,blue.jpg,out of stock",
    )
    (product,) = read(path)
    assert product == Product(
        id="g",
        title="Shirt",
        attributes={"material": "cotton"},
        price=Price(2000, "EUR"),
        availability="in_stock",
        variants=(
            Variant(id="a", options={"color": "Red", "size": "S"}, media=(Media(f"{tmp_path}/red.jpg"),)),
            Variant(
                id="b",
                options={"color": "Blue", "size": "M"},
                price=Price(2500, "EUR"),
                availability="out_of_stock",
                media=(Media(f"{tmp_path}/blue.jpg"),),
            ),
        ),
    )


def test_rows_of_a_group_need_not_stand_together(tmp_path: Path):
    rows = [f"v{number},g{number % 50},Thing {number % 50},1 EUR,c{number},,,," for number in range(500)]
    random.Random(3).shuffle(rows)
    products = list(read(feed(tmp_path, *rows)))
    assert len(products) == 50
    assert all(len(product.variants) == 10 for product in products)
    assert [product.id for product in products] == list(dict.fromkeys(row.split(",")[1] for row in rows))


def test_a_parent_s_row_gives_the_product_and_may_come_last(tmp_path: Path):
    path = feed(
        tmp_path,
        "p-S,p,,,,S,,,",
        "p-M,p,,12 EUR,,M,,,",
        "single,,Alone,3 EUR,,,,,",
        "p,,The shirt,10 EUR,,,wool,shirt.jpg,in stock",
    )
    shirt, alone = read(path)
    assert (shirt.id, shirt.title, shirt.price) == ("p", "The shirt", Price(1000, "EUR"))
    assert shirt.attributes == {"material": "wool"}
    assert [(variant.id, variant.options, variant.price) for variant in shirt.variants] == [
        ("p-S", {"size": "S"}, None),
        ("p-M", {"size": "M"}, Price(1200, "EUR")),
    ]
    assert (alone.id, alone.variants) == ("single", ())


def test_a_variant_may_have_the_id_of_its_group(tmp_path: Path):
    (product,) = read(feed(tmp_path, "g,g,Cup,1 EUR,red,,,,", "h,g,Cup,1 EUR,blue,,,,"))
    assert [variant.id for variant in product.variants] == ["g", "h"]


def test_a_variant_given_twice_is_told_with_its_first_line(tmp_path: Path):
    path = feed(tmp_path, "a,g,Cup,1 EUR,red,,,,", "b,g,Cup,1 EUR,blue,,,,", "a,g,Cup,2 EUR,green,,,,")
    catalogue = read(path)
    (product,) = catalogue
    assert [variant.id for variant in product.variants] == ["a", "b"]
    assert [(p.line, p.reason) for p in catalogue.problems] == [
        (4, f"the id 'a' was given before, at {path}:2; the first one counts")
    ]


def test_a_group_in_which_nobody_has_a_title_is_told(tmp_path: Path):
    catalogue = read(feed(tmp_path, "a,g,,1 EUR,red,,,,", "b,h,Cup,1 EUR,blue,,,,"))
    assert [product.id for product in catalogue] == ["h"]
    assert [(problem.line, problem.reason) for problem in catalogue.problems] == [(2, "no title")]


def test_a_title_keeps_its_words_where_the_rows_do_not_agree_without_options(tmp_path: Path):
    (product,) = read(feed(tmp_path, "a,g,Red shirt,1 EUR,Red,,,,", "b,g,A blue blouse,1 EUR,Blue,,,,"))
    assert product.title == "Red shirt"


def test_groups_of_formats_without_a_header_are_found_wherever_they_begin(tmp_path: Path):
    path = tmp_path / "feed.jsonl"
    rows = [f'{{"id": "{number}", "title": "T"}}' for number in range(400)]
    rows += ['{"id": "3-a", "title": "T", "item_group_id": "3", "size": "S"}']
    path.write_text("\n".join(rows))
    catalogue = read(path)
    products = {product.id: product for product in catalogue}
    assert catalogue.problems == []
    assert len(products) == 400
    assert [variant.id for variant in products["3"].variants] == ["3-a"]


def test_the_products_before_a_break_are_given_and_then_the_break_is_raised(tmp_path: Path):
    path = tmp_path / "feed.xml"
    item = "<item><g:id>{0}</g:id><g:item_group_id>{1}</g:item_group_id><g:title>T</g:title></item>"
    path.write_text(
        f"<rss><channel>{item.format('a', 'g')}{item.format('b', 'h')}<item><g:id>c</item></channel></rss>"
    )
    products = iter(read(path))
    assert [next(products).id, next(products).id] == ["g", "h"]
    with pytest.raises(CatalogueError, match=r"feed\.xml:1: the XML is not well-formed"):
        next(products)


PRICES = st.none() | st.builds(Price, st.integers(0, 500), st.just("EUR"))
STOCK = st.sampled_from([None, "in_stock", "out_of_stock"])
ATTRIBUTES = st.dictionaries(st.sampled_from(["color", "size", "material"]), st.sampled_from(["x", "y"]), max_size=3)
MEDIA = st.lists(st.builds(Media, st.sampled_from(["a", "b", "c"])), unique=True, max_size=3).map(tuple)


@given(
    st.lists(
        st.builds(
            Product,
            id=st.uuids().map(str),
            title=st.sampled_from(["Cup", "Cup x"]),
            price=PRICES,
            availability=STOCK,
            attributes=ATTRIBUTES,
            media=MEDIA,
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row.id,
    )
)
def test_nothing_of_a_row_is_lost_when_it_is_merged(rows: list[Product]):
    product = merge("g", rows)
    for row, variant in zip(rows, product.variants, strict=True):
        assert variant.id == row.id
        assert {**product.attributes, **variant.options} == row.attributes
        assert set(row.media) <= {*product.media, *variant.media}
        assert (variant.price or product.price) == (row.price or product.price)
        assert row.availability in (None, variant.availability or product.availability)
        if row.availability is None:
            assert product.availability in (None, "in_stock")


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 99)), max_size=60))
def test_the_spool_groups_like_a_dictionary(entries: list[tuple[str, int]]):
    spool, expected = Spool(), {}
    for line, (key, amount) in enumerate(entries, 1):
        spool.add(key, line, Product(id=f"{line}", title="t", price=Price(amount)))
        expected.setdefault(key, []).append((line, amount))
    found = list(spool.groups())
    spool.close()
    assert [group.key for group in found] == list(expected)
    for group in found:
        assert group.line == expected[group.key][0][0]
        assert [(int(row.id), row.price.amount) for row in group.rows if row.price] == expected[group.key]
