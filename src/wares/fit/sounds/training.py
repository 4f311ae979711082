"""A head of sounds out of clips, the directions of timbre, and what is familiar."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.encoders import familiarity
from wares.encoders.base import unit
from wares.encoders.heads import Head
from wares.encoders.hearing import SoundTower
from wares.encoders.sounds import SHARPNESS, Hearing, load, save, sources
from wares.fit.network import Shape, Trainee, begin
from wares.fit.sounds import nothing
from wares.fit.sounds.clips import FILE, Clip, read, view

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]

#: Percentiles of how familiar recordings are that were held out: below the first a sound is strange, above the second
#: it is known.
BOUNDS = (10.0, 50.0)
#: How much of the scatter within things is taken for even in all directions (Friedman, "Regularized Discriminant
#: Analysis", 1989).
EVEN = 0.2


class Recipe(NamedTuple):
    """How the head is trained; chosen by ``benchmarks/sounds.py`` on splits with other seeds."""

    seed: int = 20
    hidden: int = 256
    steps: int = 400
    batch: int = 128
    rate: float = 2e-3
    decay: float = 0.1
    dropout: float = 0.4
    noise: float = 0.5
    views: int = 3
    nothing: int = 240
    timbre: int = 48


class Lesson(NamedTuple):
    """Features (n, d) of clips and of their views; the source of each, and its recording."""

    rows: Vectors
    sources: Ints
    recordings: Ints


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Where the head comes from."""

    date: str
    command: str
    file: str
    sha256: str
    seed: int
    fingerprint: str
    clips: int
    recordings: int
    licences: Mapping[str, int]
    credited: Sequence[str]


def trained(folder: Path, recipe: Recipe | None = None) -> tuple[Hearing, Card]:
    """The head and its card. The same clips and seed give the same head."""
    recipe = recipe or Recipe()
    clips = read(folder, sources())
    hearing = learn(lesson(clips, recipe), len(sources()), recipe)
    return hearing, Card(
        date=datetime.now(UTC).date().isoformat(),
        command="python -m wares.fit.sounds FOLDER",
        file=FILE,
        sha256=hashlib.sha256((folder / FILE).read_bytes()).hexdigest(),
        seed=recipe.seed,
        fingerprint=hearing.fingerprint(),
        clips=len(clips),
        recordings=len({clip.recording for clip in clips}),
        licences=dict(Counter(clip.licence for clip in clips)),
        credited=[clip.id for clip in clips if clip.licence == "CC-BY"],
    )


def write(hearing: Hearing, card: Card, path: Path) -> None:
    """The head, and its card beside it."""
    save(hearing, path)
    card = msgspec.structs.replace(card, fingerprint=load(path).fingerprint())  # as it is read, rounded to int8
    path.with_suffix(".json").write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")


def lesson(clips: Sequence[Clip], recipe: Recipe) -> Lesson:
    """Clips and views of them as features."""
    chance = np.random.default_rng(recipe.seed)
    sounds = [
        sound for clip in clips for sound in (clip.sound, *(view(clip.sound, chance) for _ in range(recipe.views)))
    ]
    _, recordings = np.unique([clip.recording for clip in clips], return_inverse=True)
    named = np.array([clip.source for clip in clips], np.int64)
    each = recipe.views + 1
    return Lesson(SoundTower().features(sounds), np.repeat(named, each), np.repeat(recordings, each))


def learn(lesson: Lesson, count: int, recipe: Recipe) -> Hearing:
    """A head that tells ``count`` sources, and none of them, from clips; the directions in which sources differ; and
    how near to one another sounds are there, by what every fourth recording keeps to those of which it is none."""
    head = _head(lesson, count, recipe)
    rows = np.asarray((lesson.rows - head.mean) * head.scale, dtype=np.float32)
    out = lesson.recordings % 4 == 0
    part = axes(rows[~out], lesson.sources[~out], recipe.timbre)
    strange = familiarity.learned(unit(rows[~out] @ part), unit(rows[out] @ part), recipe.seed, BOUNDS)
    whole = axes(rows, lesson.sources, recipe.timbre)
    timbres = unit(rows @ whole)
    familiar = msgspec.structs.replace(
        familiarity.learned(timbres, timbres, recipe.seed), strange=strange.strange, known=strange.known
    )
    return Hearing(tower=SoundTower.fingerprint, head=head, familiar=familiar, axes=whole)


def _head(lesson: Lesson, count: int, recipe: Recipe) -> Head:
    """Cross-entropy over cosines (Wang et al., "NormFace", 2017); a rare source is drawn more often."""
    chance = np.random.default_rng(recipe.seed)
    others = nothing.sounds(recipe.nothing, recipe.seed)
    rows = np.concatenate([lesson.rows, SoundTower().features(others)])
    named = np.concatenate([lesson.sources, np.full(len(others), count)])
    trainee = Trainee(
        begin(rows, Shape(recipe.hidden, count + 1), chance), decay=recipe.decay, table_rate=1.0, averaged=0.98
    )
    scaled = trainee.scaled(rows)
    drawn = 1 / np.sqrt(np.bincount(named, minlength=count + 1)[named])
    drawn /= drawn.sum()
    for step in range(recipe.steps):
        batch = chance.choice(len(rows), recipe.batch, p=drawn)
        blurred = scaled[batch] + np.float32(recipe.noise) * chance.standard_normal(
            (recipe.batch, scaled.shape[1]), dtype=np.float32
        )
        trace = trainee.forward(blurred, None, recipe.dropout, chance)
        trainee.backward(trace, _slope(trace.vectors, named[batch]))
        trainee.step(recipe.rate * min(1.0, (step + 1) / 20) * 0.5 * (1 + np.cos(np.pi * step / recipe.steps)))
    return trainee.head()


def _slope(cosines: Vectors, named: Ints) -> Vectors:
    logits = cosines * np.float32(SHARPNESS)
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    chances[np.arange(len(named)), named] -= 1
    return np.asarray(chances * np.float32(SHARPNESS / len(named)), dtype=np.float32)


def axes(rows: Vectors, named: Ints, count: int) -> Vectors:
    """Directions (d, count) in which sounds of one source differ little and all sounds much, each in units of the
    scatter within sources (Fisher's discriminants)."""
    sums = np.zeros((int(named.max()) + 1, rows.shape[1]))
    np.add.at(sums, named, rows)
    within = rows - (sums / np.maximum(np.bincount(named), 1)[:, None])[named]
    scatter = within.T @ within / len(rows)
    even = np.trace(scatter) / len(scatter) * np.eye(len(scatter))
    values, vectors = np.linalg.eigh((1 - EVEN) * scatter + EVEN * even)
    white = vectors / np.sqrt(values)
    spread, turned = np.linalg.eigh(np.cov((rows @ white).T))
    found = white @ turned[:, np.argsort(spread)[::-1][:count]]
    largest = np.take_along_axis(found, np.abs(found).argmax(axis=0)[None], axis=0)
    return np.asarray(found * np.sign(largest), dtype=np.float32)
