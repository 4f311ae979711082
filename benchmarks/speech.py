"""Speech: how many words are heard wrongly, what a spoken question finds beside a typed one, and how fast.

    python -m benchmarks.speech [--data FOLDER] [--scratch FOLDER] [--questions N] [--json]

"stamps" are people who speak captions of one to four words (GPL-2, evaluation only; 34 in English, and every sixth of
436 in Spanish). They say the thing and leave the article out ("A frog." is spoken "frog"), so articles are not
counted. "Spoken by a machine" are questions of the development sets that espeak-ng speaks: SYNTHETIC, a voice that no
person has. Its Chinese is a matter of its own: it reads characters as English numbers (1.51), so it is given pinyin
with tones, from pypinyin, and what comes is hard to understand for people, too. "At 10 dB" has white noise of a tenth
of the voice's power added. WER is the share of words to be mended (Levenshtein), CER that of characters, which stands
for Chinese; case and punctuation aside, spaces not counted in Chinese; over all recordings of a set, not the mean of
theirs. The bound of what is believed was chosen on the English captions and the recordings of things, both whole: the
other rows are held out.

A spoken question is asked as `Shop.search(audio=...)` does: what :meth:`Speech.listen` wrote down takes the place of
what was typed. Ablation: the last word of a question is spoken and the others are typed; "left out" is the typed part
alone. Where nobody speaks are recordings of things (`audio.dev.zip`). "Whisper alone" is faster-whisper as it comes.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import subprocess
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pypinyin

from benchmarks import judged
from benchmarks.catalogues import GOODS, Archive
from benchmarks.report import Cell, Report, Table, circumstances, main, options, positive, tell
from benchmarks.shops import prepared
from wares.encoders import build as encoders
from wares.errors import SetupError
from wares.evaluation.measures import parse, score
from wares.extraction import listener
from wares.extraction.speech import Speech
from wares.media import decode_sound
from wares.media.sounds import Sound
from wares.settings import Environment, ExtractionSettings
from wares.shop import Shop

SEED = 7
#: The questions that a machine speaks, the language that it speaks, and espeak-ng's voice.
SPOKEN = {"crowdflower": ("en", "en-us"), "icecat": ("en", "en-gb"), "chinese": ("zh", "cmn-latn-pinyin+f3")}
#: How fast espeak-ng speaks, in words a minute: a little slower than it would by itself, as questions are.
RATE = 140
ASKED = ExtractionSettings().speech_languages
ARTICLES = {"a", "an", "un", "una", "unos", "unas", "el", "la", "los", "las", "the"}
NDCG = parse("nDCG@10")


class Said(NamedTuple):
    """A recording, and what is said in it."""

    sound: Sound
    text: str


class Rates(NamedTuple):
    """What a set came to: shares of words and characters heard wrongly, of questions heard to the letter, of those in
    which nothing was heard, and of those whose language was told."""

    words: float | None  # Chinese has no words to split at
    characters: float
    whole: float
    nothing: float
    language: float


# -- recordings ---------------------------------------------------------------------------------------------------


def captions(data: Path, language: str, every: int = 1) -> list[Said]:
    """The captions of the stamps that people speak in a language."""
    with zipfile.ZipFile(data / "tuxpaint_stamps.dev.zip") as archive:
        rows = csv.DictReader(io.TextIOWrapper(archive.open("audio.csv"), "utf-8"))
        spoken = [row for row in rows if row["kind"] == "spoken" and row["lang"] == language]
        return [Said(decode_sound(archive.read(row["audio"])), row["text"]) for row in spoken[::every]]


def spoken(text: str, voice: str) -> Sound:
    """A text as espeak-ng speaks it, with a third of a second of silence before and after."""
    if "pinyin" in voice:
        text = " ".join(pypinyin.lazy_pinyin(text, style=pypinyin.Style.TONE3, neutral_tone_with_five=True))
    try:
        done = subprocess.run(
            ["espeak-ng", "-v", voice, "-s", str(RATE), "--stdout", "--stdin"],
            input=text.encode(),
            capture_output=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise SetupError(f"espeak-ng cannot speak {voice}; install it: apt-get install espeak-ng") from error
    quiet = np.zeros(Sound(np.zeros(0, np.float32)).rate // 3, np.float32)
    return Sound(np.concatenate((quiet, decode_sound(done.stdout).samples, quiet)))


def noisy(sound: Sound, decibels: float, seed: int) -> Sound:
    """With white noise, its power ``decibels`` below the voice's."""
    power = float((sound.samples.astype(np.float64) ** 2).mean())
    noise = np.random.default_rng(seed).normal(0, (power / 10 ** (decibels / 10)) ** 0.5, len(sound.samples))
    return Sound(np.clip(sound.samples + noise, -1, 1).astype(np.float32))


