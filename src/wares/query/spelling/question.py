"""A question while its spelling is put right."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from wares.encoders.tokens import fold
from wares.query.spelling.known import known
from wares.query.spelling.pieces import pieces
from wares.records import Correction

#: A frequency ten times as high makes up for so much of a slip; words that stand beside each other in titles, for so
#: much; chosen by ``benchmarks/typing.py``.
PER_DECADE, TOGETHER = 0.2, 0.4


class Change(NamedTuple):
    """Characters ``start`` … ``end`` of a question that mean something else."""

    start: int
    end: int
    meant: str
    reason: str


class Question:
    """The pieces of a question, what is known of them, and the changes made so far."""

    def __init__(
        self, text: str, exists: Callable[[str], bool], keep: Collection[str], ignore: Collection[str]
    ) -> None:
        self.text = text
        self.pieces = pieces(text)
        self._exists = exists
        self._keep = keep
        self._ignored = frozenset(map(fold, ignore))
        self._answers: dict[str, bool] = {}
        self._changes: list[Change] = []
        self._changed: set[int] = set()

    def exists(self, word: str) -> bool:
        """Whether some product has all tokens of a word; asked once."""
        if word not in self._answers:
            self._answers[word] = self._exists(word)
        return self._answers[word]

    def kept(self, word: str) -> bool:
        """Whether a word is not to be touched, whatever the catalogue has."""
        return word in self._keep or word in self._ignored

    def right(self, at: int) -> bool:
        """Whether a piece stands as it was meant, or must not be touched."""
        piece = self.pieces[at]
        if piece.script == "other" or at in self._changed:
            return True
        word = piece.word
        if piece.whole and self.exists(piece.whole):
            return True
        return self.kept(word) or self.exists(word) or (piece.script == "latin" and known(word))

    def changed(self, at: int) -> bool:
        """Whether a piece was changed already."""
        return at in self._changed

    def adjacent(self, at: int) -> bool:
        """Whether nothing but blanks stands between a piece and the next one."""
        if at + 1 >= len(self.pieces):
            return False
        return self.text[self.pieces[at].end : self.pieces[at + 1].start].isspace()

    def word(self, at: int) -> str:
        """The folded word of a piece; "" beyond the ends."""
        return self.pieces[at].word if 0 <= at < len(self.pieces) else ""

    def change(self, first: int, last: int, meant: str, reason: str, span: tuple[int, int] | None = None) -> None:
        """Read the pieces ``first`` … ``last``, or the characters ``span``, as ``meant``, unless that is ignored."""
        start, end = span or (self.pieces[first].start, self.pieces[last].end)
        if fold(self.text[start:end]) not in self._ignored:
            self._changes.append(Change(start, end, meant, reason))
        self._changed.update(range(first, last + 1))

    def corrected(self) -> tuple[str, tuple[Correction, ...]]:
        """The text with its changes, and what they are, in the order of the text."""
        text, made, at = "", [], 0
        for change in sorted(self._changes):
            said = self.text[change.start : change.end]
            text += self.text[at : change.start] + change.meant
            made.append(Correction(said, change.meant, change.reason))
            at = change.end
        return text + self.text[at:], tuple(made)
