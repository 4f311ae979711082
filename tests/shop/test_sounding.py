"""Products that sound: found by recordings that sound like them, with the stretch that does."""

from __future__ import annotations

import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import wares
from wares.errors import MissingExtra, ModelUnavailable, QueryError
from wares.extraction import listener
from wares.listening import DEAF
from wares.records import Media, Product
from wares.settings import Environment, ExtractionSettings, Settings

RATE = 16_000


def hum(seconds: float, seed: int) -> np.ndarray:
    """A low tone with its overtones."""
    times = np.arange(int(seconds * RATE)) / RATE
    pitch = 110 + seed
    tones = sum(np.sin(2 * np.pi * pitch * n * times) / n for n in range(1, 6))
    return 0.2 * tones + np.random.default_rng(seed).normal(0, 0.002, len(times))


def knocks(seconds: float, seed: int) -> np.ndarray:
    """Short bursts of noise, some five a second."""
    noise = np.random.default_rng(seed).normal(0, 0.3, int(seconds * RATE))
    since = np.arange(len(noise)) % (3_000 + 40 * seed)
    return noise * np.exp(-since / 300)


def whistle(seconds: float, seed: int) -> np.ndarray:
    """A high tone that goes up and down."""
    times = np.arange(int(seconds * RATE)) / RATE
    return 0.4 * np.sin(2 * np.pi * (2_500 + 10 * seed) * times + 40 * np.sin(2 * np.pi * 3 * times))


def hiss(seconds: float, seed: int) -> np.ndarray:
    """Noise, evenly loud."""
    return np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE))


SOUNDS = {"hum": hum, "knocks": knocks, "whistle": whistle}


def saved(path: Path, samples: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
    return path


@pytest.fixture(autouse=True)
def deaf(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No extra that listens to what is said."""
    listener.cache_clear()
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    monkeypatch.delitem(sys.modules, "wares.extraction.speech", raising=False)
    yield
    listener.cache_clear()


@pytest.fixture(scope="module")
def sounding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wares.Shop]:
    folder = tmp_path_factory.mktemp("sounding")
    mixed = np.concatenate([hiss(20, 3), whistle(10, 3)])
    sounds = {name: saved(folder / f"{name}.wav", make(4, 1)) for name, make in SOUNDS.items() if name != "whistle"}
    sounds["hiss and whistle"] = saved(folder / "mixed.wav", mixed)
    products = [
        Product(id=name, title=f"Article {at}", media=(Media(str(path), modality="audio"),))
        for at, (name, path) in enumerate(sounds.items())
    ]
    settings = Settings(model="default", extraction=ExtractionSettings(take=("sounds",)))
    try:
        shop = wares.Shop.open(folder / "shop", settings=settings, environment=Environment.read())
        shop.add(products)
    except ModelUnavailable as error:
        pytest.skip(f"the weights cannot be had here: {error}")
    with shop:
        assert shop.extract().segments == 5  # the last one has three stretches of ten seconds
        yield shop


@pytest.mark.parametrize(("asked", "found"), [("hum", "hum"), ("knocks", "knocks"), ("whistle", "hiss and whistle")])
def test_a_recording_finds_what_sounds_like_it(sounding: wares.Shop, tmp_path: Path, asked: str, found: str) -> None:
    results = sounding.search(audio=saved(tmp_path / "asked.wav", SOUNDS[asked](2, 2)))
    assert results.hits[0].id == found
    assert DEAF in results.notes and results.heard == ()


def test_a_hit_tells_the_stretch_that_sounds_like_it(sounding: wares.Shop, tmp_path: Path) -> None:
    (hit, *_) = sounding.search(audio=saved(tmp_path / "asked.wav", whistle(2, 2))).hits
    assert hit.media is not None and hit.media.segment is not None
    assert (hit.media.segment.start_s, hit.media.segment.end_s) == (20.0, 30.0)


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[wares.Shop]:
    """A shop whose products have no sounds."""
    try:
        shop = wares.open(tmp_path_factory.mktemp("silent") / "shop", model="default")
        shop.add([Product(id="1", title="Red shoes"), Product(id="2", title="Blue kettle")])
    except ModelUnavailable as error:
        pytest.skip(f"the weights cannot be had here: {error}")
    with shop:
        yield shop


def test_a_sound_like_nothing_is_told_and_beside_words_left_out(silent: wares.Shop, tmp_path: Path) -> None:
    noise = saved(tmp_path / "noise.wav", np.random.default_rng(1).normal(0, 0.1, 2 * RATE))
    with pytest.raises(QueryError, match="like nothing that is known here"):
        silent.search(audio=noise)
    assert [hit.id for hit in silent.search("red shoes", audio=noise).hits][:1] == ["1"]


def test_a_shop_that_cannot_compare_sounds_tells_what_to_install(tmp_path: Path) -> None:
    with wares.open(tmp_path / "shop", model="basic") as shop:
        shop.add([Product(id="1", title="Red shoes")])
        with pytest.raises(MissingExtra, match=r"wares\[speech\]"):
            shop.search(audio=saved(tmp_path / "hum.wav", hum(1, 1)))
