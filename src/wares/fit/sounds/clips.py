"""The free clips, read from their zip file, and other views of them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wares.encoders.sounds import Source
from wares.errors import CatalogueError, SetupError
from wares.media.decoding import Decoder
from wares.media.sounds import RATE, Sound

FILE = "audio.dev.zip"
#: Licences of clips that are learned from; those of CC-BY are named in NOTICE.
FREE = ("CC0", "MIT", "CC-BY")
#: Bounds of what is changed in a view: the share of a long clip that is kept, decibels of noise below it, of its
#: loudness, and seconds of silence before and after.
CROP, NOISE, GAIN, PAUSE = (0.4, 1.0), (15.0, 45.0), (-20.0, 0.0), 0.5
#: Seconds that no view is shorter than, where the clip is not.
SHORTEST = 1.0


class Clip(NamedTuple):
    """One clip. Those of one ``recording`` (the same recording, or the same instrument played at other pitches) are
    never on both sides of a split. ``source`` is a row of ``sound_names.tsv``."""

    id: str
    label: str
    category: str
    recording: str
    source: int
    licence: str
    sound: Sound


def read(folder: Path, sources: Sequence[Source]) -> list[Clip]:
    """The clips of the set with a free licence and a known label. :class:`SetupError` when the file is missing,
    :class:`CatalogueError` when it is another."""
    path = folder / FILE
    if not path.exists():
        raise SetupError(f"{path} is missing; docs/sounds.md says which clips the head is trained on")
    rows = {label: row for row, source in enumerate(sources) for label in source.labels}
    try:
        with zipfile.ZipFile(path) as archive, Decoder() as decoder:
            return list(_clips(archive, decoder, rows))
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, csv.Error) as damage:
        raise CatalogueError(f"not the set of sounds: {damage}", source=str(path)) from damage


def _clips(archive: zipfile.ZipFile, decoder: Decoder, rows: dict[str, int]) -> Iterator[Clip]:
    table = csv.DictReader(io.TextIOWrapper(archive.open("audio.csv"), "utf-8"))
    for row in table:
        if row["licence"] not in FREE or row["label"] not in rows:
            continue
        sound = decoder.sound(archive.read(row["audio"]), name=row["id"])
        yield Clip(
            row["id"], row["label"], row["category"], recording(row["id"]), rows[row["label"]], row["licence"], sound
        )


def recording(id: str) -> str:
    """ "esc-2-18766-B" is the second take of recording 18766, "fr3-061-4" preset 61 of an orchestra at its fourth
    pitch; other clips stand alone."""
    parts = id.split("-")
    return {"esc": "-".join(parts[::2][:2]), "fr3": "-".join(parts[:2])}.get(parts[0], id)


def view(sound: Sound, chance: np.random.Generator) -> Sound:
    """The same sound another time: a stretch of it, in noise, louder or quieter, with pauses around it."""
    samples = sound.samples
    if len(samples) > SHORTEST * RATE:
        kept = max(int(len(samples) * chance.uniform(*CROP)), int(SHORTEST * RATE))
        start = int(chance.integers(0, len(samples) - kept + 1))
        samples = samples[start : start + kept]
    level = float(np.sqrt(np.mean(samples**2)))
    noise = chance.standard_normal(len(samples), dtype=np.float32)
    samples = samples + np.float32(level * _ratio(-chance.uniform(*NOISE))) * noise
    before, after = (int(chance.uniform(0, PAUSE) * RATE) for _ in range(2))
    padded = np.pad(samples, (before, after)) * np.float32(_ratio(chance.uniform(*GAIN)))
    return Sound(np.clip(padded, -1, 1).astype(np.float32), sound.rate)


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 20))