# -- how well it is heard -----------------------------------------------------------------------------------------


def heard(speech: Speech, said: Sequence[Said], language: str) -> Rates:
    wrong = {"words": 0, "characters": 0}
    length = {"words": 0, "characters": 0}
    whole = nothing = right = 0
    for one in said:
        found = speech.listen(one.sound)
        for unit in ("words", "characters"):
            asked, got = (plain(text).split() for text in (one.text, found.text))
            if unit == "characters":
                asked, got = list("".join(asked)), list("".join(got))
            wrong[unit] += distance(asked, got)
            length[unit] += len(asked)
        whole += plain(one.text) == plain(found.text)
        nothing += found.kind != "speech"
        right += found.language == language
    n = len(said)
    return Rates(
        wrong["words"] / length["words"] if language != "zh" else None,
        wrong["characters"] / length["characters"],
        whole / n,
        nothing / n,
        right / n,
    )


def plain(text: str) -> str:
    """Lower case, without what is not spoken."""
    kept = (c if unicodedata.category(c)[0] in "LN" else " " for c in unicodedata.normalize("NFKC", text.lower()))
    words = [word for word in "".join(kept).split() if word not in ARTICLES]
    return " ".join(words)


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Levenshtein's."""
    before = list(range(len(other) + 1))
    for at, left in enumerate(one, 1):
        row = [at]
        for place, right in enumerate(other, 1):
            row.append(min(before[place] + 1, row[-1] + 1, before[place - 1] + (left != right)))
        before = row
    return before[-1]


def wrongly_heard(arguments: argparse.Namespace, speech: Speech) -> Iterator[Sequence[Cell]]:
    for language, every in (("en", 1), ("es", 6)):
        said = captions(arguments.data, language, every)
        ears = speech if language in ASKED else Speech(speech._model, (*ASKED, language), speech.fingerprint)
        tell(f"captions, {language}: {len(said)}")
        yield f"stamps, people, {language}", len(said), *heard(ears, said, language)
        loud = [Said(noisy(one.sound, 10, SEED + at), one.text) for at, one in enumerate(said)]
        yield f"stamps, people, {language}, at 10 dB", len(said), *heard(ears, loud, language)
    for name, (language, voice) in SPOKEN.items():
        said = [Said(spoken(text, voice), text) for _, text in asked(arguments, name)]
        tell(f"{name}: {len(said)} spoken by a machine")
        yield f"{name}, spoken by a machine, {language}", len(said), *heard(speech, said, language)
        if language != "en":
            ears = Speech(speech._model, (language,), speech.fingerprint)
            yield f"the same, in a shop asked in {language} alone", len(said), *heard(ears, said, language)


def asked(arguments: argparse.Namespace, name: str) -> list[tuple[str, str]]:
    """Ids and texts of the questions of a set: ``--questions`` by lot."""
    archive = Archive(arguments.data, GOODS[judged.TASKS[name].goods].file)
    pairs = list(archive.pairs(judged.TASKS[name].questions).items())
    chosen = np.random.default_rng(SEED).permutation(len(pairs))[: arguments.questions]
    return [pairs[at] for at in sorted(chosen)]


# -- what it finds ------------------------------------------------------------------------------------------------


def found(arguments: argparse.Namespace, speech: Speech, environment: Environment) -> Iterator[Sequence[Cell]]:
    """Rows: set, questions, nDCG@10 typed, spoken, the share that is left; then the ablation."""
    for name, (language, voice) in SPOKEN.items():
        products = GOODS[judged.TASKS[name].goods].products(arguments.data, arguments.scratch)
        folder = prepared(f"{name} words", products, arguments.model, arguments.scratch, environment)
        archive = Archive(arguments.data, GOODS[judged.TASKS[name].goods].file)
        gains = archive.judgments(judged.TASKS[name].judgments)
        with Shop.open(folder, create=False, environment=environment) as shop:
            marked = partial(marks, shop, gains)
            ears = speech if language == "en" else Speech(speech._model, (language,), speech.fingerprint)
            questions = [(id, text) for id, text in asked(arguments, name) if any(gains.get(id, {}).values())]
            by_voice = [(id, ears.listen(spoken(text, voice)).text) for id, text in questions]
            parted = [(id, *cut(text)) for id, text in questions]
            parted = [(id, typed, last) for id, typed, last in parted if typed]
            mixed = [(id, f"{typed} {ears.listen(spoken(last, voice)).text}".strip()) for id, typed, last in parted]
            whole = [(id, f"{typed} {last}") for id, typed, last in parted]
            alone = [(id, typed) for id, typed, _ in parted]
            typed_mark, voice_mark = marked(questions), marked(by_voice)
            yield (
                name,
                len(questions),
                typed_mark,
                voice_mark,
                voice_mark / typed_mark,
                *((len(parted), marked(whole), marked(mixed), marked(alone)) if parted else (0, None, None, None)),
            )


