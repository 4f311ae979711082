"""Outlines and colours, without a network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from wares.encoders.texture import CELLS, DIRECTIONS, SPACE, basic, outlines
from wares.settings import Environment


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return basic(Environment(cache=tmp_path_factory.mktemp("cache"), offline=True))


def drawn(shape, paint):
    image = Image.new("RGB", (200, 200), "white")
    getattr(ImageDraw.Draw(image), shape)((50, 50, 150, 150), fill=paint)
    return image


def test_shape_and_colour_both_count(encoder):
    red, dark_red, blue, round_red, round_blue = encoder.encode(
        [
            drawn("rectangle", "#d01020"),
            drawn("rectangle", "#b01820"),
            drawn("rectangle", "#1040c0"),
            drawn("ellipse", "#d01020"),
            drawn("ellipse", "#1040c0"),
        ]
    )
    assert red @ dark_red > max(red @ blue, red @ round_red)
    assert min(red @ blue, red @ round_red) > red @ round_blue


def test_it_writes_unit_vectors_into_its_space(encoder):
    vectors = encoder.encode([drawn("ellipse", "red"), Image.new("RGB", (1, 1)), Image.new("RGB", (900, 3), "red")])
    assert vectors.shape == (3, encoder.dims)
    assert (encoder.space, encoder.modality) == (SPACE, "image")
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_direction_of_an_edge_is_told():
    upright = np.zeros((64, 64), np.float32)
    upright[:, 32:] = 255
    by_direction = outlines(upright).reshape(CELLS * CELLS, DIRECTIONS).sum(axis=0)
    lying = outlines(upright.T).reshape(CELLS * CELLS, DIRECTIONS).sum(axis=0)
    assert by_direction.argmax() == 0
    assert lying.argmax() == DIRECTIONS // 2


def test_a_plain_picture_has_no_outlines():
    assert not outlines(np.full((64, 64), 77, np.float32)).any()


@settings(deadline=None)
@given(st.binary(min_size=16 * 16, max_size=16 * 16))
def test_outlines_do_not_depend_on_brightness(noise):
    grey = np.frombuffer(noise, np.uint8).reshape(16, 16).astype(np.float32)
    np.testing.assert_allclose(outlines(grey), outlines(grey / 2 + 40), atol=1e-4)
