"""Pictures in finer detail: shades, surfaces and outlines of the goods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from wares.encoders import colour
from wares.encoders.colour_names import PROTOTYPES
from wares.encoders.detail import DIMS, OUTLINES, SHADES, SURFACE, _surface, of_pixels


def told(image: Image.Image) -> np.ndarray:
    return of_pixels(*colour.focused(image))


def shades(image: Image.Image) -> np.ndarray:
    return told(image)[:SHADES]


def surface(image: Image.Image) -> np.ndarray:
    return told(image)[SHADES : SHADES + SURFACE]


def shirt(paint: str, stripes: int = 0, shift: int = 0, size: int = 256) -> Image.Image:
    """A thing on white, plain or with stripes of a darker shade."""
    image = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((50 + shift, 40, 200 + shift, 220), fill=paint)
    for top in range(40, 220, stripes) if stripes else ():
        pen.rectangle((50 + shift, top, 200 + shift, top + stripes // 2), fill="#101010")
    return image


def rough(paint: tuple[int, int, int], seed: int = 0) -> Image.Image:
    """A thing whose pixels differ from each other."""
    noise = np.random.default_rng(seed).integers(-60, 61, (256, 256, 1))
    image = np.full((256, 256, 3), 255)
    image[40:220, 50:200] = np.clip(np.array(paint) + noise[40:220, 50:200], 0, 255)
    return Image.fromarray(image.astype(np.uint8))


# -- surfaces -------------------------------------------------------------------------------------------------------


def test_striped_plain_and_rough_surfaces_are_told_apart() -> None:
    plain, other_plain = surface(shirt("#3050c0")), surface(shirt("#30a050"))
    striped, other_striped = surface(shirt("#3050c0", 16)), surface(shirt("#d03030", 16))
    grain, other_grain = surface(rough((60, 90, 200))), surface(rough((90, 160, 60), 1))
    likeness = {
        "plain": plain @ other_plain,
        "striped": striped @ other_striped,
        "rough": grain @ other_grain,
    }
    for name, other in (("plain", striped), ("striped", grain), ("rough", plain)):
        own = {"plain": plain, "striped": striped, "rough": grain}[name]
        assert likeness[name] > own @ other + 0.02, name


def test_stripes_have_the_same_surface_whichever_way_they_run() -> None:
    """Patterns do not turn with the picture."""
    image = shirt("#3050c0", 16)
    pixels, weights = colour.focused(image)
    grey = pixels.astype(np.float32).mean(axis=2)
    for turns in (1, 2, 3):
        turned = _surface(np.rot90(grey, turns).copy(), np.rot90(weights, turns).copy())
        np.testing.assert_allclose(turned, _surface(grey, weights), atol=1e-5)


@pytest.mark.parametrize("light", [20, 50, 100])
def test_more_light_does_not_change_a_surface(light: int) -> None:
    grey = np.random.default_rng(2).integers(0, 150, (64, 64)).astype(np.float32)
    weights = np.full((64, 64), 1 / 64**2, np.float32)
    np.testing.assert_array_equal(_surface(grey + light, weights), _surface(grey, weights))


def test_noise_of_a_camera_is_not_rough() -> None:
    chance = np.random.default_rng(2)
    weights = np.full((64, 64), 1 / 64**2, np.float32)
    flat = np.full((64, 64), 120, np.float32)
    noisy = flat + chance.uniform(-1.4, 1.4, (64, 64)).astype(np.float32)
    np.testing.assert_array_equal(_surface(noisy, weights), _surface(flat, weights))


def slow_surface(grey: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Pixel by pixel: how many of eight neighbours are brighter, if they lie in one arc; 9 if in several."""
    height, width = grey.shape
    around = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]
    shares = np.zeros((2, 10))
    for at, reach in enumerate((1, 3)):
        for y in range(height):
            for x in range(width):
                brighter = [
                    grey[min(max(y + reach * dy, 0), height - 1), min(max(x + reach * dx, 0), width - 1)]
                    > grey[y, x] + 3.0
                    for dy, dx in around
                ]
                turns = sum(brighter[n] != brighter[n - 1] for n in range(8))
                shares[at, sum(brighter) if turns <= 2 else 9] += weights[y, x]
    return np.sqrt(shares.ravel() / 2)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    spread=st.sampled_from([1, 4, 10, 255]),
)
def test_patterns_are_those_of_a_loop_over_pixels(seed: int, height: int, width: int, spread: int) -> None:
    chance = np.random.default_rng(seed)
    grey = chance.integers(0, spread + 1, (height, width)).astype(np.float32)
    weights = chance.random((height, width)).astype(np.float32)
    weights /= weights.sum()
    np.testing.assert_allclose(_surface(grey, weights), slow_surface(grey, weights), atol=1e-5)


