"""The head of sounds: learned from clips of tones, noise and clicks."""

from pathlib import Path

import numpy as np
import pytest

from wares.encoders.hearing import SoundTower
from wares.errors import CatalogueError, SetupError
from wares.fit.sounds import nothing
from wares.fit.sounds.clips import Clip, read, recording, view
from wares.fit.sounds.training import Recipe, learn, lesson
from wares.media.sounds import RATE, Sound

RECIPE = Recipe(steps=60, hidden=16, views=1, nothing=14, timbre=4)


def clip(source: int, take: int) -> Clip:
    chance = np.random.default_rng((source, take))
    times = np.arange(RATE) / RATE
    pitch = (220.0, 1760.0)[source] * chance.uniform(0.9, 1.1)
    samples = 0.3 * np.sin(2 * np.pi * pitch * times) * np.exp(-times * (0.5, 6.0)[source])
    sound = Sound((samples + chance.normal(0, 0.002, RATE)).astype(np.float32))
    return Clip(f"{source}-{take}", str(source), "", f"{source}-{take}", source, "CC0", sound)


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return [clip(source, take) for source in range(2) for take in range(20)]


def test_it_tells_apart_what_it_was_taught(clips: list[Clip]):
    hearing = learn(lesson(clips, RECIPE), 2, RECIPE)
    new = [clip(source, take) for source in range(2) for take in range(100, 105)]
    likely = hearing.head(SoundTower().features([one.sound for one in new]))[:, :-1]
    assert likely.argmax(axis=1).tolist() == [one.source for one in new]


def test_the_same_clips_and_seed_give_the_same_head(clips: list[Clip]):
    marks = {learn(lesson(clips, RECIPE), 2, RECIPE).fingerprint() for _ in range(2)}
    assert len(marks) == 1


def test_takes_and_pitches_are_of_one_recording():
    assert recording("esc-2-18766-B") == recording("esc-2-18766-A") != recording("esc-2-30322-A")
    assert recording("fr3-061-4") == recording("fr3-061-0") != recording("fr3-062-4")
    assert recording("sp-drum_roll") != recording("sp-drum_tom")


def test_a_view_is_a_sound_that_is_not_the_same():
    sound = clip(0, 0).sound
    seen = view(sound, np.random.default_rng(1))
    assert np.abs(seen.samples).max() <= 1 and seen.samples.dtype == np.float32
    assert len(seen.samples) != len(sound.samples) or not np.array_equal(seen.samples, sound.samples)


def test_sounds_of_nothing_are_many_within_bounds_and_the_same_again():
    made = nothing.sounds(14, 3)
    assert all(np.isfinite(s.samples).all() and 0 < np.abs(s.samples).max() <= 1 for s in made)
    again = nothing.sounds(14, 3)
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(made, again, strict=True))


def test_a_folder_without_the_set_says_what_is_missing(tmp_path: Path):
    with pytest.raises(SetupError, match=r"audio\.dev\.zip is missing"):
        read(tmp_path, ())


def test_another_file_of_that_name_says_so(tmp_path: Path):
    (tmp_path / "audio.dev.zip").write_bytes(b"no archive")
    with pytest.raises(CatalogueError, match="not the set of sounds"):
        read(tmp_path, ())
