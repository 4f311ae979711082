"""What a shop suggests to somebody who is typing."""

from __future__ import annotations

from pathlib import Path

import pytest

from wares.records import Product, Suggestion
from wares.shop import Shop

PRODUCTS = [
    Product(id="a-1", title="Nike red running shoes", brand="Nike", category=("Shoes", "Running shoes")),
    Product(id="a-2", title="Nike blue running shoes", brand="Nike", category=("Shoes", "Running shoes")),
    Product(id="KX100", title="Kodex camera", brand="Kodex", category=("Cameras",)),
    Product(id="z-1", title="红色运动鞋", brand="安踏", category=("鞋", "运动鞋")),
]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop.open(tmp_path / "shop", model="basic")
    made.add(PRODUCTS)
    return made


def of(kind: str, found: tuple[Suggestion, ...]) -> list[str]:
    return [each.id or each.text for each in found if each.kind == kind]


def test_phrases_come_first_and_then_products(shop: Shop):
    found = shop.suggest("runing sh")
    kinds = [each.kind for each in found]
    assert kinds == sorted(kinds, key="product".__eq__)
    assert of("category", found) == ["Running shoes"]
    assert of("product", found) == ["a-1", "a-2"]


def test_products_have_every_whole_word_and_one_that_the_last_may_become(shop: Shop):
    assert of("product", shop.suggest("red nike sho")) == ["a-1"]
    assert of("query", shop.suggest("red nike sho")) == ["red nike shoes"]
    assert of("product", shop.suggest("green nike sho")) == []
    assert of("product", shop.suggest("yund")) == ["z-1"]


def test_an_article_number_leads_to_its_product(shop: Shop):
    assert of("product", shop.suggest("kx100")) == ["KX100"]


def test_what_is_added_is_suggested_at_once(shop: Shop):
    assert shop.suggest("yog") == ()
    shop.add([Product(id="y", title="Yoga mat", brand="Lotus")])
    found = shop.suggest("yog")
    assert of("product", found) == ["y"]
    assert "yoga mat" in of("query", found)


@pytest.mark.parametrize("k", [-1, 0, 1, 3, 8, 10_000])
def test_there_are_at_most_k(shop: Shop, k: int):
    assert len(shop.suggest("n", k)) <= max(0, k)


@pytest.mark.parametrize("prefix", ["", "  ", "👟", "x" * 10_000, "zzzz qqqq", "\x00", "' OR"])
def test_what_leads_nowhere_suggests_nothing(shop: Shop, prefix: str):
    assert shop.suggest(prefix) == ()


def test_an_empty_shop_suggests_nothing(tmp_path: Path):
    with Shop.open(tmp_path / "shop", model="basic") as shop:
        assert shop.suggest("red") == ()
