"""Colour histograms, oriented gradients and visual words: the sums, and what they find."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

pytest.importorskip("skimage")

from wares.encoders import classic
from wares.encoders.classic import colours, hog
from wares.errors import CatalogueError


def grain(seed, size=(160, 160)):
    """Blurred noise: a picture with plenty of patches that no other has."""
    small = np.random.default_rng(seed).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def slow_cells(grey):
    """For each cell the mean strength of edges in each direction: gradients are differences of the two neighbours,
    none at the border of the picture."""
    side, cells = len(grey), len(grey) // hog.CELL
    sums = np.zeros((cells, cells, hog.DIRECTIONS))
    for row in range(side):
        for column in range(side):
            down = grey[row + 1, column] - grey[row - 1, column] if 0 < row < side - 1 else 0.0
            across = grey[row, column + 1] - grey[row, column - 1] if 0 < column < side - 1 else 0.0
            turn = math.degrees(math.atan2(down, across)) % 180
            place = (row // hog.CELL, column // hog.CELL, int(turn / (180 / hog.DIRECTIONS)) % hog.DIRECTIONS)
            sums[place] += math.hypot(down, across)
    return sums / hog.CELL**2


def slow_hog(grey):
    """Blocks of neighbouring cells, normalised, clipped at 0.2 and normalised again."""
    cells = slow_cells(grey)
    blocks = []
    for row in range(len(cells) - hog.BLOCK + 1):
        for column in range(len(cells) - hog.BLOCK + 1):
            block = cells[row : row + hog.BLOCK, column : column + hog.BLOCK].ravel()
            clipped = np.minimum(block / math.sqrt(block @ block + 1e-10), 0.2)
            blocks.append(clipped / math.sqrt(clipped @ clipped + 1e-10))
    return np.concatenate(blocks)


@pytest.mark.parametrize("seed", [1, 2])
def test_oriented_gradients_are_the_sums_of_their_cells(seed):
    picture = grain(seed, (hog.SIDE, hog.SIDE))
    grey = np.asarray(picture.convert("L"), dtype=float) / 255
    found, expected = hog.gradients(picture), slow_hog(grey)
    # A direction on the very edge of two bins may fall into either, by the last digit.
    assert np.abs(found - expected).mean() < 1e-3
    assert float(found @ expected / np.linalg.norm(found) / np.linalg.norm(expected)) > 0.9999


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_a_colour_histogram_counts_every_pixel_once(seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (colours.SIDE, colours.SIDE, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    counts = np.zeros((colours.HUES, colours.SATURATIONS, colours.VALUES))
    for hue, saturation, value in np.asarray(picture.convert("HSV")).reshape(-1, 3).tolist():
        counts[hue // 16, saturation // 64, value // 64] += 1
    np.testing.assert_allclose(colours.histogram(picture) ** 2, counts.ravel() / colours.SIDE**2, atol=1e-6)


def shape(kind, colour):
    picture = Image.new("RGB", (120, 120), "white")
    pen = ImageDraw.Draw(picture)
    (pen.ellipse if kind == "disc" else pen.rectangle)((25, 25, 95, 95), fill=colour)
    return picture


def test_colours_tell_colours_apart_and_gradients_shapes():
    pictures = [shape("disc", "red"), shape("box", "red"), shape("disc", "blue")]
    seen = classic.learn("colour-histogram", pictures).encode(pictures)
    assert seen[0] @ seen[1] > seen[0] @ seen[2] + 0.2
    seen = classic.learn("hog", pictures).encode(pictures)
    assert seen[0] @ seen[2] > seen[0] @ seen[1] + 0.2


def test_visual_words_find_a_picture_that_is_turned():
    pictures = [grain(seed) for seed in range(12)]
    encoder = classic.learn("sift-words", pictures)
    turned = [picture.rotate(90) for picture in pictures]
    assert (encoder.encode(turned) @ encoder.encode(pictures).T).argmax(axis=1).tolist() == list(range(12))


def test_a_codebook_is_made_by_its_seed_and_its_pictures():
    pictures = [grain(seed) for seed in range(4)]
    one, same, other = (classic.learn("sift-words", pictures, seed).fingerprint for seed in (1, 1, 2))
    assert one == same != other
    assert one != classic.learn("sift-words", pictures[:3], 1).fingerprint


def test_pictures_without_texture_teach_no_visual_word():
    with pytest.raises(CatalogueError, match="no patch with texture is in 2 pictures"):
        classic.learn("sift-words", [Image.new("RGB", (50, 50), "white"), Image.new("RGB", (9, 9), "red")])


def test_a_plain_picture_has_no_edges_and_one_colour():
    plain = [Image.new("RGB", (30, 80), (10, 200, 10))]
    assert not classic.learn("hog", plain).encode(plain).any()
    assert np.count_nonzero(classic.learn("colour-histogram", plain).encode(plain)) == 1
