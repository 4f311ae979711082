"""Perceptual hashes: near for what looks the same, far for what does not, and all near ones are found."""

from __future__ import annotations

import io
from itertools import combinations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image, ImageDraw, ImageEnhance

from wares.media import hashing
from wares.settings import FoldingSettings

NEAR = FoldingSettings().picture


def drawn(seed: int, size: tuple[int, int] = (240, 300)) -> Image.Image:
    """Some shapes of random places and colours on white."""
    random = np.random.default_rng(seed)
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        width, height = random.integers(20, 120, 2)
        fill = tuple(int(level) for level in random.integers(0, 220, 3))
        (pen.ellipse if random.random() < 0.5 else pen.rectangle)((x, y, x + width, y + height), fill=fill)
    return image


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def hash_of(image: Image.Image) -> int:
    found = hashing.picture_hash(image)
    assert found is not None
    return found


@given(
    seed=st.integers(0, 10_000),
    scale=st.floats(0.5, 2.0),
    quality=st.integers(40, 95),
    light=st.floats(0.95, 1.05),
)
@settings(max_examples=60, deadline=None)
def test_a_picture_that_is_resized_compressed_and_lightened_stays_near(
    seed: int, scale: float, quality: int, light: float
) -> None:
    image = drawn(seed)
    size = (round(image.width * scale), round(image.height * scale))
    changed = jpeg(ImageEnhance.Brightness(image.resize(size, Image.Resampling.LANCZOS)).enhance(light), quality)
    assert hashing.distance(hash_of(image), hash_of(changed)) <= NEAR


@given(seeds=st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).filter(lambda pair: pair[0] != pair[1]))
@settings(max_examples=60, deadline=None)
def test_other_pictures_are_far(seeds: tuple[int, int]) -> None:
    assert hashing.distance(*(hash_of(drawn(seed)) for seed in seeds)) > 4 * NEAR


def test_a_mirrored_picture_is_another() -> None:
    image = drawn(1)
    assert hashing.distance(hash_of(image), hash_of(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))) > 4 * NEAR


@pytest.mark.parametrize("shade", ["white", "black", (180, 20, 30)])
def test_a_plain_picture_says_nothing(shade: str | tuple[int, int, int]) -> None:
    assert hashing.picture_hash(jpeg(Image.new("RGB", (90, 60), shade), 60)) is None


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (3, 2)])
def test_a_picture_of_any_size_has_a_hash_or_says_nothing(size: tuple[int, int]) -> None:
    found = hashing.picture_hash(drawn(1, size))
    assert found is None or 0 <= found < 2**hashing.BITS


@given(st.integers(0, 2**hashing.BITS - 1))
def test_bits_are_packed_and_unpacked(value: int) -> None:
    assert hashing.pack(hashing.unpack(value)) == value


flips = st.lists(st.integers(0, hashing.COARSE - 1), max_size=hashing.REACH, unique=True)


@given(
    base=st.lists(st.integers(0, 2**hashing.COARSE - 1), min_size=1, max_size=6), changes=st.lists(flips, max_size=12)
)
@settings(max_examples=100, deadline=None)
def test_bands_find_the_pairs_that_comparing_all_finds(base: list[int], changes: list[list[int]]) -> None:
    hashes = list(base)
    for place, bits in enumerate(changes):  # near ones of what is there already, up to the greatest distance
        hashes.append(hashes[place % len(hashes)] ^ sum(1 << bit for bit in bits))
    filed: dict[int, set[int]] = {}
    for place, value in enumerate(hashes):
        for band in hashing.bands(value):
            filed.setdefault(band, set()).add(place)
    met = {
        (min(place, other), max(place, other))
        for place, value in enumerate(hashes)
        for probe in hashing.probes(value)
        for other in filed.get(probe, ())
        if other != place and hashing.distance(value, hashes[other]) <= hashing.REACH
    }
    pairs = combinations(range(len(hashes)), 2)
    assert met == {(a, b) for a, b in pairs if hashing.distance(hashes[a], hashes[b]) <= hashing.REACH}
