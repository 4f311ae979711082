"""Colours of pictures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from wares.encoders import colour
from wares.encoders.colour_names import PRIORS, PROTOTYPES


def thing(paint, background="white", box=(60, 60, 200, 200), size=(260, 260)):
    """A square of one paint on a background."""
    image = Image.new("RGB", size, background)
    ImageDraw.Draw(image).rectangle(box, fill=paint)
    return image


def name(image):
    return colour.NAMES[int(colour.of_picture(image).argmax())]


@pytest.mark.parametrize("background", ["white", "black", "#c0c0c0", "#3050a0"])
@pytest.mark.parametrize(
    ("paint", "expected"),
    [
        ("#d01020", "red"),
        ("#ff8010", "orange"),
        ("#ffe000", "yellow"),
        ("#109040", "green"),
        ("#1040c0", "blue"),
        ("#7020a0", "purple"),
        ("#ff80b0", "pink"),
        ("#6b3e1e", "brown"),
        ("#e0d0b0", "beige"),
        ("#6a1020", "maroon"),
        ("#808082", "grey"),
    ],
)
def test_the_goods_are_named_and_not_the_background(paint, expected, background):
    assert name(thing(paint, background)) == expected


def test_black_and_white_goods_are_named_on_the_other():
    assert name(thing("#101010", "white")) == "black"
    assert name(thing("#fafafa", "black")) == "white"


def test_a_white_shirt_on_white_is_white():
    """Only its outline differs from the background."""
    image = Image.new("RGB", (260, 260), "white")
    ImageDraw.Draw(image).rectangle((60, 40, 200, 220), outline="#909090", width=3)
    assert name(image) == "white"


def test_a_picture_of_one_colour_has_that_colour():
    assert name(Image.new("RGB", (100, 100), "#1040c0")) == "blue"


def test_every_example_of_a_name_shows_that_name():
    for expected, codes in PROTOTYPES.items():
        found = [name(Image.new("RGB", (64, 64), f"#{code}")) for code in codes.split()]
        assert found.count(expected) >= 0.6 * len(found), (expected, found)


def test_two_colours_both_count():
    image = thing("#d01020", box=(60, 60, 130, 200))
    ImageDraw.Draw(image).rectangle((131, 60, 200, 200), fill="#1040c0")
    shown = dict(zip(colour.NAMES, colour.of_picture(image), strict=True))
    assert min(shown["red"], shown["blue"]) > 0.4 > max(v for k, v in shown.items() if k not in ("red", "blue"))


def test_the_priors_are_those_of_the_names():
    assert tuple(PRIORS) == colour.NAMES


@pytest.mark.parametrize(
    ("rgb", "expected"),
    [((255, 0, 0), (53.24, 80.09, 67.20)), ((0, 0, 255), (32.30, 79.19, -107.86)), ((255, 255, 255), (100, 0, 0))],
)
def test_lab_agrees_with_published_values(rgb, expected):
    """Of the sRGB primaries, D65."""
    np.testing.assert_allclose(colour.lab(np.array(rgb, np.uint8)), expected, atol=0.05)


pixels = st.integers(1, 12).flatmap(
    lambda width: st.lists(st.binary(min_size=3 * width, max_size=3 * width), min_size=1, max_size=12).map(
        lambda rows: np.array([np.frombuffer(row, np.uint8).reshape(width, 3) for row in rows])
    )
)


@settings(deadline=None)
@given(pixels)
def test_any_picture_gives_shares_of_unit_length(array):
    shares = colour.of_picture(Image.fromarray(array))
    assert shares.shape == (len(colour.NAMES),)
    assert shares.dtype == np.float32
    assert (shares >= 0).all()
    assert np.linalg.norm(shares) == pytest.approx(1, abs=1e-5)


@settings(deadline=None)
@given(pixels)
def test_attention_is_spread_over_the_picture(array):
    weights = colour.attention(array)
    assert weights.shape == array.shape[:2]
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-4)
