"""The multilingual sentence encoder, with its real weights."""

import numpy as np
import pytest

from wares.encoders.base import Encoder
from wares.encoders.use import MAX_CHARS, UseTower
from wares.errors import ModelUnavailable
from wares.settings import Environment


@pytest.fixture(scope="module")
def encoder():
    try:
        return Encoder(UseTower(Environment.read(), lambda message: None, threads=2), "use")
    except ModelUnavailable as error:
        pytest.skip(f"the weights cannot be had here: {error}")


def test_chinese_and_english_names_of_a_thing_are_nearest(encoder):
    english = ["headphones", "red dress", "coffee maker", "office chair", "rice cooker", "running shoes"]
    chinese = ["耳机", "红色连衣裙", "咖啡机", "办公椅", "电饭煲", "跑步鞋"]
    likeness = encoder.encode(english) @ encoder.encode(chinese).T
    np.testing.assert_array_equal(likeness.argmax(axis=1), range(len(english)))
    np.testing.assert_array_equal(likeness.argmax(axis=0), range(len(english)))


def test_a_text_has_one_vector_whatever_is_encoded_beside_it(encoder):
    """With int8 weights a batch would set its neighbours' scales."""
    texts = [
        "usb fan",
        "a very long title of a laptop bag with many pockets and a strap " * 5,
        "灯",
        "fan",
        "x" * 300,
    ]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_array_equal(encoder.encode(texts), alone)


@pytest.mark.parametrize("blank", ["", " ", "\n\t", "\x00\x00", "\ud800"])
def test_a_blank_text_gives_zeros(encoder, blank):
    np.testing.assert_array_equal(encoder.encode([blank, "lamp"])[0], np.zeros(512))


def test_what_follows_a_nul_is_read(encoder):
    np.testing.assert_array_equal(*encoder.encode(["red\x00lamp", "red lamp"]))


def test_a_long_text_is_cut(encoder):
    start = ("a lamp of steel " * MAX_CHARS)[:MAX_CHARS]
    np.testing.assert_array_equal(*encoder.encode([start, start + " and of glass"]))


def test_the_fingerprint_names_the_weights(encoder):
    assert encoder.fingerprint.startswith("use-multilingual-v3:b8b05b01")
