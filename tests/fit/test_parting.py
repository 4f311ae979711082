"""Which products are one, and which are held out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.fit.parting import Pictured, groups, held_out, plain
from wares.records import Product


def pictured(title: str, *keys: str, id: str = "") -> Pictured:
    product = Product(id=id or f"{title} {' '.join(keys)}", title=title)
    return Pictured(product, keys, np.zeros((len(keys), 3), np.float32))


def many(number: int, first: int = 0) -> list[Pictured]:
    return [pictured(f"Thing {n}", f"key{n}") for n in range(first, first + number)]


def test_products_of_one_title_or_one_picture_are_one() -> None:
    products = [pictured("Red mug", "a"), pictured("  red   MUG ", "b"), pictured("Cup", "b", "c"), pictured("Lamp")]
    assert groups(products).tolist() == [0, 0, 0, 1]


def test_being_one_goes_from_one_to_the_next() -> None:
    """a and d have nothing in common but b and c between them."""
    products = [pictured("A", "1"), pictured("D", "3"), pictured("B", "1", "2"), pictured("C", "2", "3")]
    assert set(groups(products).tolist()) == {0}


def test_a_title_that_is_called_like_a_picture_is_no_picture() -> None:
    assert groups([pictured("key1", "a"), pictured("Other", "key1")]).tolist() == [0, 1]


def test_nothing_is_in_no_group() -> None:
    assert groups([]).tolist() == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.lists(st.sampled_from("12345"), max_size=2)), min_size=1, max_size=9
    )
)
def test_groups_are_those_that_a_walk_through_all_pairs_finds(rows: list[tuple[str, list[str]]]) -> None:
    products = [pictured(title, *keys, id=str(n)) for n, (title, keys) in enumerate(rows)]
    number = list(range(len(rows)))
    for _ in rows:  # as often as the longest way from one to another may be
        for one, (title, keys) in enumerate(rows):
            for other, (its_title, its_keys) in enumerate(rows):
                if title == its_title or set(keys) & set(its_keys):
                    number[one] = number[other] = min(number[one], number[other])
    found = groups(products)
    for one in range(len(rows)):
        for other in range(len(rows)):
            assert (found[one] == found[other]) == (number[one] == number[other])
    assert set(found.tolist()) == set(range(len(set(number))))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=60))
def test_held_out_cuts_no_group(rows: list[tuple[int, int]]) -> None:
    products = [pictured(f"Title {title}", f"key{key}", id=str(n)) for n, (title, key) in enumerate(rows)]
    group = groups(products)
    out = held_out(products, group)
    for number in set(group.tolist()):
        assert len(set(out[group == number].tolist())) == 1


@pytest.mark.parametrize(("number", "share"), [(900, 0.2), (2_000, 0.1), (12_000, 0.05)])
def test_of_a_small_catalogue_more_is_held_out(number: int, share: float) -> None:
    products = many(number)
    out = held_out(products, groups(products))
    assert out.mean() == pytest.approx(share, abs=0.035 * (900 / number) ** 0.5 + 0.005)


def test_what_is_held_out_stays_so_while_the_catalogue_grows() -> None:
    few, more = many(300), many(900)
    before, after = (held_out(products, groups(products)) for products in (few, more))
    np.testing.assert_array_equal(before, after[:300])


def test_of_a_much_greater_catalogue_less_is_held_out_but_nothing_that_was_learned_from() -> None:
    """The share falls, and no product that a fit learned from is used to measure a later one."""
    few, more = many(900), many(2_000)
    before, after = (held_out(products, groups(products)) for products in (few, more))
    assert after[:900].mean() < before.mean()
    assert not (after[:900] & ~before).any()


def test_the_order_of_products_does_not_matter() -> None:
    products = many(200)
    turned = products[::-1]
    forth, back = (held_out(some, groups(some)) for some in (products, turned))
    np.testing.assert_array_equal(forth, back[::-1])


def test_titles_are_compared_without_case_and_spaces() -> None:
    assert plain("  Red \t MUG\n") == plain("red mug")
    assert plain("红色 杯子") == "红色 杯子"


def test_a_title_that_is_half_a_letter_can_be_held_out_too() -> None:
    products = [pictured("\ud800", "a"), pictured("", "b")]
    assert held_out(products, groups(products)).shape == (2,)
