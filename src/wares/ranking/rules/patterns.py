"""Patterns of words, and how one is found among thousands in the time of a few look-ups.

A pattern is kept under two of its words that follow each other, or under one: it can match only where these were
said. Those whose words all end in ``*`` are kept under the beginning of one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

from wares.encoders.said import Said, said

How: TypeAlias = Literal["exact", "contains", "starts"]

_STAR = re.compile(r"(?<=[^\W_])\*")


class Piece(NamedTuple):
    """One word of a pattern: a stem, or with ``open`` the beginning of a word."""

    text: str
    open: bool

    def fits(self, word: Said) -> bool:
        """Whether a word is meant."""
        return word.word.startswith(self.text) if self.open else word.stem == self.text


class Pattern(NamedTuple):
    """Words in a row, and where they have to stand in a question."""

    how: How
    pieces: tuple[Piece, ...]

    def matches(self, words: Sequence[Said]) -> bool:
        """Whether a question of these words is meant."""
        size, most = len(self.pieces), len(words)
        if size > most or (self.how == "exact" and size != most):
            return False
        places = range(most - size + 1) if self.how == "contains" else range(1)
        return any(all(p.fits(words[at + n]) for n, p in enumerate(self.pieces)) for at in places)


def pattern(text: str, how: How) -> Pattern:
    """The pattern that a text says. :class:`ValueError` when there is no word in it, or a ``*`` that ends none."""
    stars = {match.start() for match in _STAR.finditer(text)}
    if text.count("*") != len(stars):
        raise ValueError(f"{text:.40}: a * stands at the end of a word, as in run*")
    words = said(text)
    if not words:
        raise ValueError(f"there is no word in the pattern {text[:40]!r}; say the words that are asked")
    return Pattern(how, tuple(Piece(*((w.word, True) if w.end in stars else (w.stem, False))) for w in words))


class Patterns:
    """Patterns by number, ready to be looked up."""

    def __init__(self, patterns: Iterable[tuple[int, Pattern]]) -> None:
        self._numbers: dict[Pattern, list[int]] = {}
        for number, made in patterns:
            self._numbers.setdefault(made, []).append(number)
        often = Counter(piece for made in self._numbers for piece in set(made.pieces))
        self._closed: dict[tuple[str, ...], list[Pattern]] = {}
        self._open: dict[str, list[Pattern]] = {}
        for made in self._numbers:
            if key := _key(made, often):
                self._closed.setdefault(key, []).append(made)
            else:
                longest = max(made.pieces, key=lambda piece: (len(piece.text), piece.text))
                self._open.setdefault(longest.text, []).append(made)
        self._lengths = sorted({len(text) for text in self._open})

    def matching(self, words: Sequence[Said]) -> set[int]:
        """The numbers of all patterns that match a question of these words."""
        stems = [word.stem for word in words]
        found: set[int] = set()
        for key in {*((stem,) for stem in stems), *pairwise(stems)}:
            self._look(self._closed.get(key, ()), words, found)
        for whole in {word.word for word in words}:
            for length in self._lengths:
                if length > len(whole):
                    break
                self._look(self._open.get(whole[:length], ()), words, found)
        return found

    def _look(self, patterns: Iterable[Pattern], words: Sequence[Said], found: set[int]) -> None:
        for made in patterns:
            if made.matches(words):
                found.update(self._numbers[made])


def _key(made: Pattern, often: Counter[Piece]) -> tuple[str, ...]:
    """The rarest two words of a pattern that follow each other or, where no two do, the rarest word; () when all are
    open. One word alone would do, but Chinese characters are in many patterns."""
    pairs = [pair for pair in pairwise(made.pieces) if not (pair[0].open or pair[1].open)]
    singles = [(piece,) for piece in made.pieces if not piece.open]
    best = min(pairs or singles, key=lambda key: (min(often[piece] for piece in key), key), default=())
    return tuple(piece.text for piece in best)
