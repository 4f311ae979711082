"""Conditions one by one, compared with what the index itself lets pass."""

from __future__ import annotations

import pytest

from wares.insight.conditions import conditions, passes
from wares.query import filters
from wares.records import AllOf, Chip, Compare, Filter, Product, Query
from wares.shop import Shop

FILTERS = [
    "price < 15",
    "price >= 20 AND price <= 30",
    'colour = "red"',
    'NOT colour = "red"',
    'colour IN ("red", "blue") AND brand = "ACME"',
    'category UNDER "Kitchen"',
    "size EXISTS",
    'size = "L" AND price < 30',
    'size = "S" AND price < 30',
    'size != "S"',
    'brand = "Acme" OR price > 25',
]


@pytest.mark.parametrize("text", FILTERS)
def test_a_product_passes_if_and_only_if_the_index_lets_it_pass(shop: Shop, goods: list[Product], text: str) -> None:
    where = filters.parse(text)
    found = {hit.id for hit in shop.search(Query(where=where, limit=100)).hits}
    folded = {id for hit in shop.search(Query(where=where, limit=100)).hits for id in hit.folded}
    fields = shop.trace(Query()).fields
    for product in goods:
        assert passes(product, where, fields) is (product.id in found | folded)


def test_the_parts_of_a_filter_are_told_one_by_one_and_then_those_of_the_words(
    shop: Shop, goods: list[Product]
) -> None:
    where = filters.parse('(price < 15 AND brand = "Acme") AND (colour = "blue" OR colour = "red")')
    chips = [chip(Compare("colour", "=", "green")), chip(Compare("price", ">", 99.0), applied=False)]
    found = conditions(goods[0], where, chips, shop.trace(Query()).fields)
    assert [(each.text, each.source, each.said, each.holds) for each in found] == [
        ("price < 15", "filter", "", True),
        ('brand = "Acme"', "filter", "", True),
        ('colour = "blue" OR colour = "red"', "filter", "", True),
        ('colour = "green"', "words", "some words", False),
    ]
    assert found[1].values == {"brand": ("Acme",)}
    assert found[3].values == {"colour": ("red",)}


def test_a_long_list_of_values_is_cut_short(shop: Shop) -> None:
    many = Product(id="m", title="m", attributes={"colour": tuple("abcdefg")})
    [only] = conditions(many, Compare("colour", "=", "z"), (), shop.trace(Query()).fields)
    assert only.values == {"colour": ("a", "b", "c", "d", "e", "and 2 more")}


def test_no_filter_is_no_condition(shop: Shop, goods: list[Product]) -> None:
    fields = shop.trace(Query()).fields
    for nothing in (None, AllOf(())):
        assert conditions(goods[0], nothing, (), fields) == ()
        assert passes(goods[0], nothing, fields)


def chip(where: Filter, *, applied: bool = True) -> Chip:
    return Chip(id="x", kind="colour", text="some words", start=0, end=10, where=where, applied=applied)
