"""Places in a picture, outlined."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageDraw

#: Light within dark: one of the two is seen on any ground.
_LIGHT, _DARK = (255, 214, 10), (20, 20, 20)
#: How wide the light line is, as a share of the longer side.
_WIDTH = 1 / 200


def marked(image: Image.Image, boxes: Iterable[tuple[float, float, float, float]]) -> Image.Image:
    """A copy of the picture, RGB, with ``boxes`` outlined: left, top, right and bottom as shares 0 … 1 of it, as
    :class:`~wares.records.Passage` has them; what lies beyond the picture is drawn at its edge."""
    picture = image.convert("RGB").copy()
    draw = ImageDraw.Draw(picture)
    light = max(1, round(max(picture.size) * _WIDTH))
    dark = max(1, light // 2)
    for box in boxes:
        left, right = sorted(_pixel(share, picture.width) for share in box[::2])
        top, bottom = sorted(_pixel(share, picture.height) for share in box[1::2])
        for grown, colour, width in ((dark, _DARK, light + 2 * dark), (0, _LIGHT, light)):
            around = (left - grown, top - grown, right + grown, bottom + grown)
            draw.rectangle(around, outline=colour, width=width)
    return picture


def _pixel(share: float, side: int) -> int:
    return min(max(round(share * side), 0), side - 1)
