"""Heat: how much each region of a picture speaks for a likeness, told by hiding it.

Patches of the picture are covered, one after the other, and the likeness is measured anew: where it falls, there was
something that spoke for it (Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014,
section 4.2). It needs nothing but the encoder, whatever is inside. A patch is covered with the colour of the
picture's border, which is what a product photo has where there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from wares.encoders.framing import border_colour

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

    Floats = npt.NDArray[np.float64]

#: Pictures → how alike each is to what was asked, shape (pictures,).
Likeness: TypeAlias = "Callable[[Sequence[Image]], Floats]"

#: Cells along the longer side, and the sides of patches in cells; chosen by ``benchmarks/regions.py``.
CELLS, PATCHES = 8, (3,)
#: Cells along the shorter side at least, however long a picture is.
_FEWEST = 3


class Cell(NamedTuple):
    """A rectangle of cells of the grid."""

    left: int
    top: int
    right: int
    bottom: int


class Heat(NamedTuple):
    """``drops``: float64 (rows, columns), how much the likeness falls where a cell is hidden, below 0 where it rises;
    ``likeness`` is that of the whole picture."""

    likeness: float
    drops: Floats


def heat(picture: Image, likeness: Likeness, cells: int = CELLS, patches: Sequence[int] = PATCHES) -> Heat:
    """Hide patches of several sizes, each sliding by one cell; a cell's drop is the mean over those that hid it, and
    over the sizes."""
    rows, columns = shape(picture, cells)
    spots = [spot for size in patches for spot in _spots(rows, columns, size)]
    found = likeness([picture, *(_hidden(picture, spot, rows, columns) for spot in spots)])
    sums, counts = np.zeros((rows, columns)), np.zeros((rows, columns))
    for (left, top, right, bottom), alike in zip(spots, found[1:].tolist(), strict=True):
        sums[top:bottom, left:right] += float(found[0]) - alike
        counts[top:bottom, left:right] += 1
    return Heat(float(found[0]), sums / counts)


def shape(picture: Image, cells: int) -> tuple[int, int]:
    """Rows and columns of a grid whose cells are nearly square."""
    longer = max(picture.size)
    columns, rows = (max(min(_FEWEST, cells), round(cells * side / longer)) for side in picture.size)
    return rows, columns


def warmest(drops: Floats) -> Cell | None:
    """The rectangle whose share of the heat exceeds its share of the area most; None where nothing is warm."""
    warm = np.maximum(drops, 0)
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


def pixels(cell: Cell, rows: int, columns: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a rectangle of cells in a picture of ``size`` (width, height)."""
    width, height = size
    return (
        round(cell.left * width / columns),
        round(cell.top * height / rows),
        round(cell.right * width / columns),
        round(cell.bottom * height / rows),
    )


def _spots(rows: int, columns: int, size: int) -> Iterator[Cell]:
    tall, wide = min(size, rows), min(size, columns)
    for top in range(rows - tall + 1):
        for left in range(columns - wide + 1):
            yield Cell(left, top, left + wide, top + tall)


def _hidden(picture: Image, spot: Cell, rows: int, columns: int) -> Image:
    covered = picture.copy()
    covered.paste(border_colour(picture), pixels(spot, rows, columns, picture.size))
    return covered
