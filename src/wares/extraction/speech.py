"""Speech with Whisper (Radford et al., "Robust Speech Recognition via Large-Scale Weak Supervision", 2022), as
faster-whisper runs it, with int8 weights.

Whisper writes something down whatever it hears: "Thank you." for noise. So only what a detector of speech (Silero,
which faster-whisper brings) lets through is transcribed, and what the model itself doubts is dropped.
"""

from __future__ import annotations

import functools
import hashlib
import math
import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps

from wares import models
from wares.errors import MediaError, ModelUnavailable, SetupError
from wares.extraction.base import Listener
from wares.media.footage import Footage
from wares.media.sounds import Sound
from wares.records import Heard, Modality, Passage

if TYPE_CHECKING:
    from wares.extraction.base import Content
    from wares.settings import Environment, ExtractionSettings

CARD = "whisper-base"
#: The files that faster-whisper reads in a model's folder; which of them there are depends on the model.
FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*", "preprocessor_config.json")
#: Below this level, in decibels of full scale, a recording is silent.
SILENT_DB = -55.0
#: What is dropped: words whose mean log-probability, less so much of the probability that nobody speaks, is below
#: this. Single words are never likely; what Whisper makes of a sneeze is as likely, and nobody speaks there.
NOBODY, LEAST_LIKELY = 0.8, -1.4
#: How much likelier another language must be than those of the settings to be believed in media. In questions it
#: never is: one word is often taken for a word of a language that nobody asks in.
STRANGER = 4.0
#: Languages that are written in Chinese characters, without spaces; larger models tell Cantonese apart.
CHINESE = ("zh", "yue")
#: The detector of speech: pauses that end a passage, and the longest passage.
VOICE: Mapping[str, Any] = {"min_silence_duration_ms": 500, "max_speech_duration_s": 12.0}
_VERSION = 2


def extractor(environment: Environment, settings: ExtractionSettings) -> Speech:
    """What listens, with the model of the settings: "whisper-base", ``file:FOLDER`` or ``hf:OWNER/NAME``."""
    folder, fingerprint = _model(settings.speech_model, environment)
    try:
        model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=os.cpu_count() or 1, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as broken:
        raise ModelUnavailable(f"{settings.speech_model} cannot be used for speech: {broken}") from broken
    if unknown := sorted(set(settings.speech_languages) - set(model.supported_languages)):
        raise SetupError(f"extraction.speech_languages: {settings.speech_model} does not know {', '.join(unknown)}")
    return Speech(model, settings.speech_languages, f"speech:{_VERSION}:{fingerprint}")


def _model(location: str, environment: Environment) -> tuple[Path, str]:
    """The folder of a model, and what is another for other weights."""
    if location == CARD:
        return models.path(CARD, environment).parent, f"{CARD}:{models.card(CARD).sha256[:16]}"
    if location.startswith("file:"):
        folder = Path(location.removeprefix("file:")).expanduser()
    elif location.startswith("hf:"):
        from wares.models import hub

        folder = hub.folder(location.removeprefix("hf:"), FILES, offline=environment.offline)
    else:
        raise SetupError(f'extraction.speech_model is "{CARD}", "file:FOLDER" or "hf:OWNER/NAME", not {location!r}')
    try:
        with (folder / "model.bin").open("rb") as weights:
            return folder, f"{location}:{hashlib.file_digest(weights, 'sha256').hexdigest()[:16]}"
    except OSError as error:
        raise ModelUnavailable(
            f"{location} has no model.bin that can be read; name the folder of a model for faster-whisper"
        ) from error


