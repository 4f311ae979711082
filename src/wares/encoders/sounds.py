"""Sounds that find things: a sound is the mean of the names of what it seems to come from.

As for pictures (:mod:`wares.encoders.conse`): a small head says how likely each of the things of ``sound_names.tsv``
is, or none of them, and the likeliest weigh the text vectors of their names. So words find sounds, and a sound finds
products that have none, by their texts. Of a sound that is strange to the head its meaning shrinks, and what is left
is how it sounds.
"""

from __future__ import annotations

import hashlib
import io
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from wares.encoders import heads
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.conse import named
from wares.encoders.derived import kept
from wares.encoders.familiarity import Familiar
from wares.encoders.heads import Head
from wares.encoders.hearing import SoundTower
from wares.errors import StoreError
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

#: Where words look for sounds, and where sounds are compared by how they sound.
SPACE, TIMBRE = "sounding", "timbre"
#: How many things a sound may be, and what the head's cosines are multiplied by to be logarithms of chances.
TOP, SHARPNESS = 5, 12.0
#: A sound whose meaning is less certain than this asks nothing of texts.
CERTAIN = 0.5
#: The head that wares brings.
SHIPPED = "sounds.npz"
#: Raised when such a file of today could not be read by a program of yesterday.
FORMAT = 1
_VERSION = 1


class Source(NamedTuple):
    """What makes a sound: labels of clips that have it, and what shoppers call it."""

    labels: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]


