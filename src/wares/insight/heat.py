"""Heat: how much each region of a picture speaks for a likeness.

Patches slide over the picture, and each is compared by itself, as if it were a picture; where the likeness is higher
than that of patches is on the whole, it is warm. It needs nothing but the encoder, whatever is inside it. Covering
the patches instead, and seeing where the likeness falls (Zeiler and Fergus, "Visualizing and Understanding
Convolutional Networks", ECCV 2014, section 4.2), costs as much and points to the right place less often; see
``benchmarks/regions.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

    Floats = npt.NDArray[np.float64]

#: Pictures → how alike each is to what was asked, shape (pictures,).
Likeness: TypeAlias = "Callable[[Sequence[Image]], Floats]"

#: Cells along the longer side, and the side of a patch in cells; chosen by ``benchmarks/regions.py``.
CELLS, PATCH = 8, 3
#: Cells along the shorter side at least, however long a picture is.
_FEWEST = 3


class Cell(NamedTuple):
    """A rectangle of cells of the grid."""

    left: int
    top: int
    right: int
    bottom: int


def heat(picture: Image, likeness: Likeness, cells: int = CELLS, patch: int = PATCH) -> Floats:
    """How much more alike the patches that hold a cell are than patches are on the whole: (rows, columns).

    A patch is ``patch`` × ``patch`` cells, and they slide by one; a cell has the mean of those that hold it.
    """
    grid = shape(picture, cells)
    places = patches(grid, patch)
    found = spread(places, likeness([picture.crop(pixels(place, grid, picture.size)) for place in places]), grid)
    return np.asarray(found - found.mean())


def shape(picture: Image, cells: int) -> tuple[int, int]:
    """Rows and columns of a grid whose cells are nearly square."""
    longer = max(picture.size)
    columns, rows = (max(min(_FEWEST, cells), round(cells * side / longer)) for side in picture.size)
    return rows, columns


def warmest(found: Floats) -> Cell | None:
    """The rectangle whose share of the heat exceeds its share of the area most; None where nothing is warm."""
    warm = np.maximum(found, 0)
    total = float(warm.sum())
    if total <= 0:
        return None
    rows, columns = warm.shape
    sums = np.zeros((rows + 1, columns + 1))
    sums[1:, 1:] = (warm / total - 1 / warm.size).cumsum(0).cumsum(1)
    best, at = -1.0, Cell(0, 0, columns, rows)
    for top in range(rows):
        for bottom in range(top + 1, rows + 1):
            for left in range(columns):
                for right in range(left + 1, columns + 1):
                    more = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
                    if more > best + 1e-12:
                        best, at = float(more), Cell(left, top, right, bottom)
    return at


def pixels(cell: Cell, grid: tuple[int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a rectangle of cells of a grid (rows, columns) in a picture of ``size`` (width,
    height). They hold one pixel at least."""
    (rows, columns), (width, height) = grid, size
    left, right = _within(cell.left, cell.right, columns, width)
    top, bottom = _within(cell.top, cell.bottom, rows, height)
    return left, top, right, bottom


def _within(start: int, end: int, cells: int, length: int) -> tuple[int, int]:
    """Cells as pixels, of which there is one at least, however small a picture is."""
    first = min(round(start * length / cells), length - 1)
    return first, max(round(end * length / cells), first + 1)


def patches(grid: tuple[int, int], patch: int) -> list[Cell]:
    """All places of a patch on a grid (rows, columns), row by row."""
    rows, columns = grid
    tall, wide = min(patch, rows), min(patch, columns)
    corners = product(range(rows - tall + 1), range(columns - wide + 1))
    return [Cell(left, top, left + wide, top + tall) for top, left in corners]


def spread(places: Sequence[Cell], values: Floats, grid: tuple[int, int]) -> Floats:
    """What each cell of a grid (rows, columns) has: the mean of the patches that hold it."""
    sums, counts = np.zeros(grid), np.zeros(grid)
    for (left, top, right, bottom), value in zip(places, values.tolist(), strict=True):
        sums[top:bottom, left:right] += value
        counts[top:bottom, left:right] += 1
    return np.asarray(sums / counts)