def cut(text: str) -> tuple[str, str]:
    """What is typed of a question, and its last word."""
    typed, _, last = text.strip().rpartition(" ")
    return typed, last


def marks(shop: Shop, gains: dict[str, dict[str, int]], questions: Sequence[tuple[str, str]]) -> float:
    """nDCG@10, gains of the set; a question in which nothing was heard finds nothing."""
    scores = []
    for id, text in questions:
        ids = [hit.id for hit in shop.search(text, k=10).hits] if text else []
        scores.append(score([NDCG], gains[id], ids)[str(NDCG)])
    return float(np.mean(scores))


# -- where nobody speaks, and how fast ----------------------------------------------------------------------------


def unspoken(arguments: argparse.Namespace, speech: Speech) -> Iterator[Sequence[Cell]]:
    with zipfile.ZipFile(arguments.data / "audio.dev.zip") as archive:
        rows = list(csv.DictReader(io.TextIOWrapper(archive.open("audio.csv"), "utf-8")))
        chosen = np.random.default_rng(SEED).permutation(len(rows))[: arguments.questions]
        clips = [(rows[at]["label"], decode_sound(archive.read(rows[at]["audio"]))) for at in chosen]
    said = [label for label, clip in clips if speech.listen(clip).kind == "speech"]
    bare = sum(
        bool("".join(part.text for part in speech._model.transcribe(clip.samples)[0]).strip()) for _, clip in clips
    )
    yield "recordings of things", len(clips), len(said) / len(clips), bare / len(clips), ", ".join(sorted(set(said)))


def speeds(arguments: argparse.Namespace, speech: Speech) -> Iterator[Sequence[Cell]]:
    """Rows: what, seconds of sound, medians of seconds, seconds of sound a second."""
    question = spoken("a waterproof bag for my laptop with a red strap", "en-us")
    sentences = "This drill has two speeds. The battery lasts for a day. It comes with a case and twenty bits. "
    story = spoken(sentences * 6, "en-us")
    model = speech._model
    ways: list[tuple[str, Sound, Callable[[Sound], object]]] = [
        ("a question, as asked (beam 2)", question, speech.listen),
        *((f"a question, bare model, beam {beam}", question, partial(_bare, model, beam)) for beam in (1, 2, 5)),
        ("a long text, as indexed (beam 5)", story, speech.extract),
        ("a long text, bare model, beam 5", story, partial(_bare, model, 5)),
        ("a long text, bare model, beam 1", story, partial(_bare, model, 1)),
    ]
    times: dict[str, list[float]] = {name: [] for name, _, _ in ways}
    for _ in range(5):
        for name, sound, way in ways:
            began = time.perf_counter()
            way(sound)
            times[name].append(time.perf_counter() - began)
    for name, sound, _ in ways:
        seconds, middle = len(sound.samples) / sound.rate, statistics.median(times[name])
        yield name, seconds, middle, min(times[name]), max(times[name]), seconds / middle


def _bare(model: object, beam: int, sound: Sound) -> None:
    list(model.transcribe(sound.samples, beam_size=beam, temperature=0.0, language="en")[0])  # type: ignore[attr-defined]


def measure(arguments: argparse.Namespace) -> Report:
    environment = Environment.read()
    speech = listener(environment, ExtractionSettings())
    assert isinstance(speech, Speech)
    about = circumstances(
        "benchmarks.speech",
        arguments.model,
        {"speech": speech.fingerprint}
        | {encoder.channel: encoder.fingerprint for encoder in encoders(arguments.model, environment)},
    )
    heard_wrongly = Table(
        "Heard wrongly",
        ("recordings", "n", "WER", "CER", "to the letter", "nothing heard", "language told"),
        list(wrongly_heard(arguments, speech)),
    )
    tables = [
        heard_wrongly,
        Table(
            "Found: nDCG@10 of questions typed and spoken by a machine; on the right their last word spoken",
            (
                "set",
                "n",
                "typed",
                "spoken",
                "share",
                "n parted",
                "all typed",
                "last word spoken",
                "last word left out",
            ),
            list(found(arguments, speech, environment)),
        ),
        Table(
            "Where nobody speaks: share of recordings in which words were heard",
            ("recordings", "n", "wares", "Whisper alone", "which"),
            list(unspoken(arguments, speech)),
        ),
        Table(
            "Seconds, medians of five interleaved rounds",
            ("what", "sound", "median", "lowest", "highest", "sound a second"),
            list(speeds(arguments, speech)),
        ),
    ]
    return Report(about, tables)


if __name__ == "__main__":
    parser = options("benchmarks.speech", str(__doc__))
    parser.add_argument("--questions", type=positive, default=40, metavar="N", help="of each set [%(default)s]")
    raise SystemExit(main(parser, measure))
