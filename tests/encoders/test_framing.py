"""Pictures in a square."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from wares.encoders.framing import border_colour, letterbox


@settings(deadline=None)
@example(1, 3000)
@example(3000, 1)
@given(st.integers(1, 300), st.integers(1, 300))
def test_any_shape_becomes_a_square(width, height):
    square = letterbox(Image.new("RGB", (width, height), "#204060"), 64)
    assert square.size == (64, 64)
    assert square.mode == "RGB"


def test_nothing_is_cut_off_and_the_rest_is_of_the_border():
    image = Image.new("RGB", (400, 100), "#e0f0d0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 40, 20, 60), fill="red")
    draw.rectangle((380, 40, 400, 60), fill="blue")
    pixels = np.asarray(letterbox(image, 260)).astype(int)
    assert tuple(pixels[0, 0]) == tuple(pixels[-1, -1]) == (0xE0, 0xF0, 0xD0)
    assert pixels[130, 2] == pytest.approx((255, 0, 0), abs=12)
    assert pixels[130, -3] == pytest.approx((0, 0, 255), abs=12)


def test_the_border_is_not_changed_by_what_touches_it_in_places():
    image = Image.new("RGB", (50, 50), "white")
    ImageDraw.Draw(image).rectangle((10, 0, 20, 49), fill="black")
    assert border_colour(image) == (255, 255, 255)
