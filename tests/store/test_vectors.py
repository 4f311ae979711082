"""Features: kept once per content and tower, at half precision, checked."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from wares.errors import StoreError
from wares.store.entries import Entry
from wares.store.store import Store

Make = Callable[..., Entry]


def rows(count: int, dims: int = 8) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, dims)).astype(np.float32)


def test_features_come_back_at_half_precision_per_key_and_tower(store: Store, entry: Make):
    a, b = rows(2)
    store.put([entry("p", keys=("k",), features={("k", "tower@1"): a})])
    store.put_features({("k", "tower@2"): b, ("other", "tower@2"): a})
    found = store.features(["k", "other", "none"], "tower@1")
    assert found.keys() == {"k"}
    assert found["k"].dtype == np.float32
    np.testing.assert_array_equal(found["k"], a.astype(np.float16).astype(np.float32))
    np.testing.assert_allclose(store.features(["k"], "tower@2")["k"], b, rtol=1e-3)
    assert store.features(["k"], "unknown") == {}


def test_missing_are_the_keys_without_features(store: Store):
    store.put_features({(f"k{n}", "t"): row for n, row in enumerate(rows(700))})
    asked = [f"k{n}" for n in range(600, 800)]
    assert store.missing(asked, "t") == {f"k{n}" for n in range(700, 800)}
    assert store.missing(asked, "unknown") == set(asked)


def test_features_put_again_replace_the_old(store: Store):
    a, b = rows(2)
    store.put_features({("k", "t"): a})
    store.put_features({("k", "t"): b})
    np.testing.assert_allclose(store.features(["k"], "t")["k"], b, rtol=1e-3)


@pytest.mark.parametrize(
    "row", [np.zeros(7, np.float32), np.zeros((1, 8), np.float32), np.full(8, np.nan), np.full(8, 1e6)]
)
def test_rows_of_other_dims_or_not_finite_are_refused_and_nothing_is_written(
    store: Store, entry: Make, row: np.ndarray
):
    store.put_features({("k", "t"): rows(1)[0]})
    with pytest.raises(StoreError, match="'t'"):
        store.put([entry("p", features={("good", "t"): rows(1)[0], ("bad", "t"): row})])
    assert len(store) == 0
    assert store.missing(["good", "bad"], "t") == {"good", "bad"}


def test_a_shortened_row_is_found_when_read(store: Store, tmp_path: Path):
    import sqlite3

    store.put_features({("k", "t"): rows(1)[0]})
    with sqlite3.connect(tmp_path / "shop.db") as raw:
        raw.execute("UPDATE vectors SET row = x'0011'")
    raw.close()
    with pytest.raises(StoreError, match="damaged"):
        store.features(["k"], "t")


def test_pruning_removes_what_no_product_uses(store: Store, entry: Make):
    a, b, c = rows(3)
    store.put([entry("p", keys=("a", "b"), features={("a", "t"): a, ("b", "t"): b, ("b", "u"): c})])
    assert store.prune_features() == 0
    store.put([entry("p", keys=("a",))])
    assert store.prune_features() == 2
    assert store.missing(["a", "b"], "t") == {"b"}
    store.remove(["p"])
    assert store.prune_features() == 1
