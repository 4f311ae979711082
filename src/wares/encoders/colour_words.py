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


_NONE = "-"


class _Word(NamedTuple):
    """What a word says over the names, at unit length or zeros, and whether it says nothing else."""

    colours: Floats
    only: bool


def of_text(text: str) -> Floats:
    """The colours a text speaks of: shape (names,), unit length; zeros when it speaks of none."""
    total = np.zeros(len(NAMES), dtype=np.float32)
    for match in _pattern().finditer(_plain(text)):
        total += _word(match).colours
    length = float(np.linalg.norm(total))
    return total / np.float32(length) if length else total


def without(text: str) -> str:
    """The text without the words that say nothing but a colour: "dress" for "red dress", but "gold ring" whole."""
    return " ".join(_pattern().sub(lambda match: " " if _word(match).only else match.group(), _plain(text)).split())


def words(text: str) -> tuple[tuple[str, str], ...]:
    """The words of a text that say nothing but a colour, in order, each with the name of a colour that it says
    most: ``("navy blue", "navy")``."""
    found = [(match.group(), _word(match)) for match in _pattern().finditer(_plain(text))]
    return tuple((said, NAMES[int(word.colours.argmax())]) for said, word in found if word.only)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:MAX_CHARS])


def _key(word: str) -> str:
    return " ".join(word.lower().replace("-", " ").split())


def _word(match: re.Match[str]) -> _Word:
    return _lexicon()[_key(match.group())]


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, _Word]:
    lexicon = {}
    table = files("wares.encoders").joinpath("colour_words.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            names, colours, things = line.split("\t")
            weights = _weights(names)
            for words, only in ((colours, bool(weights.any())), (things, False)):
                for word in words.split("|") if words != _NONE else ():
                    lexicon[_key(word)] = _Word(weights, only)
                    if not _latin(word) and weights.any():
                        lexicon.setdefault(f"{_key(word)}色", _Word(weights, True))
    return lexicon


def _weights(names: str) -> Floats:
    """ "navy blue:0.4" → a unit vector over the names, "-" → zeros."""
    weights = np.zeros(len(NAMES), dtype=np.float32)
    for name, _, weight in (part.partition(":") for part in names.split() if part != _NONE):
        weights[NAMES.index(name)] = float(weight or 1.0)
    return weights / np.float32(max(float(np.linalg.norm(weights)), 1e-9))


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    """Any word of the lexicon, the longest first; a Latin one only where it stands alone. A space may be a hyphen."""
    words = sorted(_lexicon(), key=len, reverse=True)
    alone = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in words if _latin(word))
    anywhere = "|".join(re.escape(word) for word in words if not _latin(word))
    return re.compile(rf"(?<![^\W_])(?<![0-9]-)(?:{alone})(?![^\W_])(?!-[0-9])|{anywhere}", re.IGNORECASE)


def _latin(word: str) -> bool:
    return all(ord(letter) < 0x250 for letter in word)
