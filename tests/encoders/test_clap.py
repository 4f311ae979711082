"""CLAP exports: a tiny one in the layout of the real ones, whose three kinds of tones are known; and what it hears,
against its definition."""

from __future__ import annotations

import json
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

import wares
from wares import encoders
from wares.encoders.log_mel import LogMel, raised
from wares.encoders.spectrum import slaney_bands
from wares.errors import SetupError
from wares.media.sounds import RATE, Sound
from wares.records import Media, Product
from wares.settings import Environment, ExtractionSettings, Settings

PITCHES = {"red": 300, "green": 2_000, "blue": 6_000}


def tone(pitch: float, seconds: float = 1.0) -> Sound:
    return Sound((0.3 * np.sin(2 * np.pi * pitch * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32))


@pytest.fixture
def environment(tmp_path):
    return Environment(cache=tmp_path / "cache", offline=True)


def test_words_find_sounds_and_sounds_their_like(export, environment):
    text, audio = encoders.build(f"file:{export('sounds')}", environment)
    assert (text.channel, audio.channel, audio.modality) == ("tiny-clap.text", "tiny-clap.audio", "audio")
    words = text.encode(list(PITCHES))
    sounds = audio.encode([tone(pitch) for pitch in PITCHES.values()])
    others = audio.encode([tone(1.1 * pitch, 0.4) for pitch in PITCHES.values()])
    for asked in (words, others):
        np.testing.assert_array_equal((asked @ sounds.T).argmax(axis=1), [0, 1, 2])


def test_spectra_are_those_of_the_definition():
    """Every step again, slowly: the sum of the transform, one band and one frame at a time."""
    prepare = LogMel(fft_window_size=64, hop_length=24, feature_size=6, nb_max_samples=480, frequency_max=20_000.0)
    samples = np.random.default_rng(2).normal(0, 0.2, 200).astype(np.float32)
    found = prepare(Sound(samples[:40]))[0]
    given = raised(samples[:40], 3)
    filled = np.concatenate([np.tile(given, 4), np.zeros(480 - 4 * len(given))])
    wrapped = np.concatenate([filled[32:0:-1], filled, filled[-2:-34:-1]])
    assert found.shape == (21, 6)
    bands = triangles(64, 48_000, 6, 50.0, 20_000.0)
    for frame in (0, 1, 7, 20):
        piece = [wrapped[24 * frame + n] * (0.5 - 0.5 * np.cos(2 * np.pi * n / 64)) for n in range(64)]
        power = [
            abs(sum(value * np.exp(-2j * np.pi * k * n / 64) for n, value in enumerate(piece))) ** 2
            for k in range(33)
        ]
        for band in range(6):
            loud = sum(weight * value for weight, value in zip(bands[band], power, strict=True))
            assert found[frame, band] == pytest.approx(10 * np.log10(max(loud, 1e-10)), abs=1e-3)


def triangles(points: int, rate: int, count: int, low: float, high: float) -> list[list[float]]:
    """Slaney's bands by their words: even steps up to 1 kHz, even ratios above, an area of one each."""

    def mel(hertz: float) -> float:
        return hertz / (200 / 3) if hertz < 1000 else 15 + 27 * np.log(hertz / 1000) / np.log(6.4)

    def hertz(mel: float) -> float:
        return mel * 200 / 3 if mel < 15 else 1000 * 6.4 ** ((mel - 15) / 27)

    ends = mel(low), mel(high)
    edges = [hertz(ends[0] + (ends[1] - ends[0]) * n / (count + 1)) for n in range(count + 2)]
    bands = []
    for left, middle, right in zip(edges, edges[1:], edges[2:], strict=False):
        band = []
        for k in range(points // 2 + 1):
            at = k * rate / points
            height = min((at - left) / (middle - left), (right - at) / (right - middle))
            band.append(max(0.0, height) * 2 / (right - left))
        bands.append(band)
    return bands


@pytest.mark.parametrize(("points", "count"), [(64, 6), (1024, 64)])
def test_bands_are_triangles_of_one_area(points, count):
    expected = triangles(points, 48_000, count, 50.0, 14_000.0)
    np.testing.assert_allclose(slaney_bands(points, 48_000, count, 50.0, 14_000.0), expected, atol=1e-9)


def test_a_rate_is_raised_without_another_sound_in_it():
    times = np.arange(RATE) / RATE
    up = raised(np.sin(2 * np.pi * 1_000 * times).astype(np.float32), 3)
    exact = np.sin(2 * np.pi * 1_000 * np.arange(3 * RATE) / (3 * RATE))
    np.testing.assert_allclose(up[200:-200], exact[200:-200], atol=1e-4)


def test_of_a_long_sound_the_middle_is_heard_and_nothing_is_a_spectrum_of_silence():
    prepare = LogMel()
    long = Sound(np.concatenate([np.zeros(5 * RATE), tone(440, 10).samples, np.zeros(5 * RATE)]).astype(np.float32))
    np.testing.assert_allclose(prepare(long)[0, 10:-10].mean(0), prepare(tone(440, 10))[0, 10:-10].mean(0), atol=0.1)
    assert (prepare(Sound(np.zeros(0, np.float32))) == -100).all()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"truncation": "fusion"}, "without fusion"),
        ({"sampling_rate": 44_100}, "no multiple"),
        ({"hop_length": 0}, "not above 0"),
        ({"feature_size": "many"}, "how sounds are prepared"),
    ],
)
def test_settings_that_cannot_be_followed_are_told(tmp_path: Path, said, told):
    path = tmp_path / "preprocessor_config.json"
    path.write_text(json.dumps(said))
    with pytest.raises(SetupError, match=told):
        LogMel.read(path)


def test_a_model_that_hears_takes_the_place_of_one_that_did(export, environment, tmp_path):
    folder = export("sounds")
    one = encoders.build("basic", environment)
    both = encoders.build(f"basic + file:{folder}", environment)
    assert [encoder.channel for encoder in both] == [*(e.channel for e in one), "tiny-clap.text", "tiny-clap.audio"]
    again = shutil.copytree(folder, tmp_path / "other-clap")
    other = encoders.build(f"file:{folder} + file:{again}", environment)
    assert [encoder.channel for encoder in other] == ["tiny-clap.text", "other-clap.text", "other-clap.audio"]


def test_two_models_of_one_name_are_told_apart_by_nobody(export, environment):
    with pytest.raises(SetupError, match=r"two models have the channel tiny-clip\.image"):
        encoders.build(f"file:{export()} + file:{export()}", environment)


def test_a_shop_with_a_clap_model_finds_sounds_by_words_and_by_sounds(export, environment, tmp_path):
    products = []
    for colour, pitch in PITCHES.items():
        path = tmp_path / f"{colour}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((tone(pitch).samples * 32_767).astype("<i2").tobytes())
        products.append(Product(id=colour, title="Thing", media=(Media(str(path), modality="audio"),)))
    settings = Settings(model=f"basic + file:{export('sounds')}", extraction=ExtractionSettings(take=("sounds",)))
    with wares.Shop.open(tmp_path / "shop", settings=settings, environment=environment) as shop:
        shop.add(products)
        assert shop.extract().segments == 3
        assert [shop.search(colour).hits[0].id for colour in PITCHES] == list(PITCHES)
        (hit, *_) = shop.search(audio=tmp_path / "blue.wav").hits
        assert hit.id == "blue"
        assert hit.media is not None and hit.media.segment is not None
