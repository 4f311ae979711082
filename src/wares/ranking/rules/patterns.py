"""Patterns of words, and how one is found among thousands in the time of a few look-ups.

A pattern is kept under one of its words: it can match only where that word was said. Those whose words all end in
``*`` are kept under the beginning of one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from wares.encoders.said import Said, is_han, said

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

    def fires_alone(self) -> str:
        """A question that the pattern matches."""
        return " ".join(piece.text for piece in self.pieces)


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
        rows = list(patterns)
        often = Counter(piece for _, made in rows for piece in set(made.pieces))
        self._closed: dict[str, list[tuple[int, Pattern]]] = {}
        self._open: dict[str, list[tuple[int, Pattern]]] = {}
        for number, made in rows:
            # The rarest word, and of those the longest: Chinese characters and "a" are in many questions.
            best = min(made.pieces, key=lambda p: (p.open, is_han(p.text), often[p], -len(p.text), p.text))
            table = self._open if best.open else self._closed
            table.setdefault(best.text, []).append((number, made))
        self._lengths = sorted({len(text) for text in self._open})

    def matching(self, words: Sequence[Said]) -> set[int]:
        """The numbers of all patterns that match a question of these words."""
        found: set[int] = set()
        for word in {word.stem: word for word in words}.values():
            self._look(self._closed.get(word.stem, ()), words, found)
        for whole in {word.word for word in words}:
            for length in self._lengths:
                if length > len(whole):
                    break
                self._look(self._open.get(whole[:length], ()), words, found)
        return found

    @staticmethod
    def _look(rows: Iterable[tuple[int, Pattern]], words: Sequence[Said], found: set[int]) -> None:
        found.update(number for number, made in rows if number not in found and made.matches(words))
