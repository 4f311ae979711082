"""Reviews of a shop's products: what they come to is found, filtered by, and stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wares.errors import QueryError
from wares.records import Product, Review
from wares.settings import Environment
from wares.shop import Shop

PRODUCTS = [
    Product(id="a", title="Acme headphones", category=("Audio",)),
    Product(id="b", title="Bolt headphones", category=("Audio",), rating=3.5, rating_count=10),
    Product(id="c", title="Cato lamp", category=("Home",)),
]
SAID = {
    "a": ["Great battery", "The battery lasts all day, excellent", "Battery is superb. The charging case broke"],
    "b": ["Terrible battery", "battery died", "Bad battery, good sound"],
    "later": ["Good sound", "Superb sound", "the sound is crisp"],
}
REVIEWS = [
    Review(product=id, text=text, rating=1 if id == "b" else 5) for id, texts in SAID.items() for text in texts
]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    environment = Environment(cache=tmp_path / "cache", offline=True)
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(PRODUCTS)
        yield opened


@pytest.fixture
def reviewed(shop: Shop) -> Shop:
    shop.add_reviews(REVIEWS)
    return shop


def found(shop: Shop, text: str, where: str | None = None) -> list[str]:
    return [hit.id for hit in shop.search(text, where=where).hits]


def test_what_was_read_is_told_and_reading_it_again_changes_nothing(shop: Shop) -> None:
    first = shop.add_reviews(REVIEWS)
    assert (first.added, first.products, first.unknown, first.received) == (9, 3, ("later",), 3)
    before = shop.info().last_change
    again = shop.add_reviews(REVIEWS)
    assert (again.added, again.unchanged, again.received) == (0, 9, 0)
    assert shop.info().last_change == before


def test_products_are_filtered_by_what_they_are_praised_and_criticised_for(reviewed: Shop) -> None:
    assert found(reviewed, "headphones", 'praised = "battery"') == ["a"]
    assert found(reviewed, "headphones", "criticised = battery") == ["b"]
    facets = reviewed.search("headphones", facets=("praised", "criticised"), parse=False).facets
    assert [(value.value, value.count) for value in facets["praised"]] == [("battery", 1)]


def test_the_words_of_reviews_are_found(reviewed: Shop) -> None:
    assert found(reviewed, "charging case problems", None) == ["a"]


def test_stars_are_those_of_the_reviews_where_the_feed_has_none(reviewed: Shop) -> None:
    stars = {hit.id: hit.product.rating for hit in reviewed.search().hits}
    assert stars == {"a": 5.0, "b": 3.5, "c": None}
    assert found(reviewed, "well reviewed headphones") == ["a"]
    assert reviewed.get("a").rating is None  # the feed's own product


def test_questions_for_what_is_praised_become_chips(reviewed: Shop) -> None:
    results = reviewed.search("headphones with good battery")
    [chip] = [chip for chip in results.chips if chip.kind == "reviews"]
    assert chip.id == 'praised = "battery"'
    assert results.hits[0].id == "a"
    ignored = reviewed.search("headphones with good battery", ignore=[chip.id])
    assert {hit.id for hit in ignored.hits} == {"a", "b"}


def test_a_shop_without_reviews_has_no_such_chips(shop: Shop) -> None:
    assert [chip.kind for chip in shop.search("headphones with good battery").chips if chip.kind == "reviews"] == []


def test_the_reception_stays_when_the_feed_comes_again(reviewed: Shop) -> None:
    reviewed.add([Product(id="a", title="Acme headphones, black", category=("Audio",))])
    assert found(reviewed, "black", "praised = battery") == ["a"]


def test_reviews_wait_for_their_product(reviewed: Shop) -> None:
    reviewed.add([Product(id="later", title="Late speaker", category=("Audio",))])
    assert found(reviewed, "speaker", "praised = sound") == ["later"]


def test_reviews_go_with_their_product(reviewed: Shop) -> None:
    reviewed.remove(["a"])
    assert reviewed.reviews("a") == []
    reviewed.add(PRODUCTS)
    assert reviewed.reception("a") is None


def test_single_reviews_can_be_removed(shop: Shop) -> None:
    said = [Review(product="a", text="Great battery", id=str(n)) for n in range(4)]
    shop.add_reviews(said)
    assert found(shop, "headphones", "praised = battery") == ["a"]
    assert shop.remove_reviews("a", ["0", "1", "absent"]) == 2
    reception = shop.reception("a")
    assert reception is not None
    assert reception.reviews == 2
    assert found(shop, "headphones", "praised = battery") == []
    assert shop.remove_reviews("a") == 2
    assert shop.reception("a") is None
    assert shop.remove_reviews("a") == 0
    assert "great" not in str(shop.search("great battery", parse=False).hits)


def test_hits_tell_the_clause_that_was_asked_for(reviewed: Shop) -> None:
    hit = reviewed.search("acme headphones charging case").hits[0]
    [passage] = hit.passages
    assert (passage.passage.kind, passage.passage.text, passage.source) == ("review", "the charging case broke", "")
    assert [passage.passage.text[start:end] for start, end in passage.spans] == ["charging", "case"]
    assert all(not one.passages for one in reviewed.search("bolt headphones").hits)  # the title says so


def test_the_index_built_anew_has_them_too(reviewed: Shop) -> None:
    reviewed.rebuild()
    assert found(reviewed, "headphones with good battery") == ["a"]
    assert found(reviewed, "charging case problems") == ["a"]


def test_a_feed_of_its_own_words_is_not_overwritten(shop: Shop) -> None:
    shop.add([Product(id="a", title="Acme headphones", attributes={"praised": ("by critics",)})])
    shop.add_reviews(REVIEWS)
    assert found(shop, "headphones", 'praised = "by critics"') == ["a"]
    assert found(shop, "headphones", "praised = battery") == []


def test_how_a_product_was_received_is_told(reviewed: Shop) -> None:
    reception = reviewed.reception("b")
    assert reception is not None
    assert (reception.reviews, reception.rated, reception.rating) == (3, 3, 1.0)
    assert reception.aspects("criticised") == ("battery",)
    assert reviewed.reception("c") is None
    with pytest.raises(QueryError):
        reviewed.reception("nothing")


def test_what_a_killed_job_left_is_made_up_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("wares.reviewing.summed", lambda *given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shop.add_reviews(REVIEWS)
    assert shop.reception("a") is None
    assert shop.add_reviews(REVIEWS).received == 3
