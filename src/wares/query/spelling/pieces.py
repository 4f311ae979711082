"""A question cut into what can be mistyped and what cannot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from wares.encoders.dictionary import HAN
from wares.encoders.tokens import fold

#: "latin" is a word of the letters a to z, "chinese" a run of Chinese, "other" what is left as it is: codes, numbers,
#: words of other scripts.
Script: TypeAlias = Literal["latin", "chinese", "other"]

#: Only so much of a question is read: beyond it nobody types.
MOST_CHARS, MOST_PIECES = 1_000, 40

_CHUNK = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[-.'’&+][^\W_{HAN}]+)*")
_LETTERS = re.compile("[a-z]+")
_CHINESE = re.compile(f"[{HAN}]+")
_PART = re.compile(r"[^\W\d_]+")


class Piece(NamedTuple):
    """Characters ``start`` … ``end`` of a question, folded. ``whole`` is what they are a joint part of
    ("strong-tie"), or the same."""

    start: int
    end: int
    word: str
    script: Script
    whole: str = ""


def pieces(text: str) -> list[Piece]:
    """The words of a question in order; at most ``MOST_PIECES`` from its first ``MOST_CHARS`` characters."""
    found: list[Piece] = []
    for match in _CHUNK.finditer(text[:MOST_CHARS]):
        found += _parted(match[0], match.start())
        if len(found) >= MOST_PIECES:
            break
    return found[:MOST_PIECES]


def _parted(chunk: str, start: int) -> Iterator[Piece]:
    whole = fold(chunk)
    if _LETTERS.fullmatch(whole):
        yield Piece(start, start + len(chunk), whole, "latin")
    elif _CHINESE.fullmatch(whole) and len(whole) == len(chunk):
        yield Piece(start, start + len(chunk), whole, "chinese")
    elif any(char.isdigit() for char in chunk):
        yield Piece(start, start + len(chunk), whole, "other")
    else:
        for match in _PART.finditer(chunk):
            word = fold(match[0])
            script: Script = "latin" if _LETTERS.fullmatch(word) else "other"
            yield Piece(start + match.start(), start + match.end(), word, script, whole)
