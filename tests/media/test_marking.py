"""Boxes on pictures."""

import pytest
from PIL import Image

from wares.media.marking import marked


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("ground", ["white", "black", "#808080", (255, 214, 10), (20, 20, 20)])
def test_an_outline_is_seen_on_any_ground_and_the_picture_stays_as_it_was(ground: str | tuple[int, int, int]) -> None:
    image = Image.new("RGB", (400, 300), ground)
    before = image.copy()
    drawn = marked(image, [(0.25, 0.2, 0.75, 0.8)])
    colour = image.getpixel((0, 0))
    across = [drawn.getpixel((x, 150)) for x in range(400)]
    assert image == before
    assert max(contrast(pixel, colour) for pixel in across[95:106]) > 60
    assert max(contrast(pixel, colour) for pixel in across[294:306]) > 60
    assert across[200] == across[0] == colour


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (2000, 3)])
def test_boxes_beyond_the_picture_and_turned_ones_are_drawn_at_its_edge(size: tuple[int, int]) -> None:
    image = Image.new("L", size, 255)
    drawn = marked(image, [(-1.0, -5.0, 2.0, 7.0), (0.9, 0.9, 0.1, 0.1), (0.5, 0.5, 0.5, 0.5)])
    assert drawn.size == size
    assert drawn.getpixel((0, 0)) != (255, 255, 255)
