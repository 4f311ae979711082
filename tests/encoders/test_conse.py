"""Class names, and pictures as means of them."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from wares.encoders import colour, conse
from wares.encoders.base import Tower
from wares.encoders.derived import kept
from wares.settings import Environment


class Letters(Tower):
    """Text → which letters it has: a small text tower that is exact."""

    name = fingerprint = "letters"
    modality = "text"
    dims = 26

    def encode_batch(self, batch):
        return np.array([[float(chr(97 + n) in text.lower()) for n in range(26)] for text in batch], np.float32)


def test_no_class_is_two_things_and_all_have_names_in_both_languages():
    rows = conse.things()
    classes = [number for thing in rows for number in thing.classes]
    assert len(set(classes)) == len(classes) > 900
    assert set(classes) <= set(range(1000))
    for thing in rows:
        assert all(name.strip() == name and name.isascii() for name in thing.english)
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in name) for name in thing.chinese)


def test_well_known_classes_have_their_names():
    """Indices of ILSVRC 2012 that are easily checked."""
    named = {number: thing for thing in conse.things() for number in thing.classes}
    for number, english, chinese in [
        (281, "cat", "猫"),
        (430, "basketball", "篮球"),
        (487, "mobile phone", "手机"),
        (504, "coffee mug", "马克杯"),
        (770, "running shoes", "跑鞋"),
        (831, "sofa", "沙发"),
        (837, "sunglasses", "太阳镜"),
        (954, "banana", "香蕉"),
    ]:
        assert english in named[number].english
        assert chinese in named[number].chinese


def test_places_and_parts_of_bodies_are_no_things():
    named = {number for thing in conse.things() for number in thing.classes}
    assert named.isdisjoint({977, 978, 979, 998})  # sandbar, seashore, valley, ear


@settings(max_examples=25, deadline=None)
@given(arrays.arrays(np.float32, (2, 1000), elements=st.floats(-30, 30, width=32)))
def test_a_picture_is_its_likeliest_things_by_their_probabilities(logits):
    rows = conse.things()
    for row, found in zip(logits, conse.probabilities(logits, conse.membership(rows)), strict=True):
        likely = np.exp((row.astype(float) - row.max()) / conse.TEMPERATURE)
        sums = np.array([sum(likely[number] for number in thing.classes) for thing in rows])
        kept = found > 0
        assert kept.sum() >= conse.TOP or sums[~kept].max() < 1e-30
        assert sums[kept].min() >= sums[~kept].max(initial=0) * (1 - 1e-4)
        np.testing.assert_allclose(found[kept], sums[kept] / sums[kept].sum(), rtol=1e-3, atol=1e-6)


def test_a_text_of_colours_alone_is_only_colour(tmp_path):
    names, fingerprint = conse.name_vectors(Letters(), Environment(cache=tmp_path))
    encoder = conse.TextEncoder(conse.TextWithColours(Letters()), names, fingerprint)
    red, dress, nothing = encoder.encode(["red", "dress", ""])
    assert not red[:26].any()
    assert colour.NAMES[int(red[26:].argmax())] == "red"
    assert not dress[26:].any()
    assert not nothing.any()


def test_a_colour_moves_a_text_only_along_the_colours(tmp_path):
    names, fingerprint = conse.name_vectors(Letters(), Environment(cache=tmp_path))
    encoder = conse.TextEncoder(conse.TextWithColours(Letters()), names, fingerprint)
    plain, red = encoder.encode(["dress", "red dress"])
    assert plain[:26] @ red[:26] / np.linalg.norm(red[:26]) > 1 - 1e-5
    np.testing.assert_allclose(np.linalg.norm(red[26:]) / np.linalg.norm(red[:26]), conse.COLOUR_WEIGHT, rtol=1e-5)


def test_the_fingerprint_follows_the_text_tower(tmp_path):
    class Others(Letters):
        fingerprint = "other letters"

    environment = Environment(cache=tmp_path)
    assert conse.name_vectors(Letters(), environment)[1] != conse.name_vectors(Others(), environment)[1]


def test_what_is_kept_is_read_and_not_made_again(tmp_path):
    made = []

    def make():
        made.append(1)
        return np.arange(4, dtype=np.float32)

    environment = Environment(cache=tmp_path)
    first, key = kept(environment, "rows", "seed 1", make)
    again, same = kept(environment, "rows", "seed 1", make)
    np.testing.assert_array_equal(first, again)
    assert (key, len(made)) == (same, 1)
    assert kept(environment, "rows", "seed 2", make)[1] != key


def test_what_is_damaged_or_cannot_be_kept_is_made_anew(tmp_path):
    environment = Environment(cache=tmp_path)
    _, key = kept(environment, "rows", "seed", lambda: np.ones(3, np.float32))
    (tmp_path / "derived" / f"rows-{key}.npy").write_bytes(b"\x93NUMPY damaged")
    np.testing.assert_array_equal(kept(environment, "rows", "seed", lambda: np.ones(3, np.float32))[0], np.ones(3))
    (tmp_path / "file").write_text("in the way")
    array, _ = kept(Environment(cache=tmp_path / "file"), "rows", "seed", lambda: np.ones(3, np.float32))
    np.testing.assert_array_equal(array, np.ones(3))
