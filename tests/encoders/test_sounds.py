"""Sounds as questions: what their features keep, what the head makes of them, and what it leaves alone."""

import csv
import io
import re
import zipfile
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np
import pytest

from wares.encoders import sounds, spectrum
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.hearing import DIMS, SoundTower
from wares.errors import StoreError
from wares.media.decoding import Decoder
from wares.media.sounds import RATE, Sound
from wares.settings import Environment

SET = Path(__file__).parents[3] / "shared" / "data" / "audio.dev.zip"


def tone(pitch, seconds=1.0, decay=0.0):
    times = np.arange(int(seconds * RATE)) / RATE
    partials = sum(np.sin(2 * np.pi * pitch * n * times) / n for n in (1, 2, 3))
    return Sound((0.3 * np.exp(-decay * times) * partials).astype(np.float32))


def noise(seconds=1.0, seed=0):
    return Sound(np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE)).astype(np.float32))


def silence(seconds=1.0):
    return Sound(np.zeros(int(seconds * RATE), np.float32))


class Letters(Tower):
    """Texts by their letters: enough to be told apart."""

    name, fingerprint, modality, dims = "letters", "letters:1", "text", 64

    def encode_batch(self, batch):
        rows = np.zeros((len(batch), self.dims), np.float32)
        for row, text in zip(rows, batch, strict=True):
            for letter in text:
                row[ord(letter) % self.dims] += 1
        return rows


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """Words, meaning, question of titles, timbre: with the head that wares brings."""
    environment = Environment(cache=tmp_path_factory.mktemp("cache"), offline=True)
    return sounds.sound_encoders(Encoder(Letters(), "letters"), environment)


def likeness(one, other):
    rows = SoundTower().features([one, other])
    return float(np.prod(unit(rows), axis=0).sum())


@pytest.mark.parametrize("sound", [tone(440), noise(), silence(), tone(440, 0.01), Sound(np.ones(1, np.float32))])
def test_any_sound_has_features_that_are_numbers(sound: Sound):
    (row,) = SoundTower().features([sound])
    assert row.shape == (DIMS,) and np.isfinite(row).all()


def test_silence_has_no_features():
    assert not SoundTower().features([silence()]).any()


def test_how_loud_a_sound_was_recorded_does_not_count():
    loud = tone(440, decay=3)
    quiet = Sound(loud.samples * np.float32(0.1))
    assert likeness(loud, quiet) > 0.999


def test_a_pitch_is_nearer_to_itself_played_longer_than_to_noise():
    assert likeness(tone(440), tone(440, 2.0)) > likeness(tone(440), noise())


def test_the_cosine_transform_keeps_lengths():
    rows = spectrum.cosines(26, 26)
    assert np.allclose(rows @ rows.T, np.eye(26), atol=1e-5)


def test_frames_of_a_short_sound_are_filled_with_silence():
    assert spectrum.framed(np.ones(3, np.float32), 5, 2).tolist() == [[1, 1, 1, 0, 0]]


def test_every_source_has_names_in_both_languages_and_no_label_has_two_sources():
    rows = sounds.sources()
    labels = [label for row in rows for label in row.labels]
    assert all(row.english and row.chinese for row in rows)
    assert len(labels) == len(set(labels))


def test_words_and_sounds_meet_in_one_space_that_texts_of_products_are_not_put_into(heard):
    words, meaning, asking, timbre = heard
    assert words.space == meaning.space and words.asks_only and not meaning.asks_only
    assert words.dims == meaning.dims
    assert asking.space == "letters" and asking.asks_only
    assert [e.channel for e in (meaning, timbre)] == ["sounding.audio", "timbre.audio"]
    assert len({encoder.channel for encoder in heard}) == 4


def test_vectors_have_length_one_and_silence_asks_nothing(heard):
    _, meaning, asking, timbre = heard
    some = [tone(440), noise()]
    for encoder in (meaning, timbre):
        assert np.allclose(np.linalg.norm(encoder.encode(some), axis=1), 1, atol=1e-5)
    for encoder in (meaning, asking, timbre):
        assert not encoder.encode([silence()]).any()


def test_noise_asks_for_nothing_that_is_sold(heard):
    _, _, asking, _ = heard
    assert not asking.encode([noise(2.0, seed) for seed in range(5)]).any()


def test_a_meaning_shrinks_as_the_sound_is_strange(heard):
    words, meaning, _, _ = heard
    hearing = sounds.shipped()
    rows = SoundTower().features([noise(), tone(262, decay=2)])
    certain = hearing.likely(rows).sum(axis=1)
    lengths = np.linalg.norm(meaning.project(rows)[:, : words.tower.dims], axis=1)
    assert np.allclose(lengths, certain, atol=1e-3)


def test_the_likeliest_stay_as_they_are_and_the_others_are_nothing():
    row = np.linspace(0.01, 0.3, 9, dtype=np.float32)[None]
    kept = sounds.likeliest(row)
    assert np.count_nonzero(kept) == sounds.TOP
    assert np.array_equal(kept[kept > 0], row[0, -sounds.TOP :])


def test_what_is_written_is_read_back(tmp_path: Path):
    hearing = sounds.shipped()
    sounds.save(hearing, tmp_path / "again.npz")
    again = sounds.load(tmp_path / "again.npz")
    rows = SoundTower().features([tone(440), noise()])
    assert np.allclose(again.likely(rows), hearing.likely(rows), atol=1e-3)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_a_damaged_head_says_so(tmp_path: Path, content: bytes):
    path = tmp_path / "head.npz"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        sounds.load(path)


def test_a_head_of_another_version_is_refused(tmp_path: Path):
    other = msgspec.structs.replace(sounds.shipped(), tower="hearing:0")
    sounds.save(other, tmp_path / "old.npz")
    with pytest.raises(StoreError, match="another version"):
        sounds.load(tmp_path / "old.npz")


def test_most_clips_that_it_learned_from_are_called_what_they_are():
    if not SET.exists():
        pytest.skip("the set of sounds is not here")
    rows = {label: at for at, source in enumerate(sounds.sources()) for label in source.labels}
    with zipfile.ZipFile(SET) as archive, Decoder() as decoder:
        table = list(csv.DictReader(io.TextIOWrapper(archive.open("audio.csv"), "utf-8")))[::10]
        clips = [decoder.sound(archive.read(row["audio"])) for row in table]
    said = sounds.shipped().likely(SoundTower().features(clips)).argmax(axis=1)
    assert np.mean([rows[row["label"]] == one for row, one in zip(table, said, strict=True)]) > 0.8


def test_who_recorded_the_clips_that_ask_for_it_is_named():
    card = msgspec.json.decode(files("wares.encoders").joinpath("sounds.json").read_bytes())
    notice = (Path(__file__).parents[2] / "NOTICE").read_text("utf-8")
    numbers = {id.split("-")[2] for id in card["credited"]}
    assert len(numbers) == 60 and not [number for number in numbers if not re.search(rf"\b{number}\b", notice)]
