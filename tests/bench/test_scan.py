"""The yardstick finds what a sort finds, in this process and in its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.bench import scan as scans
from wares.bench.scan import Scan, nearest
from wares.errors import StoreError


def vectors(seed: int, rows: int, dims: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((rows, dims)).astype(np.float32)


@given(st.integers(0, 1_000), st.integers(1, 60), st.integers(1, 8))
def test_the_nearest_are_those_of_a_sort(seed: int, rows: int, dims: int) -> None:
    matrix, asked = vectors(seed, rows, dims), vectors(seed + 1, 1, dims)[0]
    scores = matrix @ asked
    places = nearest(matrix, asked)
    assert len(set(places.tolist())) == len(places) == min(10, rows)
    assert scores[places].tolist() == sorted(scores.tolist(), reverse=True)[:10]


def test_another_process_finds_the_same_in_what_it_was_given_piece_by_piece() -> None:
    matrix, asked = vectors(1, 500, 16), vectors(2, 3, 16)
    with Scan() as scan:
        assert not scan.usable
        for start in range(0, 500, 200):
            scan.add(matrix[start : start + 200])
        assert scan.usable
        for vector in asked:
            found = scan.nearest(vector)
            assert list(found.places) == nearest(matrix, vector).tolist()
            assert found.milliseconds > 0
        scan.add(-matrix)
        assert set(scan.nearest(asked[0]).places) != set(found.places)


def test_more_than_fits_is_no_yardstick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "MAX_BYTES", 4 * 16 * 100)
    with Scan() as scan:
        scan.add(vectors(1, 100, 16))
        assert scan.usable
        scan.add(vectors(1, 1, 16))
        scan.add(vectors(1, 1, 16))
        assert (scan.usable, scan.rows) == (False, 100)


def test_a_process_that_dies_is_told_in_one_line() -> None:
    with Scan() as scan:
        scan.add(vectors(1, 10, 4))
        scan._process.kill()
        with pytest.raises(StoreError, match=r"wares\.bench\.scan ended .*signal 9"):
            scan.nearest(vectors(1, 1, 4)[0])
