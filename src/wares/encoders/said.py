"""The words of a question one after the other, and where each stands: what patterns and synonyms are compared with.

Unlike :func:`wares.encoders.tokens.tokens` nothing is said twice: a word is one run of letters and digits, and a
Chinese character is a word of its own, for what people write in Chinese has no other ends than those of characters.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wares.encoders.tokens import MAX_CHARS, MAX_WORD, cut, fold, stem

_HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_A_HAN = re.compile(f"[{_HAN}]")
# Accents that stand on their own, and the vowel signs of Indic scripts, are no letters to `re`.
_WORDS = re.compile(rf"[{_HAN}]|(?:[^\W_{_HAN}]|[\u0300-\u036f\u0900-\u0dff])+(?:'[^\W_{_HAN}]+)*")


class Said(NamedTuple):
    """A word at ``start`` … ``end`` of a text: ``word`` is folded, ``stem`` is what other forms of it share."""

    start: int
    end: int
    word: str
    stem: str


def said(text: str) -> list[Said]:
    """The words of a text in order; of a long text, those of its first ``MAX_CHARS`` characters."""
    found = []
    for match in _WORDS.finditer(text, 0, MAX_CHARS):
        word = fold(match[0])
        if word.endswith("'s"):
            word = word.removesuffix("'s")
        if word := word.replace("'", "")[:MAX_WORD]:
            found.append(Said(match.start(), match.end(), word, stem(word)))
    return found


def is_han(word: str) -> bool:
    """Whether a word of :func:`said` is a Chinese character."""
    return _A_HAN.match(word) is not None


def bounds(text: str) -> frozenset[int]:
    """The places in a text between which its Chinese words stand, as jieba cuts it."""
    places, at = {0}, 0
    for piece in cut(text[:MAX_CHARS]):
        at += len(piece)
        places.add(at)
    return frozenset(places)
