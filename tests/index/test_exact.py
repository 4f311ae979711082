"""The oracle itself, against answers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wares.index.base import Channel, VectorSpec
from wares.index.exact import ExactIndex, holds
from wares.records import AllOf, AnyOf, Compare, Exists, In, Not, Sparse

OFFER = {"colours": ["red", "blue"], "price": 5.0, "new": False}


@pytest.mark.parametrize(
    ("where", "truth"),
    [
        (Compare("colours", "=", "blue"), True),
        (Compare("colours", "!=", "blue"), False),
        (Compare("colours", "!=", "green"), True),
        (Compare("size", "!=", "m"), False),
        (Not(Compare("size", "=", "m")), True),
        (In("colours", ("green", "red")), True),
        (In("price", (4.0, 6.0)), False),
        (Compare("price", "<", 5.0), False),
        (Compare("price", "<=", 5.0), True),
        (Compare("price", ">", 4.0), True),
        (Compare("price", ">=", 5.5), False),
        (Compare("new", "=", False), True),
        (Exists("new"), True),
        (Exists("size"), False),
        (AllOf(()), True),
        (AnyOf(()), False),
        (AllOf((Exists("new"), Exists("size"))), False),
        (AnyOf((Exists("new"), Exists("size"))), True),
    ],
)
def test_what_a_filter_says_of_one_offer(where, truth):
    assert holds(where, OFFER) is truth


def test_words_are_weighted_by_how_rare_they_are(point):
    index = ExactIndex([])
    index.upsert([point(1, words={1: 1.0, 2: 0.5}), point(2, words={1: 2.0}), point(3)])
    answer = index.query([Channel("words", Sparse((1, 2), (1.0, 3.0)), 10)])
    common, rare = math.log(1 + 0.5 / 2.5), math.log(1 + 1.5 / 1.5)
    assert answer.numbers == (1, 2)
    assert answer.scores[:, 0] == pytest.approx([common + 3 * 0.5 * rare, 2 * common])


def test_the_best_row_of_a_product_counts_and_ties_go_by_number(point):
    index = ExactIndex([VectorSpec("photo", 2, multi=True)])
    index.upsert([point(n, vectors={"photo": [[0, 1], [0.6, 0.8]]}) for n in (3, 1, 2)])
    answer = index.query([Channel("photo", np.array([1, 0], np.float32), 2)])
    assert answer.numbers == (1, 2)
    assert answer.scores[:, 0] == pytest.approx([0.6, 0.6])
    assert answer.brought.all()
