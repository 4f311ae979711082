"""Colours said in words, English and Chinese for the most part, over the names of :mod:`wares.encoders.colour`."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from wares.encoders.colour import NAMES, Floats

#: Only so many characters of a text are read.
MAX_CHARS = 2000
#: Changes when the numbers for a text would.
VERSION = 1


class _Word(NamedTuple):
    """What a word says over the names, at unit length or zeros, and whether it says nothing else."""

    colours: Floats
    only: bool


def of_text(text: str) -> Floats:
    """The colours a text speaks of: shape (names,), unit length; zeros when it speaks of none."""
    lexicon = _lexicon()
    total = np.zeros(len(NAMES), dtype=np.float32)
    for match in _pattern().finditer(_plain(text)):
        total += lexicon[match.group()].colours
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else total


def without(text: str) -> str:
    """The text without the words that say nothing but a colour: "dress" for "red dress", but "gold ring" whole.

    What holds no such word comes back as it was.
    """
    if len(text) > MAX_CHARS:
        return without(text[:MAX_CHARS])
    plain = _plain(text)
    lexicon = _lexicon()
    bare = _pattern().sub(lambda match: " " if lexicon[match.group()].only else match.group(), plain)
    return text if bare == plain else " ".join(bare.split())


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text[:MAX_CHARS]).casefold().replace("-", " ").split())


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, _Word]:
    lexicon = {}
    table = files("wares.encoders").joinpath("colour_words.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            names, colours, things = line.split("\t")
            weights = _weights(names)
            for words, only in ((colours, names != "-"), (things, False)):
                for word in filter(None, words.split("|")):
                    lexicon[_plain(word)] = _Word(weights, only)
                    if names != "-" and not _latin(word):
                        lexicon.setdefault(f"{_plain(word)}色", _Word(weights, True))
    return lexicon


def _weights(names: str) -> Floats:
    """ "navy blue:0.4" → a unit vector over the names, "-" → zeros."""
    weights = np.zeros(len(NAMES), dtype=np.float32)
    for name, _, weight in (part.partition(":") for part in names.split() if part != "-"):
        weights[NAMES.index(name)] = float(weight or 1.0)
    return weights / np.float32(max(float(np.linalg.norm(weights)), 1e-9))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Any word of the lexicon, the longest first; one of letters only where it stands alone."""
    words = sorted(_lexicon(), key=len, reverse=True)
    alone = "|".join(re.escape(word) for word in words if word.isascii() or _latin(word))
    anywhere = "|".join(re.escape(word) for word in words if not (word.isascii() or _latin(word)))
    return re.compile(rf"(?<![a-z0-9])(?:{alone})(?![a-z0-9])|{anywhere}")


def _latin(word: str) -> bool:
    return all(ord(letter) < 0x250 for letter in word)
