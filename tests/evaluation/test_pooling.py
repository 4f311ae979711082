"""Pools: everything that any system has at first, each product once, in an order that tells nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import QueryError, StoreError
from wares.evaluation.pooling import pool
from wares.evaluation.records import Asked, System
from wares.records import Part, Query, Results

Answering: TypeAlias = Callable[[Mapping[str, Sequence[str]]], System]


def question(id: str = "q", **page: object) -> Asked:
    return Asked(id=id, query=Query(parts=(Part("text", "red"),), **page))  # type: ignore[arg-type]


LISTS = st.lists(st.lists(st.sampled_from("abcdefghij"), unique=True), min_size=1, max_size=4)


@given(lists=LISTS, k=st.integers(1, 8))
def test_a_pool_is_the_union_of_the_first_of_each(lists: list[list[str]], k: int, answering: Answering) -> None:
    systems = [answering({"red": ids}) for ids in lists]
    found = [product.id for product in pool(question(limit=3, offset=2, sort="price"), systems, k)]
    assert len(found) == len(set(found))
    assert set(found) == {id for ids in lists for id in ids[:k]}


@given(lists=LISTS, chance=st.randoms())
def test_the_order_does_not_tell_who_found_what(lists: list[list[str]], chance: object, answering: Answering) -> None:
    """It stays the same whatever the systems' order and ranks are, and when a pool grows."""
    shuffled = [chance.sample(ids, len(ids)) for ids in lists]  # type: ignore[attr-defined]
    one = pool(question(), [answering({"red": ids}) for ids in lists], 10)
    other = pool(question(), [answering({"red": ids}) for ids in reversed(shuffled)], 10)
    assert one == other
    fewer = pool(question(), [answering({"red": lists[0]})], 10)
    assert list(fewer) == [product for product in one if product in fewer]


def test_questions_have_orders_of_their_own(answering: Answering) -> None:
    system = answering({"red": "abcdefghij"})
    orders = {tuple(product.id for product in pool(question(f"q{n}"), [system], 10)) for n in range(20)}
    assert len(orders) > 15


def test_who_cannot_answer_is_left_out(answering: Answering) -> None:
    able, unable = answering({"red": "ab"}), answering({})
    assert {product.id for product in pool(question(), [unable, able], 10)} == {"a", "b"}
    with pytest.raises(QueryError, match="nobody knows"):
        pool(question(), [unable, unable], 10)
    assert pool(question(), [answering({"red": ""})], 10) == ()


def test_a_broken_shop_is_no_matter_of_the_question(answering: Answering) -> None:
    def broken(query: Query) -> Results:
        raise StoreError("the disk is on fire")

    with pytest.raises(StoreError, match="fire"):
        pool(question(), [answering({"red": "ab"}), broken], 10)
