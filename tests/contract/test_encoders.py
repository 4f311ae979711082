"""What holds for every encoder: of each model in the table, of a two-tower export in either layout, and what each
baseline of the table makes of the same small catalogue."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from wares import encoders
from wares.encoders import classic
from wares.encoders.base import Encoder
from wares.encoders.familiarity import everything
from wares.encoders.fitted import ground
from wares.encoders.heads import Heads
from wares.encoders.terms import BUCKETS
from wares.errors import MissingExtra, ModelUnavailable
from wares.fit.network import Shape, begin
from wares.media.sounds import Sound
from wares.settings import Environment

EXPORTS = {"two-tower, split": "split", "two-tower, joint": "joint"}

BASELINES = "all baselines"

#: A vector may differ by so much when other contents are encoded beside it (float32 sums in another order).
TOLERANCE = 2e-4


def photo(seed, size=(96, 64)):
    """A picture with a plain ground, a coloured shape and some grain."""
    generator = np.random.default_rng(seed)
    picture = Image.new("RGB", size, (245, 245, 240))
    width, height = size
    colour = tuple(generator.integers(0, 256, 3).tolist())
    picture.paste(colour, (width // 4, height // 4, max(width * 3 // 4, 1), max(height * 3 // 4, 1)))
    grain = generator.integers(-8, 9, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(picture).astype(int) + grain, 0, 255).astype(np.uint8))


def tone(pitch, seconds=0.5, loudness=0.5):
    """A tone with some noise, at 16,000 samples a second."""
    times = np.arange(int(seconds * 16_000)) / 16_000
    noise = np.random.default_rng(int(pitch)).normal(0, 0.02, len(times))
    return Sound((loudness * np.sin(2 * np.pi * pitch * times) + noise).astype(np.float32))


ORDINARY = {
    "text": ["red lamp", "green", "a blue dress for women, size M", "红色连衣裙", "HP Pavilion dv7-1211ea 43.2 cm"],
    "image": [photo(1), photo(2), photo(3, (40, 120)), photo(4, (8, 8)), photo(5, (300, 300))],
    "audio": [tone(220), tone(440, 1.5), tone(880, 0.1), tone(3000, loudness=0.05), tone(50)],
}
HOSTILE = {
    "text": [
        "word " * 10_000,
        "字" * 10_000,
        "🛒🇨🇳👩‍👩‍👧",
        "a\x00b",
        "\ud800",
        "\u202e\u0301",
        "",
        " \n\t",
        "-" * 500,
    ],
    "image": [photo(6, (1, 1)), photo(7, (3000, 10)), photo(8, (10, 3000)), Image.new("RGB", (64, 64), "white")],
    "audio": [
        Sound(np.zeros(0, np.float32)),
        Sound(np.ones(1, np.float32)),
        Sound(np.zeros(16_000, np.float32)),
        Sound(np.sign(tone(100).samples)),
    ],
}
#: Encoders that say nothing of what they are not certain of, such as tones that no thing makes.
RESERVED = {"use.audio"}
#: What baselines learn from: the words of some texts that share words, the pictures, the sounds.
TAUGHT = {
    **ORDINARY,
    "text": [*ORDINARY["text"], "red dress lamp", "green lamp", "红色灯", "blue HP women", "size 43"],
}


def learnt(name):
    return classic.learn(name, TAUGHT[classic.build(name).modality])


#: Models with heads, as a shop has them after a fit.
FITTED = {"basic, fitted": "basic", "two-tower, fitted": "split"}


@pytest.fixture(scope="module", params=[*encoders.MODELS, *EXPORTS, *FITTED, BASELINES])
def build(request, export):
    """Builds one model, as often as it is called."""
    name = EXPORTS.get(request.param) or FITTED.get(request.param) or request.param
    # Heads read features as they are, and those of the export are means over the padding too, unless it is fixed.
    length = 6 if request.param in FITTED else "sequence"
    location = f"file:{export(name, length=length)}" if name in EXPORTS.values() else name
    environment = Environment.read()

    def again() -> tuple[Encoder, ...]:
        try:
            if request.param == BASELINES:
                return tuple(learnt(name) for name in classic.BASELINES)
            heads = heads_for(encoders.unfitted(location, environment)) if request.param in FITTED else None
            return encoders.build(location, environment, lambda message: None, heads=heads)
        except ModelUnavailable as error:
            pytest.skip(f"the weights cannot be had here: {error}")
        except MissingExtra as error:
            pytest.skip(str(error))

    return again


def read(base):
    return base.words.read.stop - base.words.read.start


def heads_for(unfitted: tuple[Encoder, ...]) -> Heads:
    """Heads drawn by chance, with something in their table."""
    chance, base = np.random.default_rng(8), ground(unfitted)
    words = begin(chance.random((30, read(base)), np.float32), Shape(8, 12, BUCKETS), chance)
    words.table[:] = chance.normal(size=words.table.shape)
    return Heads(
        words=words,
        pictures=begin(chance.random((30, base.pictures.dims), np.float32), Shape(8, 12), chance),
        familiar=everything(len(np.arange(base.pictures.dims)[base.pictures.shows])),
        towers=(base.words.fingerprint, base.pictures.fingerprint),
        prior=0.25,
        look=0.5,
    )


@pytest.fixture(scope="module")
def built(build):
    return build()


def test_channels_are_distinct_and_named_after_space_and_modality(built):
    channels = [encoder.channel for encoder in built]
    assert len(set(channels)) == len(channels)
    assert channels == [f"{encoder.space}.{encoder.modality}" for encoder in built]
    assert all(
        encoder.space and set(encoder.space) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for encoder in built
    )


def test_there_are_words_and_pictures(built):
    assert {encoder.modality for encoder in built} >= {"text", "image"}


def test_encoders_of_one_space_have_its_dimensions(built):
    for encoder in built:
        assert {other.dims for other in built if other.space == encoder.space} == {encoder.dims}


def test_vectors_are_float32_of_unit_length(built):
    for encoder in built:
        contents = ORDINARY[encoder.modality]
        vectors = encoder.encode(contents)
        assert vectors.dtype == np.float32, encoder.channel
        assert vectors.shape == (len(contents), encoder.dims), encoder.channel
        lengths = np.linalg.norm(vectors, axis=1)
        assert (np.isclose(lengths, 1.0, atol=1e-4) | (lengths == 0)).all(), encoder.channel
        assert lengths[0] > 0 or encoder.channel in RESERVED, encoder.channel


def test_nothing_gives_no_rows(built):
    for encoder in built:
        assert encoder.encode([]).shape == (0, encoder.dims), encoder.channel
        assert encoder.tower.features([]).shape == (0, encoder.tower.dims), encoder.channel


def test_the_same_content_gives_the_same_vector(built):
    for encoder in built:
        contents = ORDINARY[encoder.modality]
        np.testing.assert_array_equal(encoder.encode(contents), encoder.encode(contents), encoder.channel)


def test_a_vector_does_not_depend_on_its_neighbours(built):
    for encoder in built:
        contents = ORDINARY[encoder.modality]
        alone = np.concatenate([encoder.encode([content]) for content in contents])
        np.testing.assert_allclose(encoder.encode(contents), alone, atol=TOLERANCE, err_msg=encoder.channel)
        many = [*HOSTILE[encoder.modality], *contents * 4]
        after = encoder.encode(many)[-len(contents) :]
        np.testing.assert_allclose(after, alone, atol=TOLERANCE, err_msg=encoder.channel)


def test_features_projected_later_give_the_same_vectors(built):
    for encoder in built:
        contents = ORDINARY[encoder.modality]
        features = encoder.tower.features(contents)
        assert features.dtype == np.float32, encoder.channel
        assert features.shape == (len(contents), encoder.tower.dims), encoder.channel
        np.testing.assert_allclose(encoder.project(features), encoder.encode(contents), atol=1e-6)


def test_hostile_content_gives_finite_rows(built):
    for encoder in built:
        contents = HOSTILE[encoder.modality]
        vectors = encoder.encode(contents)
        assert vectors.shape == (len(contents), encoder.dims), encoder.channel
        assert np.isfinite(vectors).all(), encoder.channel
        assert (np.linalg.norm(vectors, axis=1) < 1.001).all(), encoder.channel


def test_a_blank_text_gives_zeros_or_what_every_blank_text_gives(built):
    for encoder in built:
        if encoder.modality == "text":
            empty, blank = encoder.encode(["", " \t"])
            np.testing.assert_allclose(empty, blank, atol=TOLERANCE, err_msg=encoder.channel)


def test_a_second_build_has_the_same_fingerprints_and_vectors(build, built):
    for first, second in zip(built, build(), strict=True):
        assert (first.channel, first.fingerprint, first.dims) == (second.channel, second.fingerprint, second.dims)
        assert first.tower.fingerprint == second.tower.fingerprint
        content = ORDINARY[first.modality][:2]
        np.testing.assert_allclose(first.encode(content), second.encode(content), atol=1e-6)


def test_fingerprints_tell_encoders_apart(built):
    kinds = {(encoder.channel, encoder.fingerprint) for encoder in built}
    assert len({fingerprint for _, fingerprint in kinds}) == len(built)


def test_four_threads_get_what_one_gets(built):
    for encoder in built:
        contents = ORDINARY[encoder.modality]
        expected = encoder.encode(contents)
        together = threading.Barrier(4)

        def work(shift, encoder=encoder, contents=contents, together=together):
            together.wait()
            return [encoder.encode(contents[shift:] + contents[:shift]) for _ in range(2)]

        with ThreadPoolExecutor(4) as pool:
            for shift, results in enumerate(pool.map(work, range(4))):
                for vectors in results:
                    np.testing.assert_allclose(
                        np.roll(vectors, shift, axis=0), expected, atol=TOLERANCE, err_msg=encoder.channel
                    )
