"""Heat, where an exact answer is known: how red a picture is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from wares.insight.heat import Cell, heat, patches, pixels, shape, spread, warmest


def redness(pictures: Sequence[Image.Image]) -> np.ndarray:
    """How much redder than green each picture is on the whole."""
    return np.array([(np.asarray(p, float)[..., 0] - np.asarray(p, float)[..., 1]).mean() for p in pictures])


def dotted(box: tuple[int, int, int, int], size: tuple[int, int] = (160, 80)) -> Image.Image:
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).rectangle(box, fill=(220, 0, 0))
    return image


@pytest.mark.parametrize(("box", "half"), [((100, 10, 150, 60), "right"), ((5, 30, 50, 75), "left")])
def test_what_is_alike_is_warm_and_what_is_not_is_not(box: tuple[int, int, int, int], half: str) -> None:
    found = heat(dotted(box), redness)
    assert found.shape == (4, 8)
    row, column = np.unravel_index(int(found.argmax()), found.shape)
    left, top, right, bottom = pixels(Cell(column, row, column + 1, row + 1), found.shape, (160, 80))
    assert box[0] - 20 <= left < right <= box[2] + 20
    assert box[1] - 20 <= top < bottom <= box[3] + 20
    warm, middle = np.maximum(found, 0), found.shape[1] // 2
    own = warm[:, middle:] if half == "right" else warm[:, :middle]
    assert own.sum() > 0.9 * warm.sum()


def test_a_picture_that_is_alike_everywhere_is_warm_nowhere() -> None:
    found = heat(Image.new("RGB", (50, 50), "red"), redness)
    assert np.abs(found).max() < 1e-9
    assert warmest(found) is None


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 300), (300, 1), (7, 9), (3000, 10)])
def test_a_picture_of_any_size_has_heat(size: tuple[int, int]) -> None:
    found = heat(Image.new("RGB", size, (10, 20, 30)), redness)
    assert found.shape == shape(Image.new("RGB", size), 8)
    assert np.isfinite(found).all()


def test_cells_are_nearly_square() -> None:
    assert shape(Image.new("RGB", (100, 100)), 8) == (8, 8)
    assert shape(Image.new("RGB", (200, 100)), 8) == (4, 8)
    assert shape(Image.new("RGB", (10, 1000)), 8) == (8, 3)


@settings(max_examples=100, deadline=None)
@given(arrays.arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.floats(-1, 1)))
def test_the_warmest_box_exceeds_its_share_of_the_area_most(grid: np.ndarray) -> None:
    warm = np.maximum(grid, 0)
    found = warmest(grid)
    if warm.sum() <= 0:
        assert found is None
        return

    def more(cell: Cell) -> float:
        part = warm[cell.top : cell.bottom, cell.left : cell.right]
        return float(part.sum() / warm.sum() - part.size / warm.size)

    rows, columns = grid.shape
    every = [
        Cell(left, top, right, bottom)
        for top, bottom in combinations(range(rows + 1), 2)
        for left, right in combinations(range(columns + 1), 2)
    ]
    assert found is not None
    assert more(found) == pytest.approx(max(map(more, every)), abs=1e-9)


def test_a_cell_has_the_mean_of_the_patches_that_hold_it() -> None:
    places = patches((1, 3), 2)
    assert [(place.left, place.right) for place in places] == [(0, 2), (1, 3)]
    assert spread(places, np.array([1.0, 3.0]), (1, 3)).tolist() == [[1.0, 2.0, 3.0]]
