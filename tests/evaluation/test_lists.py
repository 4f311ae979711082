"""Measures of recommendation lists, against their definitions."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from wares.evaluation.lists import catalogue_coverage, intra_list_diversity, novelty

whole = st.integers(min_value=-9, max_value=9).map(float)
vectors = arrays.arrays(
    np.float32, arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=7), elements=whole
)


@given(vectors)
def test_diversity_is_what_pairs_have_not_in_common(rows: np.ndarray) -> None:
    present = [row.astype(np.float64) for row in rows if row.any()]
    cosines = [
        float(one @ other) / math.sqrt(float(one @ one) * float(other @ other))
        for one, other in itertools.combinations(present, 2)
    ]
    expected = 1 - sum(cosines) / len(cosines) if cosines else 0.0
    assert intra_list_diversity(rows) == pytest.approx(expected, abs=1e-9)
    assert intra_list_diversity(rows) >= 0


def test_diversity_by_hand() -> None:
    assert intra_list_diversity(np.array([[1, 0], [0, 2]], np.float32)) == 1
    assert intra_list_diversity(np.array([[1, 0], [3, 0]], np.float32)) == 0
    assert intra_list_diversity(np.array([[1, 0], [-1, 0]], np.float32)) == 2
    assert intra_list_diversity(np.array([[1, 0], [0, 0]], np.float32)) == 0
    assert intra_list_diversity(np.empty((0, 4), np.float32)) == 0


products = st.sampled_from("abcdefgh")
lists = st.lists(st.lists(products, unique=True, max_size=5), max_size=5)


@given(lists, st.dictionaries(products, st.integers(min_value=0, max_value=1_000)))
def test_novelty_is_the_mean_of_self_information(listed: list[list[str]], clicks: dict[str, int]) -> None:
    total = sum(clicks.values())
    means = [
        sum(-math.log2(max(clicks.get(product, 0), 1) / total) for product in one) / len(one)
        for one in listed
        if one and total
    ]
    assert novelty(listed, clicks) == pytest.approx(sum(means) / len(means) if means else 0.0)


def test_novelty_by_hand() -> None:
    clicks = {"a": 4, "b": 3, "c": 1, "d": 0}
    assert novelty([["a", "c"]], clicks) == (1 + 3) / 2
    assert novelty([["a"], ["c"], []], clicks) == (1 + 3) / 2
    assert novelty([["d"], ["never seen"]], clicks) == 3
    assert novelty([["a"]], {}) == novelty([], clicks) == 0


@given(lists, st.sets(products))
def test_coverage_is_the_share_of_products_that_are_listed(listed: list[list[str]], catalogue: set[str]) -> None:
    shown = [product for product in catalogue if any(product in one for one in listed)]
    assert catalogue_coverage(listed, catalogue) == (len(shown) / len(catalogue) if catalogue else 0)


def test_coverage_by_hand() -> None:
    assert catalogue_coverage([["a", "b"], ["b"], ["not in it"]], ["a", "b", "c", "d"]) == 0.5
    assert catalogue_coverage([["a"]], {"a": "a title"}) == 1
    assert catalogue_coverage([], []) == 0
