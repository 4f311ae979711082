"""Heat: how much each region of a picture speaks for a likeness.

Two ways, both of which need nothing but the encoder, whatever is inside it. **Hidden**: patches of the picture are
covered, one after the other, and where the likeness falls there was something that spoke for it (Zeiler and Fergus,
"Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2); a patch is covered with the colour of
the picture's border, which is what a product photo has where there is nothing. **Alone**: each patch is compared by
itself, as if it were a picture; where the likeness is higher than that of patches is on the whole, it is warm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from wares.encoders.framing import border_colour

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


def hidden(picture: Image, likeness: Likeness, cells: int = CELLS, patch: int = PATCH) -> Floats:
    """How much the likeness falls where a cell is hidden, below 0 where it rises: (rows, columns). Patches of
    ``patch`` × ``patch`` cells slide by one; a cell has the mean of those that hid it."""
    spots = _spots(*shape(picture, cells), patch)
    found = likeness([picture, *(_covered(picture, spot, shape(picture, cells)) for spot in spots)])
    return _spread(spots, found[0] - found[1:], shape(picture, cells))


def alone(picture: Image, likeness: Likeness, cells: int = CELLS, patch: int = PATCH) -> Floats:
    """How much more alike patches with a cell are than patches are on the whole: (rows, columns)."""
    spots = _spots(*shape(picture, cells), patch)
    found = likeness([picture.crop(pixels(spot, shape(picture, cells), picture.size)) for spot in spots])
    heat = _spread(spots, found, shape(picture, cells))
    return heat - heat.mean()


def joined(*heats: Floats) -> Floats:
    """The mean of several, each on a scale where its warmest cell is 1."""
    scaled = [heat / max(float(heat.max()), 1e-12) if heat.max() > 0 else np.zeros_like(heat) for heat in heats]
    return np.mean(scaled, axis=0)


def shape(picture: Image, cells: int) -> tuple[int, int]:
    """Rows and columns of a grid whose cells are nearly square."""
    longer = max(picture.size)
    columns, rows = (max(min(_FEWEST, cells), round(cells * side / longer)) for side in picture.size)
    return rows, columns


def warmest(heat: Floats) -> Cell | None:
    """The rectangle whose share of the heat exceeds its share of the area most; None where nothing is warm."""
    warm = np.maximum(heat, 0)
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


def pixels(cell: Cell, shape: tuple[int, int], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a rectangle of cells in a picture of ``size`` (width, height); ``shape`` is that
    of the grid (rows, columns)."""
    (rows, columns), (width, height) = shape, size
    return (
        round(cell.left * width / columns),
        round(cell.top * height / rows),
        round(cell.right * width / columns),
        round(cell.bottom * height / rows),
    )


def _spots(rows: int, columns: int, patch: int) -> list[Cell]:
    tall, wide = min(patch, rows), min(patch, columns)
    corners = product(range(rows - tall + 1), range(columns - wide + 1))
    return [Cell(left, top, left + wide, top + tall) for top, left in corners]


def _spread(spots: Sequence[Cell], values: Floats, shape: tuple[int, int]) -> Floats:
    """What each cell has: the mean of the patches that it lies in."""
    sums, counts = np.zeros(shape), np.zeros(shape)
    for (left, top, right, bottom), value in zip(spots, values.tolist(), strict=True):
        sums[top:bottom, left:right] += value
        counts[top:bottom, left:right] += 1
    return np.asarray(sums / counts)


def _covered(picture: Image, spot: Cell, shape: tuple[int, int]) -> Image:
    covered = picture.copy()
    covered.paste(border_colour(picture), pixels(spot, shape, picture.size))
    return covered
