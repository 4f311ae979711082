"""The ways that learn nothing: ConSE as it ships, the model without a download, and chance."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from benchmarks.alignment.asking import Pair
from benchmarks.alignment.features import Remembered
from benchmarks.pictures import Rows
from wares.encoders import conse, look
from wares.encoders.base import unit
from wares.encoders.conse import TextWithColours
from wares.encoders.efficientnet import PictureTower
from wares.encoders.texture import basic as basic_pictures
from wares.settings import Environment


def shipped(environment: Environment, texts: Remembered, pictures: PictureTower) -> Pair:
    """Words and pictures by ConSE in the space "seen"; pictures look for pictures in the space "look"."""
    names, named = conse.name_vectors(texts, environment)
    axes, directed = look.axes(pictures, environment)
    words = conse.TextEncoder(TextWithColours(texts), names, named)
    return Pair(
        lambda said: words.encode(list(said)),
        conse.PictureEncoder(pictures, names, named).project,
        look.LookEncoder(pictures, axes, directed).project,
    )


def basic(environment: Environment) -> Pair:
    """Outlines and colours, of its own tower's rows; words find no pictures."""
    pictures = basic_pictures(environment).project
    return Pair(None, pictures, pictures)


def chance(dims: int = 64) -> Pair:
    """Every text and every picture somewhere."""

    def somewhere(content: bytes) -> Rows:
        seed = int.from_bytes(hashlib.sha256(content).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(dims, dtype=np.float32)

    def words(said: Sequence[str]) -> Rows:
        return unit(np.stack([somewhere(text.encode()) for text in said]))

    def pictures(rows: Rows) -> Rows:
        return unit(np.stack([somewhere(row.tobytes()) for row in rows]))

    return Pair(words, pictures, pictures)
