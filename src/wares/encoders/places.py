"""Where the tokens of a text stand in it: the characters, as they were written, that a token was made of.

Tokens are made of a folded text (:func:`wares.encoders.tokens.fold`), which may be longer or shorter than what was
written: "㎏" becomes two letters, an accent none. So a text is folded bit by bit, each bit as small as can be, and a
folded character stands for the bit that it came from. Where the bits, joined, are not the text folded as a whole,
they are taken larger: whole words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Set
from functools import lru_cache
from typing import TypeAlias

from wares.encoders import tokens as cutting

#: Start and end of a piece of text, in characters.
Place: TypeAlias = tuple[int, int]

# Runs that fold into as many characters, each for itself: ASCII, Chinese and its punctuation, full-width ASCII.
_PLAIN = re.compile(r"[\x00-\x7f\u3001-\u3003\u3008-\u3011\u4e00-\u9fff\uff01-\uff5e]+")
_WORDS = re.compile(r"\S+|\s+")


def places(text: str, wanted: Set[str]) -> list[Place]:
    """Where tokens of ``wanted`` stand in a text, in order; they may overlap. A token stands somewhere in a text if,
    and only if, :func:`~wares.encoders.tokens.tokens` makes it of the text."""
    if not wanted:
        return []
    folded = cutting.fold(text)
    chunks = cutting.CHUNKS.findall(folded)
    met = {chunk for chunk in set(chunks) if not wanted.isdisjoint(cutting.of_chunk(chunk))}
    if not met:
        return []
    found: set[Place] = set()
    end = 0
    for chunk in chunks:
        start = folded.index(chunk, end)  # nothing between two chunks could begin one
        end = start + len(chunk)
        if chunk in met:
            found.update((start + first, start + last) for first, last in _within(chunk, wanted))
    return sorted(found if text.isascii() else _written(text, folded, found))


# -- in a chunk -------------------------------------------------------------------------------------------------


def _within(chunk: str, wanted: Set[str]) -> Iterator[Place]:
    """Where in one match of ``CHUNKS`` the tokens stand; made as ``tokens`` makes them."""
    if cutting.A_HAN.match(chunk):
        yield from _of_han(chunk, wanted)
    elif cutting.A_PAIR.match(chunk):
        yield from ((at, at + 2) for at in range(len(chunk) - 1) if chunk[at : at + 2] in wanted)
        if chunk in wanted:
            yield 0, len(chunk)
    else:
        silent = {at for match in cutting.APOSTROPHE.finditer(chunk) for at in range(*match.span())}
        kept = [at for at in range(len(chunk)) if at not in silent]
        spoken = "".join(chunk[at] for at in kept)
        yield from ((kept[first], kept[last - 1] + 1) for first, last in _of_code(spoken, 0, wanted))


def _of_han(chunk: str, wanted: Set[str]) -> Iterator[Place]:
    jieba = cutting.jieba()
    for word, start, end in jieba.tokenize(chunk, "search"):
        if word in wanted:
            yield start, end
        elif end - start > 1 and not jieba.has_word(word):
            yield from ((at, at + 1) for at in range(start, end) if chunk[at] in wanted)


def _of_code(code: str, start: int, wanted: Set[str]) -> Iterator[Place]:
    """Of a measure or a jointed code the whole, or else what stands in it."""
    whole = start, start + len(code)
    if measure := cutting.A_MEASURE.fullmatch(code):
        number, with_unit = cutting.of_code(code)
        if with_unit in wanted:
            yield whole
        elif number in wanted:
            yield start, start + measure.end("number")
        return
    pieces = [] if cutting.A_NUMBER.fullmatch(code) else cutting.JOINTS.split(code)
    if (len(pieces) < 2 or len(code) <= cutting.MAX_WORD) and cutting.of_code(code)[0] in wanted:
        yield whole
    elif len(pieces) > 1:
        for piece in pieces:
            yield from _of_code(piece, start, wanted)
            start += len(piece) + 1


# -- as it was written ------------------------------------------------------------------------------------------


def _written(text: str, folded: str, found: Set[Place]) -> set[Place]:
    """For places in a folded text those in the written one: the bits that their characters came from."""
    bits = _mapped(text, folded, _small) or _mapped(text, folded, _large)
    return {(bits[start][0], bits[end - 1][1]) for start, end in found} if bits else set()


def _mapped(text: str, folded: str, cut: Callable[[str], Iterator[Place]]) -> list[Place] | None:
    """For each folded character the bit of the text that it came from; None when the bits do not fold so."""
    found: list[Place] = []
    made: list[str] = []
    for start, end in cut(text):
        bit = cutting.folded(text[start:end])
        made.append(bit)
        alike = len(bit) == end - start and _PLAIN.fullmatch(text, start, end)
        found += ((at, at + 1) for at in range(start, end)) if alike else [(start, end)] * len(bit)
        if len(found) >= len(folded):
            break
    return found if "".join(made).startswith(folded) else None


def _small(text: str) -> Iterator[Place]:
    """Runs of plain characters, and every other character with the marks that belong to it."""
    at = 0
    while at < len(text):
        run = _PLAIN.match(text, at)
        end = run.end() if run else at + 1
        while not run and end < len(text) and _leans(text[end]):
            end += 1
        yield at, end
        at = end


def _large(text: str) -> Iterator[Place]:
    """Words and blanks."""
    return (match.span() for match in _WORDS.finditer(text))


@lru_cache(maxsize=1 << 12)
def _leans(character: str) -> bool:
    """Whether a character may be made one with the one before it: a mark, or the second half of a syllable."""
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.category(first).startswith("M") or "\u1160" <= first <= "\u11ff"
