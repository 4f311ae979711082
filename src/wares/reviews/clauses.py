"""A text → clauses, each about one thing → units, which may have a tone.

A unit is a word of the table of tones, another English word, or a pair of neighbouring Chinese characters between
those ("退了"). A unit after a denial ("not", 不), at most :data:`REACH` words or characters behind it, is another
unit than without ("not good") and its tone is turned round, as in the rules of Hutto and Gilbert, "VADER", 2014.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from wares.reviews import lexicon

#: How far a denial reaches.
REACH = 4
#: What "very" and "a bit" do to the tone that follows, and what is left of a tone that is denied.
MORE, LESS, DENIED = 1.3, 0.7, -0.7
#: Longer clauses are cut.
MAX_CLAUSE = 300


class Unit(NamedTuple):
    """``tone`` is that of the table, 0 for none; ``strength`` is by how much it is said to be more or less."""

    word: str
    tone: float = 0.0
    strength: float = 1.0


def clauses(text: str) -> list[str]:
    """The clauses of a text, folded: no case, straight apostrophes; parted at marks, at words that turn to another
    thought, and at blanks between Chinese."""
    parts = (part.strip() for part in _breaks().split(text.lower().replace("’", "'")))
    return [part[:MAX_CLAUSE] for part in parts if part]


def units(clause: str) -> Iterator[Unit]:
    """The units of a folded clause."""
    strength, denied, left, run = 1.0, False, 0, ""
    for match in _pieces().finditer(clause):
        word = match[0]
        kind = _kind(word)
        if kind in ("", "not") and not word.isascii():
            run += word
        else:
            yield from _pairs(run)
            run = ""
        if kind == "not":
            denied, left = not (denied and left > 0), REACH
        elif kind in ("more", "less"):
            strength *= MORE if kind == "more" else LESS
        else:
            tone = float(kind or 0)
            turned = denied and left > 0
            if tone or word.isascii():
                name = f"not {word}" if turned else word
                yield Unit(name, tone * (DENIED if turned else 1.0), strength)
            if tone:
                strength, denied = 1.0, False
            left -= 1
    yield from _pairs(run)


def _pairs(run: str) -> Iterator[Unit]:
    for one, two in pairwise(run):
        yield Unit(one + two)


@lru_cache(maxsize=1 << 16)
def _kind(word: str) -> str:
    return next(iter(lexicon.tones().meaning(word)), "")


@cache
def _pieces() -> re.Pattern[str]:
    return re.compile(rf"{lexicon.tones().pattern}|[a-z]+(?:'[a-z]+)?|[\u3400-\u9fff]")


@cache
def _breaks() -> re.Pattern[str]:
    turns = sorted(lexicon.said("turn"), key=len, reverse=True)
    words = "|".join(rf"\b{word}\b" if word.isascii() else word for word in turns)
    blank = r"(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])"
    return re.compile(rf"(?<!\d)[.](?!\d)|[!?;,\n。！？；，、…~～：:()（）\[\]]+|{blank}|{words}")
