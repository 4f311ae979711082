"""What is said: in recordings of people where the development data are there, and nothing where nobody speaks."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from wares import media
from wares.errors import MediaError, MissingExtra, ModelUnavailable, SetupError
from wares.extraction import build, listener
from wares.media.footage import Footage
from wares.media.sounds import Sound
from wares.settings import Environment, ExtractionSettings

pytest.importorskip("faster_whisper")
from faster_whisper.transcribe import TranscriptionInfo

from wares.extraction.speech import Speech

STAMPS = Path(__file__).parents[3] / "shared" / "data" / "tuxpaint_stamps.dev.zip"
SECOND = 16_000


@pytest.fixture(scope="module")
def speech():
    try:
        return listener(Environment.read(), ExtractionSettings())
    except ModelUnavailable as error:
        pytest.skip(f"the model of speech cannot be had here: {error}")


def sound(samples) -> Sound:
    return Sound(np.asarray(samples, np.float32))


TIMES = np.arange(3 * SECOND) / SECOND
QUIET = {
    "noise": np.random.default_rng(7).normal(0, 0.1, 3 * SECOND),
    "hum": 0.3 * np.sin(2 * np.pi * 50 * TIMES),
    "a melody": 0.2 * np.sin(2 * np.pi * np.repeat([262, 330, 392, 523], 3 * SECOND // 4) * TIMES),
    "clicks": np.where(np.arange(3 * SECOND) % 8_000 < 40, 0.8, 0.0),
}


@pytest.mark.parametrize("name", QUIET)
def test_where_nobody_speaks_no_words_are_heard(speech, name: str) -> None:
    heard = speech.listen(sound(QUIET[name]))
    assert (heard.kind, heard.text, heard.seconds) == ("sound", "", 3.0)
    assert speech.extract(sound(QUIET[name])) == ()


@pytest.mark.parametrize("samples", [np.zeros(3 * SECOND), np.full(SECOND, 1e-4), np.zeros(10), np.zeros(0)])
def test_silence_is_told_from_a_sound(speech, samples) -> None:
    assert speech.listen(sound(samples)).kind == "silence"


def test_a_video_without_sound_says_nothing(speech) -> None:
    assert speech.extract(Footage(3.0, ())) == ()


def test_a_picture_is_not_listened_to(speech) -> None:
    from PIL import Image

    with pytest.raises(MediaError, match="neither a sound nor a video"):
        speech.extract(Image.new("RGB", (4, 4)))


@pytest.mark.skipif(not STAMPS.exists(), reason="the development data are not here")
def test_spoken_captions_are_written_down_with_their_times(speech) -> None:
    with zipfile.ZipFile(STAMPS) as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("products.csv"), "utf-8")))
        names = set(archive.namelist())
        spoken = [row for row in rows if f"audio/{row['id']}_desc_en.ogg" in names][:4]
        right = 0
        for row in spoken:
            clip = media.decode_sound(archive.read(f"audio/{row['id']}_desc_en.ogg"))
            passages = speech.extract(clip)
            words = {word for one in passages for word in re.findall(r"\w+", one.text.lower())}
            right += bool(words & set(re.findall(r"\w+", row["title"].lower())))
            assert all(0 <= one.start_s < one.end_s <= len(clip.samples) / SECOND + 0.01 for one in passages)
            assert all(one.kind == "speech" and one.language == "en" for one in passages)
        assert right >= len(spoken) - 1


LIKELY = {"th": 0.5, "zh": 0.2, "en": 0.1}


@pytest.mark.parametrize(
    ("languages", "stranger", "likely", "own"),
    [
        (("en", "zh"), math.inf, LIKELY, "zh"),
        (("en", "zh"), 4.0, LIKELY, "zh"),
        (("en", "zh"), 4.0, {**LIKELY, "th": 0.9}, "th"),
        (("en", "th"), math.inf, LIKELY, "th"),
        ((), math.inf, LIKELY, "th"),
    ],
)
def test_a_strange_language_is_believed_in_media_when_it_is_much_likelier_and_in_questions_never(
    languages, stranger: float, likely: dict[str, float], own: str
) -> None:
    info = TranscriptionInfo(
        language="th",
        language_probability=likely["th"],
        duration=1.0,
        duration_after_vad=1.0,
        all_language_probs=list(likely.items()),
        transcription_options=None,
        vad_options=None,
    )
    assert Speech(None, languages, "")._own(info, stranger) == own


def test_a_language_that_the_model_does_not_know_is_told(speech) -> None:
    with pytest.raises(SetupError, match="does not know xx"):
        build("speech", Environment.read(), ExtractionSettings(speech_languages=("en", "xx")))


@pytest.mark.parametrize(
    ("location", "error", "told"),
    [
        ("whisper-huge", SetupError, "speech_model"),
        ("file:/nowhere", ModelUnavailable, r"has no model\.bin"),
    ],
)
def test_a_model_that_there_is_not_is_told(location: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        build("speech", Environment.read(), ExtractionSettings(speech_model=location))


def test_a_folder_that_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"no model")
    with pytest.raises(ModelUnavailable, match="cannot be used for speech"):
        build("speech", Environment.read(), ExtractionSettings(speech_model=f"file:{tmp_path}"))


def test_without_the_extra_its_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    monkeypatch.delitem(sys.modules, "wares.extraction.speech", raising=False)
    with pytest.raises(MissingExtra, match=r'pip install "wares\[speech\]"'):
        build("speech", Environment.read(), ExtractionSettings())