class Hearing(msgspec.Struct, frozen=True, kw_only=True):
    """What was learnt of sounds.

    ``head`` reads features and gives a cosine to each of the :func:`sources`, and to none of them. ``axes`` (d, dims)
    are the directions of features, scaled as the head's, in which things differ; there ``familiar`` knows how near a
    sound lies to those that were learned from. ``tower`` is the fingerprint of what made the features.
    """

    tower: str
    head: Head
    familiar: Familiar
    axes: Any

    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with any number in it."""
        digest = hashlib.sha256(repr((self.tower, self.familiar.strange, self.familiar.known)).encode())
        for part in (*msgspec.structs.astuple(self.head), *msgspec.structs.astuple(self.familiar)[:3], self.axes):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()[:16]

    def likely(self, features: Vectors) -> Vectors:
        """How likely each source is, (n, sources): what a sound is not familiar with, or is none of them, is missing
        from the sum."""
        logits = self.head(features) * np.float32(SHARPNESS)
        chances = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        known = self.familiar(self.timbre(features)) * features.any(axis=1, keepdims=True)  # silence is nobody's
        return np.asarray(chances[:, :-1] * known, dtype=np.float32)

    def timbre(self, features: Vectors) -> Vectors:
        """How a sound sounds, at unit length; silence is zeros."""
        rows = (features - self.head.mean) * self.head.scale
        return unit(np.where(features.any(axis=1, keepdims=True), rows @ self.axes, 0).astype(np.float32))


class TextEncoder(Encoder):
    """Questions in the space of sounds: text vectors less what the names of sources have in common."""

    def __init__(self, tower: Tower, names: Vectors, hearing: Hearing, mark: str) -> None:
        dims = names.shape[1] + hearing.axes.shape[1]
        super().__init__(tower, SPACE, dims=dims, fingerprint=mark, asks_only=True)
        self._centre = names.mean(axis=0)

    def project(self, features: Vectors) -> Vectors:
        spoken = features.any(axis=1, keepdims=True)
        words = unit(np.where(spoken, features - self._centre, 0).astype(np.float32))
        return np.pad(words, ((0, 0), (0, self.dims - words.shape[1])))


class SoundEncoder(Encoder):
    """Sounds where words look for them: ``[c · meaning ; √(1-c²) · timbre]``, c being how certain it is."""

    def __init__(self, tower: Tower, names: Vectors, hearing: Hearing, mark: str) -> None:
        super().__init__(tower, SPACE, dims=names.shape[1] + hearing.axes.shape[1], fingerprint=mark)
        self._names, self._hearing = names - names.mean(axis=0), hearing

    def project(self, features: Vectors) -> Vectors:
        likely = self._hearing.likely(features)
        certain = likely.sum(axis=1, keepdims=True)
        meaning = unit(likeliest(likely) @ self._names)
        rest = np.sqrt(np.maximum(1 - certain**2, 0))
        return unit(np.concatenate([certain * meaning, rest * self._hearing.timbre(features)], axis=1))


class Spoken(Encoder):
    """A sound as a question of products' texts, in their own space: what a product is called that makes it. One that
    is not certain is zeros, and asks nothing."""

    def __init__(self, tower: Tower, space: str, names: Vectors, hearing: Hearing, mark: str) -> None:
        super().__init__(tower, space, dims=names.shape[1], fingerprint=f"{mark}:spoken", asks_only=True)
        self._names, self._hearing = names, hearing

    def project(self, features: Vectors) -> Vectors:
        likely = self._hearing.likely(features)
        certain = likely.sum(axis=1, keepdims=True) >= CERTAIN
        return unit(np.where(certain, likeliest(likely) @ self._names, 0).astype(np.float32))


class TimbreEncoder(Encoder):
    """Sounds where sounds look for their like."""

    def __init__(self, tower: Tower, hearing: Hearing) -> None:
        super().__init__(tower, TIMBRE, dims=hearing.axes.shape[1], fingerprint=f"{_VERSION}:{hearing.fingerprint()}")
        self._hearing = hearing

    def project(self, features: Vectors) -> Vectors:
        return self._hearing.timbre(features)


def sound_encoders(
    texts: Encoder, environment: Environment, hearing: Hearing | None = None
) -> tuple[Encoder, Encoder, Encoder, Encoder]:
    """The encoders of sounds beside an encoder of products' ``texts``: words that look for sounds, sounds by what
    they mean, sounds that look in the space of texts, sounds by their timbre. ``hearing``: the one that wares brings,
    unless another is given."""
    heard = hearing or shipped()
    tower = SoundTower()
    names, key = name_vectors(texts.tower, environment)
    mark = f"sounds:{_VERSION}:{TOP}:{SHARPNESS:g}:{CERTAIN:g}:{key}:{heard.fingerprint()}"
    return (
        TextEncoder(texts.tower, names, heard, mark),
        SoundEncoder(tower, names, heard, mark),
        Spoken(tower, texts.space, names, heard, mark),
        TimbreEncoder(tower, heard),
    )


def likeliest(likely: Vectors) -> Vectors:
    """The :data:`TOP` likeliest of each row; the others are 0."""
    top = min(TOP, likely.shape[1])
    least = np.partition(likely, -top, axis=1)[:, -top, None]
    return np.asarray(np.where(likely >= least, likely, 0), dtype=np.float32)


def sources() -> tuple[Source, ...]:
    """The rows of ``sound_names.tsv``."""
    rows = (line.split("\t") for line in _table().splitlines() if line and not line.startswith("#"))
    return tuple(Source(*(tuple(part.split("|")) for part in row)) for row in rows)


def name_vectors(texts: Tower, environment: Environment) -> tuple[Vectors, str]:
    """A unit vector for each source, (sources, texts.dims), and the fingerprint of them all. Kept in the cache."""
    made_from = f"{_VERSION}\n{texts.fingerprint}\n{_table()}"
    return kept(environment, "sound-names", made_from, lambda: named(texts, sources()))


# -- files --------------------------------------------------------------------------------------------------------


def save(hearing: Hearing, path: Path) -> None:
    """Write it, with matrices in int8; what is read back is what it is from then on."""
    arrays = {
        "format": np.array(FORMAT),
        "tower": np.array(hearing.tower),
        **heads.arrays_of_familiar(hearing.familiar),
        **heads.arrays_of_head("sounds", hearing.head),
        **heads.packed("axes", hearing.axes, whole=False),
    }
    heads.write(arrays, path)


def load(path: Path) -> Hearing:
    """Read it. :class:`StoreError` when the file is missing, damaged, or made for another version of wares."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            if int(arrays["format"]) > FORMAT:
                raise StoreError(f"{path} was made by a newer wares; update wares")
            found = Hearing(
                tower=str(arrays["tower"]),
                head=heads.head_of(arrays, "sounds"),
                familiar=heads.familiar_of(arrays),
                axes=heads.unpacked("axes", arrays),
            )
    except heads.DAMAGE as damage:
        raise StoreError(f"{path}: the head of sounds is damaged ({damage}); install wares again") from damage
    if found.tower != SoundTower.fingerprint or found.head.dims != len(sources()) + 1:
        raise StoreError(f"{path}: this head of sounds is for another version of wares; train it again")
    return found


def shipped() -> Hearing:
    """The one that wares brings."""
    from importlib.resources import as_file

    with as_file(files("wares.encoders").joinpath(SHIPPED)) as path:
        return load(path)


def _table() -> str:
    return files("wares.encoders").joinpath("sound_names.tsv").read_text(encoding="utf-8")
