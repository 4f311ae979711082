"""Reviews in the store, and what they come to."""

from collections.abc import Callable

import pytest

from wares.records import Opinion, Reception, Review
from wares.store import reviews
from wares.store.entries import NOTHING, Entry
from wares.store.reviews import Keyed, Summed
from wares.store.store import Store

Make = Callable[..., Entry]
GOOD = Summed(Reception(reviews=1, opinions=(Opinion(aspect="battery", praised=1),)), "good battery")


def keyed(product: str, text: str, key: str = "") -> Keyed:
    return Keyed(key or text, Review(product=product, text=text))


def test_a_review_is_kept_once_and_replaced_by_its_key(store: Store) -> None:
    assert store.reviews.put([keyed("a", "good", "1"), keyed("a", "good", "1")]) == ["added", "unchanged"]
    assert store.reviews.put([keyed("a", "good", "1")]) == ["unchanged"]
    assert store.reviews.put([keyed("a", "bad", "1"), keyed("b", "good", "1")]) == ["changed", "added"]
    assert [one.text for one in store.reviews.of("a")] == ["bad"]
    assert store.reviews.counted() == (2, 2, 2)


def test_a_product_has_no_more_than_so_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "MOST", 2)
    assert store.reviews.put([keyed("a", str(n)) for n in range(3)]) == ["added", "added", "too many"]
    assert store.reviews.put([keyed("a", "more", "1")]) == ["changed"]


def test_what_is_not_summed_up_is_told_until_it_is(store: Store) -> None:
    assert store.reviews.unsummed() == ""
    store.reviews.put([keyed("a", "good")])
    token = store.reviews.unsummed()
    store.reviews.put([keyed("a", "bad")])
    store.reviews.settle(token)
    assert store.reviews.unsummed()  # the second has come since
    store.reviews.settle(store.reviews.unsummed())
    assert store.reviews.unsummed() == ""
    store.reviews.put([keyed("a", "good")])
    assert store.reviews.unsummed() == ""


def test_products_count_as_changed_when_their_reception_is_another(store: Store, entry: Make) -> None:
    store.put([entry("a"), entry("b")])
    before = store.last_change()
    assert store.reviews.sum({"a": GOOD, "absent": GOOD}) == 2
    assert [one.number for one in store.changes(before)] == [store.get(["a"])["a"][0]]
    assert store.reviews.sum({"a": GOOD}) == 0
    assert store.last_change() == before + 1


def test_a_reception_is_beside_its_product_also_if_that_comes_later(store: Store, entry: Make) -> None:
    store.reviews.sum({"a": GOOD})
    [number, other] = store.put([entry("a"), entry("b")])
    assert store.beside([number, other]).keys() == {number}
    [a, b] = store.stored([number, other])
    assert (a.beside.reception, a.beside.said) == (GOOD.reception, GOOD.words)
    assert b.beside is NOTHING
    assert store.reviews.receptions(["a", "b"]) == {"a": GOOD.reception}


def test_a_product_goes_with_its_reviews(store: Store, entry: Make) -> None:
    store.put([entry("a")])
    store.reviews.put([keyed("a", "good"), keyed("b", "good")])
    store.reviews.sum({"a": GOOD, "b": GOOD})
    store.remove(["a"])
    assert store.reviews.of("a") == []
    assert store.reviews.receptions(["a", "b"]).keys() == {"b"}


def test_reviews_are_walked_product_by_product(store: Store) -> None:
    store.reviews.put([keyed(id, text) for id in "cab" for text in ("one", "two")])
    pages = list(store.reviews.scan(batch=2))
    assert [[id for id, _ in page] for page in pages] == [["a", "b"], ["c"]]
    assert all(len(own) == 2 for page in pages for _, own in page)
