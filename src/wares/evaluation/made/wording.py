"""How questions are worded: the language of a text, its words, and those of the other language.

The dictionary (:mod:`wares.encoders.dictionary`) translates a value or a kind as a whole, and what it does not know
is not translated.
"""

from __future__ import annotations

import re
from functools import lru_cache

from wares.encoders.dictionary import HAN, Language, Sort, language, names, rows
from wares.encoders.tokens import STOP_WORDS, tokens

_A_HAN = re.compile(f"[{HAN}]")
# Measures and sizes: "500ml", "45cm x 45cm", "39", "XL".
_CODE = re.compile(r"(?=.*\d)(?:[a-z]{0,3}[^a-z]*)+|[A-Z]{1,4}", re.ASCII)
#: What is said of a product beside its kind.
_VALUES: tuple[Sort, ...] = ("colour", "value")
_COLOURS = ("colour", "color", "colours", "colors", "颜色")


@lru_cache(maxsize=1 << 16)
def words(text: str) -> frozenset[str]:
    """The words of a text as they are searched for, without stop words."""
    return frozenset(tokens(text)) - STOP_WORDS


def sort_of(field: str) -> Sort:
    """What the values of a field name."""
    return "kind" if field == "category" else "colour" if field.rpartition(" ")[2] in _COLOURS else "value"


def translated(text: str, sort: Sort) -> str | None:
    """A value in the other language, or None: the dictionary does not have it."""
    known = names(text, sort)
    if known is None:
        return None
    return known.english[0] if language(text) == "zh" else known.chinese[0]


def colours() -> list[str]:
    """The English names of the colours that the dictionary has."""
    return [row.english[0] for row in rows("colour")]


@lru_cache(maxsize=1 << 14)
def said_in(text: str) -> tuple[tuple[Sort, str], ...]:
    """The colours and values of the dictionary that a text says, by their first English names; "navy blue" is not
    blue as well."""
    said = words(text)
    found: list[tuple[Sort, str, frozenset[str]]] = []
    for sort in _VALUES:
        for row in rows(sort):
            spoken = [words(name) for name in (*row.english, *row.chinese) if words(name) and words(name) <= said]
            found += [(sort, row.english[0], own) for own in spoken[:1]]
    return tuple((sort, name) for sort, name, own in found if not any(own < other for _, _, other in found))


def worded(text: str, sort: Sort, wanted: Language) -> str | None:
    """A value as it is said in a language; None when nobody here knows. Codes and measures are said in any."""
    if language(text) == wanted:
        return text
    return translated(text, sort) or (text if _CODE.fullmatch(text) else None)


def joined(pieces: list[str], *, spaced: bool = False) -> str:
    """Words as they are typed: with spaces between them, but for Chinese, unless ``spaced``."""
    text = ""
    for piece in pieces:
        apart = spaced or not (_A_HAN.match(piece) or (text and _A_HAN.match(text[-1])))
        text += f" {piece}" if text and apart else piece
    return text.lower() if language(text) == "en" else text
