"""Hashed words: what is written alike is near."""

import numpy as np
import pytest

from wares.encoders.base import Encoder
from wares.encoders.hashed import DIMS, HashedWords


@pytest.fixture(scope="module")
def encoder():
    return Encoder(HashedWords(), "hashed")


def likeness(encoder, one, other):
    first, second = encoder.encode([one, other])
    return float(first @ second)


@pytest.mark.parametrize(
    ("near", "word", "far"),
    [
        ("wireless headphones", "headphone, wireless", "garden hose"),
        ("wirless headphnes", "wireless headphones", "garden hose"),
        ("dv7 1211ea", "HP Pavilion dv7-1211ea", "HP Pavilion dv6-2020sw"),
        ("夏季连衣裙", "连衣裙 夏季 新款", "男士运动鞋"),
        ("the red lamp", "red lamp", "the blue lamp"),
    ],
)
def test_what_is_written_alike_is_nearer(encoder, near, word, far):
    assert likeness(encoder, near, word) > likeness(encoder, far, word) + 0.1


def test_unlike_texts_are_nearly_orthogonal(encoder):
    texts = ["garden hose", "wireless headphones", "连衣裙", "coffee maker", "toner cartridge", "кресло"]
    vectors = encoder.encode(texts)
    off = (vectors @ vectors.T)[~np.eye(len(texts), dtype=bool)]
    assert np.abs(off).max() < 0.3


def test_a_repeated_word_counts_more_but_not_twice(encoder):
    once, twice, lamp = encoder.encode(["red lamp", "red lamp lamp", "lamp"])
    assert once @ lamp < twice @ lamp < 0.95


def test_order_does_not_matter(encoder):
    np.testing.assert_allclose(*encoder.encode(["red lamp usb", "usb lamp red"]), atol=1e-6)


def test_nothing_said_gives_zeros(encoder):
    np.testing.assert_array_equal(encoder.encode(["", "!?"]), np.zeros((2, DIMS)))


def test_vectors_are_the_same_in_every_process(encoder):
    """The hash has no seed of the process: stored vectors stay comparable."""
    (vector,) = encoder.encode(["lamp"])
    assert int(np.abs(vector).argmax()) == 257
    assert vector[257] == pytest.approx(-(0.5**0.5))
