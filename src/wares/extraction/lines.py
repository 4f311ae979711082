"""From lines as they were read to passages: what is no text is dropped, and what remains is written plainly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.records import Passage, PassageKind

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_CHARS = 200
#: The certainty below which a line is dropped, and what a line of one or two signs needs.
LEAST, LEAST_OF_SHORT = 0.6, 0.8
_SHORT = 2

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile(r"[A-Za-z]")
#: Letters, digits and the signs of measures that are as wide as a Chinese character.
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))} | {
    ord(wide): narrow for wide, narrow in zip("％．＋－／　", "%.+-/ ", strict=True)
}


#: Digits that were read apart before a unit, and a unit of two letters that was read as two.
_APART = re.compile(r"(?<![\w.,])(\d{1,2}(?: \d{1,2})+)(?= ?(?:[mcMC] ?[lL]|[kKmM] ?[gG]|[lLgG])(?!\w))")
_UNIT_APART = re.compile(r"(?<=\d)( ?)([mcMC] [lL]|[kKmM] [gG])(?!\w)")


class Line(NamedTuple):
    """A line of a picture: its text, the certainty of it, and its corners in pixels, shape (4, 2), from the upper
    left one of the text clockwise."""

    text: str
    certainty: float
    corners: npt.NDArray[np.float32]


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Lines as they are read, row by row: whichever way up the picture is, most of its lines say where down is."""
    lines = list(lines)
    if not lines:
        return []
    corners = np.stack([line.corners for line in lines])
    heights = corners[:, 3] - corners[:, 0]
    tall = np.linalg.norm(heights, axis=1)
    down = (heights / np.maximum(tall, 1e-6)[:, None]).mean(axis=0)
    across = np.array([down[1], -down[0]])
    middles = corners.mean(axis=1)
    depth = middles @ down
    row, rows = 0, np.zeros(len(lines), dtype=int)
    order = np.argsort(depth, kind="stable")
    for before, place in pairwise(order):
        row += depth[place] - depth[before] > min(tall[place], tall[before]) / 2
        rows[place] = row
    return [lines[place] for place in np.lexsort((middles @ across, rows))]


def told(lines: Iterable[Line], size: tuple[int, int], kind: PassageKind) -> tuple[Passage, ...]:
    """The lines of a picture of ``size`` pixels as passages, in reading order and without those that are no
    text."""
    passages = []
    for line in in_order(lines):
        text = plain(line.text)
        if is_text(text, line.certainty):
            left, top = (min(max(float(end), 0.0), 1.0) for end in line.corners.min(axis=0) / size)
            right, bottom = (min(max(float(end), 0.0), 1.0) for end in line.corners.max(axis=0) / size)
            passages.append(
                Passage(
                    kind=kind,
                    text=text,
                    language=language(text),
                    box=(left, top, right, bottom),
                    certainty=round(line.certainty, 4),
                )
            )
    return tuple(passages)


def plain(text: str) -> str:
    """The text with narrow letters and digits and single spaces, at most 200 characters of it; measures whose signs
    stand apart, as wide ones do, in one ("5 0 0 m L" → "500 mL")."""
    text = " ".join(text.translate(_WIDE).split())[:MOST_CHARS].rstrip()
    text = _APART.sub(_joined, text)
    return _UNIT_APART.sub(lambda found: found[1] + found[2].replace(" ", ""), text)


def _joined(digits: re.Match[str]) -> str:
    """One number of digits apart; of "20 30" no sign stands alone, and two numbers they stay."""
    pieces = digits[1].split()
    return "".join(pieces) if any(len(piece) == 1 for piece in pieces) else digits[1]


def is_text(text: str, certainty: float) -> bool:
    """Whether a line says anything: it holds a letter or a digit, and was read with certainty; a line of one or two
    signs, which a leaf or a scratch looks like, with more of it."""
    signs = sum(sign.isalnum() for sign in text)
    return signs > 0 and certainty >= (LEAST_OF_SHORT if signs <= _SHORT else LEAST)


def language(text: str) -> str:
    """ "zh" of a text with Chinese characters, "en" of one with Latin letters alone; "" of any other."""
    if _KANA_OR_HANGUL.search(text):
        return ""
    return "zh" if _HAN.search(text) else "en" if _LATIN.search(text) else ""