# -- shades ---------------------------------------------------------------------------------------------------------


def test_shades_follow_the_colour() -> None:
    blue, dark_blue, red = (shades(shirt(paint)) for paint in ("#2040d0", "#10208a", "#d01020"))
    assert blue @ blue > blue @ dark_blue > blue @ red


def test_the_shade_that_a_thing_has_is_the_example_it_is_told_by() -> None:
    names = [(name, code) for name, codes in PROTOTYPES.items() for code in codes.split()]
    for name, code in names[::7]:
        found = shades(shirt(f"#{code}"))[: len(names)]
        wanted = colour.examples(name)
        nearest = names[int(found.argmax())]
        distance = np.linalg.norm(colour.examples(nearest[0])[:, None] - wanted[None], axis=-1).min()
        assert distance < 25, (name, code, nearest)


def test_shares_of_shades_add_up_to_one() -> None:
    for image in (shirt("#2040d0", 16), rough((200, 90, 60)), Image.new("RGB", (40, 90), "white")):
        assert (shades(image)[:-6] ** 2).sum() == pytest.approx(1, abs=1e-3)


def test_two_colours_are_both_there() -> None:
    both = shirt("#2040d0")
    ImageDraw.Draw(both).rectangle((50, 130, 200, 220), fill="#d01020")
    blue, red = (shades(shirt(paint)) for paint in ("#2040d0", "#d01020"))
    assert min(shades(both) @ blue, shades(both) @ red) > 1.2 * (blue @ red)


# -- small changes, and hostile pictures ----------------------------------------------------------------------------


def likeness(one: Image.Image, other: Image.Image) -> float:
    a, b = told(one), told(other)
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("shift", [-8, 5, 10])
def test_a_small_shift_changes_little(shift: int) -> None:
    for stripes in (0, 16):
        assert likeness(shirt("#3050c0", stripes), shirt("#3050c0", stripes, shift)) > 0.9


@pytest.mark.parametrize("light", [0.93, 1.07])
def test_a_little_more_or_less_light_changes_little(light: float) -> None:
    image = shirt("#3050c0", 16)
    assert likeness(image, image.point(lambda value: min(255, int(value * light)))) > 0.9


def test_the_size_of_a_picture_changes_little() -> None:
    image = shirt("#3050c0", 24)
    assert likeness(image, image.resize((700, 700))) > 0.97


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGB", (1, 1), "red"),
        Image.new("RGB", (1, 1), "white"),
        Image.new("RGB", (300, 300), "white"),
        Image.new("RGB", (300, 300), "black"),
        Image.new("RGB", (3000, 2), "blue"),
        Image.new("RGB", (2, 3000), "blue"),
        Image.new("L", (30, 30), 100),
        Image.new("RGBA", (30, 30), (0, 0, 0, 0)),
    ],
    ids=lambda image: f"{image.mode} {image.size[0]}x{image.size[1]}",
)
def test_any_picture_has_finite_numbers_of_about_unit_length(image: Image.Image) -> None:
    found = told(image)
    assert found.shape == (DIMS,) == (SHADES + SURFACE + OUTLINES,)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert np.linalg.norm(found[SHADES : SHADES + SURFACE]) == pytest.approx(1, abs=1e-3)
    assert np.abs(found).max() < 3
