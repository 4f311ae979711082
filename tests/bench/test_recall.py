"""An exact index misses nothing, a crippled one is found out, and the truth is that of a plain sort."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.bench import recall as module
from wares.bench.recall import TOP, Truth, recall, scored, stored
from wares.index.base import Candidates, Channel, Point, VectorSpec
from wares.index.exact import ExactIndex
from wares.query import filters
from wares.records import Filter, Sparse

DIMS = 6
HALF = "price < 50"


def unit(rng: np.random.Generator, rows: int) -> np.ndarray:
    found = rng.standard_normal((rows, DIMS)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def filled(index: ExactIndex, seed: int, size: int = 100) -> ExactIndex:
    """Points with one to three rows each, but for every seventh, which has none; prices are their numbers."""
    rng = np.random.default_rng(seed)
    index.upsert(
        [
            Point(
                number=number,
                vectors={"v": unit(rng, number % 3 + 1)} if number % 7 else {},
                words=Sparse((), ()),
                fields={"price": float(number)},
                offers=[{}],
            )
            for number in range(size)
        ]
    )
    return index


class Crippled(ExactIndex):
    """An index that never finds one product in three."""

    def query(
        self, channels: Sequence[Channel], where: Filter | None = None, without: Sequence[int] = ()
    ) -> Candidates:
        return super().query(channels, where, [*without, *range(0, 100, 3)])


class Lying(ExactIndex):
    """An index that finds products at random and says that they are best."""

    def query(
        self, channels: Sequence[Channel], where: Filter | None = None, without: Sequence[int] = ()
    ) -> Candidates:
        found = super().query(channels, where, without)
        return Candidates(
            found.numbers, np.random.default_rng(1).random(found.scores.shape, np.float32), found.brought
        )


SPECS = [VectorSpec("v", DIMS, multi=True)]
WHERES = {"": None, HALF: filters.parse(HALF)}


def test_an_exact_index_misses_nothing_and_every_set_is_counted() -> None:
    index = filled(ExactIndex(SPECS), 1)
    asked = unit(np.random.default_rng(2), 20)
    found = recall(index, "v", {"words": asked, "pictures": asked[:3]}, WHERES, range(100))
    assert [(one.kind, one.where, one.questions) for one in found] == [
        ("words", "", 20),
        ("words", HALF, 20),
        ("pictures", "", 3),
        ("pictures", HALF, 3),
    ]
    assert {one.recall for one in found} == {1.0}
    having = [number for number in range(100) if number % 7]
    assert found[0].products == len(having)
    assert found[1].products == sum(number < 50 for number in having)


def test_an_index_that_misses_products_is_found_out_to_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROUNDING", 1e-7)
    index, asked = filled(Crippled(SPECS), 1), unit(np.random.default_rng(2), 50)
    found = recall(index, "v", {"words": asked}, WHERES, range(100))
    for one, limit in zip(found, (100, 50), strict=True):
        rows = index.rows(range(limit), "v")
        nearest = [sorted(rows, key=lambda n: -float((rows[n] @ vector).max()))[:TOP] for vector in asked]
        there = np.mean([[number % 3 != 0 for number in best] for best in nearest])
        assert 0.5 < there < 0.95
        assert one.recall == pytest.approx(there)


def test_what_an_index_says_of_its_scores_is_not_believed() -> None:
    asked = unit(np.random.default_rng(2), 50)
    [whole, half] = recall(filled(Lying(SPECS), 1), "v", {"words": asked}, WHERES, range(100))
    assert 0 < whole.recall < 0.4
    assert 0 < half.recall < 0.6


def test_a_filter_that_nothing_passes_has_no_figure() -> None:
    none = "price > 1000"
    found = recall(
        filled(ExactIndex(SPECS), 1),
        "v",
        {"words": unit(np.random.default_rng(2), 2)},
        {none: filters.parse(none)},
        [],
    )
    assert found == []


def test_fewer_products_than_ten_are_all_the_nearest() -> None:
    found = recall(filled(Crippled(SPECS), 1, 7), "v", {"words": unit(np.random.default_rng(2), 4)}, WHERES, range(7))
    assert (found[0].products, found[0].recall) == (6, pytest.approx(4 / 6))  # 3 and 6 are never found


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1_000), st.integers(1, 40), st.sampled_from([1, 3, 7, 100]))
def test_the_truth_is_that_of_a_sort_whatever_the_batches(seed: int, size: int, batch: int) -> None:
    index = filled(ExactIndex(SPECS), seed, size)
    asked = unit(np.random.default_rng(seed), 3)
    passing = [number for number in range(size) if number % 2]
    truths = Truth(len(asked), None), Truth(len(asked), np.asarray(passing, dtype=np.int64))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "BATCH", batch)
        seen = list(stored(index, range(size), "v"))
    for some in seen:
        for truth in truths:
            truth.add(some.numbers, scored(some, asked))
    rows = index.rows(range(size), "v")
    assert [n for some in seen for n in some.numbers.tolist()] == list(rows)
    for truth, kept in zip(truths, (list(rows), [n for n in passing if n in rows]), strict=True):
        top, least = truth.least()
        assert truth.products == len(kept)
        assert top == min(TOP, len(kept))
        for vector, score in zip(asked, least, strict=True):
            best = sorted((float((rows[n] @ vector).max()) for n in kept), reverse=True)[:TOP]
            if best:
                assert score == pytest.approx(best[-1], abs=1e-5)
