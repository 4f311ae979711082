"""A heat map over a picture: warm where a region spoke for the match, grey where none did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

if TYPE_CHECKING:
    import numpy.typing as npt

#: The colours of heat from 0 to 1, and how opaque they are.
_COLOURS = np.array([(255, 236, 120), (255, 150, 40), (214, 30, 60)], np.float64)
_FAINT, _STRONG = 0.0, 0.5
#: Brightness that is left to what is not warm.
_PALE = 0.55
_FRAME = (214, 30, 60)


def overlay(
    picture: Image.Image, heat: npt.NDArray[np.float64], box: tuple[int, int, int, int] | None = None
) -> Image.Image:
    """The picture with the heat laid over it; ``heat`` is of any shape (rows, columns) and stretched over the whole,
    what is below 0 counts as 0 and the warmest as 1. ``box`` (left, top, right, bottom in pixels) is framed."""
    warm = np.maximum(heat, 0)
    top = float(warm.max(initial=0.0))
    grid = Image.fromarray((warm / top if top > 0 else warm).astype(np.float32))
    smooth = np.clip(np.asarray(grid.resize(picture.size, Image.Resampling.BICUBIC), np.float64), 0, 1)
    steps = np.linspace(0, 1, len(_COLOURS))
    colours = np.stack([np.interp(smooth, steps, _COLOURS[:, channel]) for channel in range(3)], axis=-1)
    opaque = (_FAINT + (_STRONG - _FAINT) * smooth)[..., None]
    grey = np.asarray(_pale(picture), np.float64) * (1 - smooth[..., None])
    under = grey + np.asarray(picture.convert("RGB"), np.float64) * smooth[..., None]
    drawn = Image.fromarray((under * (1 - opaque) + colours * opaque).round().astype(np.uint8))
    if box is not None:
        width = max(2, round(max(picture.size) / 160))
        left, upper, right, lower = box
        ImageDraw.Draw(drawn).rectangle(
            (left, upper, max(left, right - 1), max(upper, lower - 1)), None, _FRAME, width
        )
    return drawn


def _pale(picture: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(ImageOps.grayscale(picture)).enhance(_PALE).convert("RGB")
