"""Words that find pictures without any training: a picture is the mean of the names of what it seems to show.

ConSE (Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings", 2014): a classifier's
probabilities weigh the text vectors of its class names. The classes here are ImageNet's, called by the names that
shops use (``class_names.tsv``), in English and Chinese. Colours stand beside them, so that one dot product compares
both: a picture is ``[conse ; c · colours seen]`` and a text ``[use ; c · colours said]``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np

from wares.encoders import colour, colour_words
from wares.encoders.base import Encoder, Tower, unit
from wares.encoders.derived import kept
from wares.encoders.efficientnet import COLOURS, POOLED, PictureTower
from wares.records import Modality
from wares.settings import Environment

if TYPE_CHECKING:
    from wares.encoders.base import Content, Vectors

SPACE = "seen"

#: How many things a picture may be, the softness of the probabilities, and the weight of colour; chosen by
#: ``benchmarks/pictures.py``.
TOP, TEMPERATURE, COLOUR_WEIGHT = 10, 1.0, 0.5
_CLASSES = 1000
_VERSION = 1


class Thing(NamedTuple):
    """What shoppers call one or several ImageNet classes."""

    classes: tuple[int, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]


class Named(Protocol):
    """What has names in English and Chinese."""

    @property
    def english(self) -> tuple[str, ...]: ...

    @property
    def chinese(self) -> tuple[str, ...]: ...


class TextWithColours(Tower):
    """Text → another tower's features of the text without its colour words, then the colours it speaks of.

    Without them a text that says "red" is no nearer to all that is red, and one of colours alone is zeros there.
    """

    modality: Modality = "text"

    def __init__(self, tower: Tower) -> None:
        self._tower = tower
        self.name = f"{tower.name}+colours"
        self.fingerprint = f"{tower.fingerprint}+colour-words:{colour_words.VERSION}"
        self.dims = tower.dims + len(colour.NAMES)
        self.batch_size = tower.batch_size

    def encode_batch(self, batch: Sequence[Content]) -> Vectors:
        texts = cast("Sequence[str]", batch)
        words = self._tower.encode_batch([colour_words.without(text) for text in texts])
        return np.concatenate([words, np.stack([colour_words.of_text(text) for text in texts])], axis=1)


class TextEncoder(Encoder):
    """Questions in the joint space of words and colours. ``names`` as for :class:`PictureEncoder`.

    It encodes no products: without their colour words, and off centre, texts find texts less well than as they are
    (docs/decisions.md).
    """

    def __init__(self, tower: TextWithColours, names: Vectors, fingerprint: str) -> None:
        settings = f"conse:{_VERSION}:{COLOUR_WEIGHT}:{fingerprint}"
        super().__init__(tower, SPACE, fingerprint=settings, asks_only=True)
        self._centre = names.mean(axis=0)

    def project(self, features: Vectors) -> Vectors:
        words, colours = np.split(features, [len(self._centre)], axis=1)
        spoken = words.any(axis=1, keepdims=True)
        return joined(np.where(spoken, words - self._centre, 0), colours)


class PictureEncoder(Encoder):
    """Pictures in the joint space of words and colours.

    ``names`` are unit vectors of shape (things, dims) of the text space, in the order of :func:`things`. Their mean
    is taken off all vectors of words: it is what short names of things have in common and tells none from another.
    """

    def __init__(self, tower: PictureTower, names: Vectors, fingerprint: str) -> None:
        settings = f"conse:{_VERSION}:{TOP}:{TEMPERATURE}:{COLOUR_WEIGHT}:{fingerprint}"
        super().__init__(tower, SPACE, dims=names.shape[1] + len(colour.NAMES), fingerprint=settings)
        self._weight, self._bias = tower.classifier()
        self._names = names - names.mean(axis=0)
        self._members = membership(things())

    def project(self, features: Vectors) -> Vectors:
        logits = features[:, POOLED] @ self._weight.T + self._bias
        seen = probabilities(logits, self._members)
        return joined(seen @ self._names, features[:, COLOURS])


def joined(words: Vectors, colours: Vectors) -> Vectors:
    """Both parts at unit length, colours times :data:`COLOUR_WEIGHT`, together at unit length."""
    return unit(np.concatenate([unit(words), np.float32(COLOUR_WEIGHT) * unit(colours)], axis=1))


def probabilities(logits: Vectors, members: Vectors) -> Vectors:
    """Class logits (n, classes) → how likely each thing is (n, things): the :data:`TOP` likeliest, summing to one."""
    scaled = (logits - logits.max(axis=1, keepdims=True)) / np.float32(TEMPERATURE)
    seen = np.exp(scaled) @ members
    least = np.partition(seen, -TOP, axis=1)[:, -TOP, None]
    seen = np.where(seen >= least, seen, 0).astype(np.float32)
    total: Vectors = seen / np.maximum(seen.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return total


def membership(rows: Sequence[Thing]) -> Vectors:
    """Which classes are which thing: 0 or 1, of shape (classes, things)."""
    members = np.zeros((_CLASSES, len(rows)), dtype=np.float32)
    for column, thing in enumerate(rows):
        members[list(thing.classes), column] = 1.0
    return members


def things() -> tuple[Thing, ...]:
    """The rows of ``class_names.tsv``."""
    rows = []
    for line in _table().splitlines():
        if line and not line.startswith("#"):
            classes, english, chinese = line.split("\t")
            rows.append(Thing(_numbers(classes), tuple(english.split("|")), tuple(chinese.split("|"))))
    return tuple(rows)


def name_vectors(texts: Tower, environment: Environment) -> tuple[Vectors, str]:
    """A unit vector for each thing, the mean of its names' vectors (English and Chinese count the same), of shape
    (things, texts.dims); and the fingerprint of them all. Kept in the cache."""
    made_from = f"{_VERSION}\n{texts.fingerprint}\n{_table()}"
    return kept(environment, "class-names", made_from, lambda: named(texts, things()))


def named(texts: Tower, rows: Sequence[Named]) -> Vectors:
    """A unit vector for each thing, the mean of its names' vectors, English and Chinese counting the same."""
    words = list(dict.fromkeys(word for thing in rows for word in (*thing.english, *thing.chinese)))
    vectors = dict(zip(words, unit(texts.features(words)), strict=True))

    def mean(names: Sequence[str]) -> Vectors:
        return unit(np.mean([vectors[name] for name in names], axis=0, keepdims=True))

    return unit(np.concatenate([mean(thing.english) + mean(thing.chinese) for thing in rows]))


def _table() -> str:
    return files("wares.encoders").joinpath("class_names.tsv").read_text(encoding="utf-8")


def _numbers(classes: str) -> tuple[int, ...]:
    """ "0,389-391" → (0, 389, 390, 391)."""
    ranges = (part.partition("-") for part in classes.split(","))
    return tuple(number for first, _, last in ranges for number in range(int(first), int(last or first) + 1))