class Speech(Listener):
    """Sounds and videos → what is said in them. Threads may share it; it listens to one at a time."""

    name = "speech"
    modalities: frozenset[Modality] = frozenset({"audio", "video"})

    def __init__(self, model: Any, languages: Sequence[str], fingerprint: str) -> None:
        self._model = model
        self._languages = languages
        self.fingerprint = fingerprint
        self._turn = threading.Lock()

    def extract(self, content: Content) -> tuple[Passage, ...]:
        """Passages of kind "speech", sentence by sentence, with their times."""
        sound = content.sound if isinstance(content, Footage) else content
        if sound is None:
            return ()
        if not isinstance(sound, Sound):
            raise MediaError("is neither a sound nor a video; speech is looked for in these")
        return self._said(sound, beam=5, stranger=STRANGER)

    def listen(self, sound: Sound) -> Heard:
        """What a recording of a question says."""
        seconds = round(len(sound.samples) / sound.rate, 2)
        if level(sound) < SILENT_DB:
            return Heard(kind="silence", seconds=seconds)
        said = self._said(sound, beam=2, stranger=math.inf)
        if not said:
            return Heard(kind="sound", seconds=seconds)
        text = ("" if said[0].language in CHINESE else " ").join(passage.text for passage in said)
        certainty = sum(passage.certainty for passage in said) / len(said)
        asked = text.strip().rstrip(".。?？!！")  # Whisper writes sentences; questions are typed without their dots
        return Heard(
            kind="speech", text=asked, language=said[0].language, certainty=round(certainty, 3), seconds=seconds
        )

    def _said(self, sound: Sound, beam: int, stranger: float) -> tuple[Passage, ...]:
        if level(sound) < SILENT_DB or not _voices(sound):
            return ()
        with self._turn:
            only = self._languages[0] if len(self._languages) == 1 and math.isinf(stranger) else None
            segments, info = self._transcribed(sound, beam, only)
            own = only or self._own(info, stranger)
            if own != info.language:  # nothing was written down yet: the segments come as they are asked for
                segments, info = self._transcribed(sound, beam, own)
            believed = [one for one in segments if _believed(one)]
        seconds = (
            len(sound.samples) / sound.rate
        )  # Whisper listens to half a minute, and may end a word after the sound
        return tuple(
            Passage(
                kind="speech",
                text=_written(one.text, info.language),
                language=info.language,
                start_s=round(one.start, 2),
                end_s=round(min(one.end, seconds), 2),
                certainty=round(math.exp(one.avg_logprob), 3),
            )
            for one in believed
        )

    def _transcribed(self, sound: Sound, beam: int, language: str | None) -> tuple[Iterable[Any], Any]:
        segments, info = self._model.transcribe(
            sound.samples,
            language=language,
            beam_size=beam,
            temperature=0.0,
            condition_on_previous_text=False,
            vad_filter=True,
            vad_parameters=dict(VOICE),
            no_speech_threshold=None,
        )
        return segments, info

    def _own(self, info: Any, stranger: float) -> str:
        """The language to write down: one of the settings, unless what was heard is so much likelier."""
        likely: dict[str, float] = dict(info.all_language_probs or ())
        if not self._languages or info.language in self._languages or not likely:
            return str(info.language)
        own = max(self._languages, key=lambda language: likely.get(language, 0.0))
        return str(info.language) if likely.get(info.language, 0.0) > stranger * likely.get(own, 0.0) else own


def _voices(sound: Sound) -> bool:
    """Whether there is a voice in it at all: to ask costs a hundredth of writing it down."""
    return bool(get_speech_timestamps(sound.samples, VadOptions(**VOICE)))


def level(sound: Sound) -> float:
    """How loud the loudest tenth of a second is, in decibels of full scale."""
    length = sound.rate // 10
    padded = np.pad(sound.samples.astype(np.float64), (0, -len(sound.samples) % length or length))
    loudest = float(np.sqrt((padded.reshape(-1, length) ** 2).mean(axis=1)).max())
    return 20 * math.log10(max(loudest, 1e-10))


def _believed(segment: Any) -> bool:
    return bool(
        segment.text.strip()
        and segment.avg_logprob - NOBODY * segment.no_speech_prob >= LEAST_LIKELY
        and segment.compression_ratio <= 2.4
    )


def _written(text: str, language: str) -> str:
    """Chinese in simplified characters, as catalogues here are searched."""
    text = " ".join(text.split())
    return str(_simplifier().convert(text)) if language in CHINESE else text


@functools.cache
def _simplifier() -> Any:
    import opencc

    return opencc.OpenCC("t2s")
