"""How questions are worded: the language of a text, its words, and those of the other language.

A dictionary knows colours, the commonest values of attributes, and kinds of products: ``dictionary.tsv``, and behind
it the names that the model of pictures has for a thousand things. It translates a value or a kind as a whole, and
what it does not know is not translated.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

from wares.encoders.conse import things
from wares.encoders.tokens import STOP_WORDS, fold, tokens

#: The languages in which questions are made. Everything that has no Chinese character counts as English.
Language: TypeAlias = Literal["en", "zh"]

#: What a value names; "kind" is a kind of product.
Sort: TypeAlias = Literal["colour", "value", "kind"]

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_A_HAN = re.compile(f"[{HAN}]")
# Measures and sizes: "500ml", "45cm x 45cm", "39", "XL".
_CODE = re.compile(r"(?=.*\d)(?:[a-z]{0,3}[^a-z]*)+|[A-Z]{1,4}", re.ASCII)
#: What is said of a product beside its kind.
_VALUES: tuple[Sort, ...] = ("colour", "value")
_COLOURS = ("colour", "color", "colours", "colors", "颜色")


class Names(NamedTuple):
    """What one thing is called; the first of a language is said, the others are understood."""

    english: tuple[str, ...]
    chinese: tuple[str, ...]


def language(text: str) -> Language:
    """The language of a text: Chinese if it has a Chinese character."""
    return "zh" if _A_HAN.search(text) else "en"


@lru_cache(maxsize=1 << 16)
def words(text: str) -> frozenset[str]:
    """The words of a text as they are searched for, without stop words."""
    return frozenset(tokens(text)) - STOP_WORDS


def sort_of(field: str) -> Sort:
    """What the values of a field name."""
    return "kind" if field == "category" else "colour" if field.rpartition(" ")[2] in _COLOURS else "value"


def translated(text: str, sort: Sort) -> str | None:
    """A value in the other language, or None: the dictionary does not have it."""
    names = _dictionary(sort).get(_key(text)) or (_dictionary("kind").get(_key(text)) if sort == "value" else None)
    if names is None:
        return None
    return names.english[0] if language(text) == "zh" else names.chinese[0]


def colours() -> list[str]:
    """The English names of the colours that the dictionary has."""
    return [names.english[0] for names in _rows("colour")]


@lru_cache(maxsize=1 << 14)
def said_in(text: str) -> tuple[tuple[Sort, str], ...]:
    """The colours and values of the dictionary that a text says, by their first English names; "navy blue" is not
    blue as well."""
    said = words(text)
    found: list[tuple[Sort, str, frozenset[str]]] = []
    for sort in _VALUES:
        for names in _rows(sort):
            spoken = [words(name) for name in (*names.english, *names.chinese) if words(name) and words(name) <= said]
            found += [(sort, names.english[0], own) for own in spoken[:1]]
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


@cache
def _dictionary(sort: Sort) -> dict[str, Names]:
    """Names by the form of each that :func:`_key` gives. What is on several lines of the class names is left out."""
    rows = _rows(sort)
    found = {_key(name): names for names in reversed(rows) for name in (*names.english, *names.chinese)}
    if sort == "kind":
        heads = [Names(thing.english[:1], thing.chinese[:1]) for thing in things()]
        keys = [_key(name) for names in heads for name in (*names.english, *names.chinese)]
        for names in heads:
            for name in (*names.english, *names.chinese):
                if keys.count(_key(name)) == 1:
                    found.setdefault(_key(name), names)
    return found


@cache
def _rows(sort: Sort) -> list[Names]:
    table = files("wares.evaluation.made").joinpath("dictionary.tsv").read_text(encoding="utf-8")
    cells = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return [Names(tuple(en.split("|")), tuple(zh.split("|"))) for named, en, zh in cells if named == sort]


def _key(text: str) -> str:
    """English by its stems, so that "Shirt" and "shirts" are one; Chinese as it stands."""
    return fold(text).strip() if language(text) == "zh" else " ".join(tokens(text))
