"""What a title says, taken apart: which colour, which size and how many, and what is left when these are gone.

Two titles with the same rest name one thing in several colours or sizes, if the rest is specific: "Air Max 90" is,
"men's shirt" is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from wares.encoders import colour_words
from wares.encoders.dictionary import Sort, rows
from wares.encoders.tokens import STOP_WORDS, fold, tokens
from wares.records import Product

#: Changes when the parts of some title would.
VERSION = 1

#: A rest is specific with so many words of its own, or with one that has a digit in it.
OWN_WORDS = 2

_NUMBER = r"\d+(?:[.,/]\d+)?(?:[ -]\d+/\d+)?"
# Of more digits, or behind a stroke, they are names of models ("2509m") and openings of lenses ("f/4L").
_SMALL, _LETTERS = r"\d{1,3}(?:[.,]\d+)?", "m|g|l"
_UNITS = (
    "mm|cm|mtr|meters?|metres?|in|inch|inches|ft|foot|feet|yds?|yards?|mg|gm|gms|grams?|kg|kgs|ml|cl|lt|ltr|"
    "lit(?:er|re)s?|oz|ounces?|fl oz|lbs?|pounds?|gal|gallons?|qt|quarts?|pints?"
)
_COUNTS = "packs?|pk|pcs?|pieces?|count|ct|pairs?|units?|sheets?|rolls?|bottles?|cans?|bags?|tablets?|capsules?"
_HAN_UNITS = "毫米|厘米|公分|米|英寸|寸|毫克|千克|公斤|克|斤|毫升|升|码|号"
_HAN_COUNTS = "件|片|只|支|包|盒|瓶|袋|个|双|条|枚|粒|卷|套|罐|箱|抽|张|枝|对"
_ALONE, _ENDS = r"(?<![\w'./-])", r"(?![\w'])(?!-\w)"

_SIZES = re.compile(
    "|".join(
        (
            rf"{_ALONE}sizes?[ :-]*(?:{_NUMBER}|[a-z]{{1,4}}(?![a-z]))",
            rf"{_ALONE}(?:eu|us|uk) ?\d{{1,2}}(?:\.5)?{_ENDS}",
            rf"{_ALONE}(?:[2-6]?x{{0,4}}[sl]|m|x-?(?:small|large)|small|medium|large|(?:one|free) size){_ENDS}",
            rf"{_ALONE}{_NUMBER} ?x ?{_NUMBER}(?: ?x ?{_NUMBER})?(?: ?(?:{_UNITS}|{_LETTERS})\.?)?{_ENDS}",
            rf"{_ALONE}{_NUMBER}(?:\"|''|')(?!\w)",
            rf"{_ALONE}{_NUMBER}[ -]?(?:{_UNITS})\.?{_ENDS}",
            rf"{_ALONE}{_SMALL} ?(?:{_LETTERS}){_ENDS}",
            rf"{_ALONE}{_NUMBER}[ -/]?(?:{_COUNTS}){_ENDS}",
            rf"{_ALONE}(?:pack|set|box|case|bundle) of {_NUMBER}",
            rf"{_NUMBER} ?(?:{_HAN_UNITS}|(?:{_HAN_COUNTS})装?)",
            rf"[一二两三四五六七八九十]+(?:{_HAN_COUNTS})装?",
            "均码|[加特]?[大中小]号",
        )
    )
)


# A word with its signs: "+3" is not "-3".
_SIGNED = re.compile(r"[\w+.-]*\w[\w+.-]*")


class Title(NamedTuple):
    """A title taken apart. ``line``: its words as they stand; ``said``: their stems, sorted; ``rest``: those that say
    neither colour nor size; ``colours`` and ``sizes``: the others; ``codes``: words of the rest that have a digit;
    ``own``: words of the rest that are neither brand nor category nor common in shops."""

    line: tuple[str, ...]
    said: tuple[str, ...]
    rest: tuple[str, ...]
    colours: frozenset[str]
    sizes: frozenset[str]
    codes: frozenset[str]
    own: frozenset[str]

    @property
    def specific(self) -> bool:
        """Whether the rest names a thing and not only its kind."""
        return len(self.own) >= OWN_WORDS or any(map(_is_code, self.own))


def title_of(product: Product) -> Title:
    """The title of a product, taken apart."""
    said = fold(product.title[: colour_words.MAX_CHARS])
    sizes = frozenset("".join(match.group().split()) for match in _SIZES.finditer(said))
    unsized = _SIZES.sub(" ", said)
    coloured = colour_words.words(unsized)
    left = tokens(colour_words.without(unsized)) if coloured else tokens(unsized)
    rest = _words(left) - _known("colour")
    colours = frozenset(name for _, name in coloured) | (frozenset(left) & _known("colour"))
    common = _words(tokens(product.brand)) | _words(tokens(" ".join(product.category))) | _known("kind")
    own = rest - common - _known("value")
    return Title(
        line=tuple(word for word in _SIGNED.findall(said) if word not in STOP_WORDS),
        said=tuple(sorted(_words(tokens(said)))),
        rest=tuple(sorted(rest)),
        colours=colours,
        sizes=sizes,
        codes=frozenset(word for word in rest if any(map(str.isdigit, word))),
        own=own,
    )


def _is_code(word: str) -> bool:
    return len(word) >= 3 and any(map(str.isdigit, word))


def _words(found: Iterable[str]) -> frozenset[str]:
    return frozenset(found) - STOP_WORDS


@cache
def _known(sort: Sort) -> frozenset[str]:
    """The words of the names that the dictionary has for a sort of things."""
    named = (name for row in rows(sort) for name in (*row.english, *row.chinese))
    if sort == "colour":  # of a colour only names of one word: "light" alone is none
        return frozenset(words[0] for name in named if len(words := tokens(name)) == 1)
    return frozenset(word for name in named for word in tokens(name))
