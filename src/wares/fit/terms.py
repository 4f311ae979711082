"""What products are called: a colour, a kind, a brand or a value, its names in two languages, and what it states.

What is stated is canonical: "Shirt", "shirts" and "衬衫" are one kind, "grey", "gray" and "灰色" one colour. A wider
name that the wording holds is stated too: dark blue is blue, casual shoes are shoes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from wares.encoders import colour_words
from wares.encoders.dictionary import Language, Names, key, language, names
from wares.encoders.tokens import fold
from wares.fit.plurals import numbers

#: (field, canonical value): ("colour", "blue"), ("kind", "shirts"), ("brand", "puma").
Facet: TypeAlias = tuple[str, str]

#: Fields that shoppers speak of whatever they are called, by the ends of their names.
FIELDS = {
    "colour": ("colour", "color", "colours", "colors", "颜色"),
    "gender": ("gender", "sex", "age group", "agegroup", "audience", "性别", "适用人群", "适用对象"),
    "season": ("season", "季节"),
    "usage": ("usage", "occasion", "场合", "用途", "场景"),
    "material": ("material", "materials", "fabric", "材质", "面料", "材料"),
    "pattern": ("pattern", "图案", "花型"),
    "style": ("style", "风格", "款式"),
    "fit": ("fit", "版型"),
    "flavour": ("flavour", "flavor", "口味"),
    "sleeve": ("sleeve", "sleeves", "sleeve length", "袖长"),
    "neck": ("neck", "neckline", "领型"),
}

#: For whom a product is, as the dictionary says it first; 中性 (unisex) is also a kind of pen.
PEOPLE = frozenset({"men", "women", "boys", "girls", "kids", "baby"})

_PARTS = re.compile(r"\s*[/,;|+、，；]\s*|\s+(?:and|&)\s+|和")
_HEAD = re.compile(r"[,;|(（【，；:：]|\s[-–—]\s|\s(?:for|with|in|by|of)\s", re.IGNORECASE)
# Names that end in another thing in both languages, and are none.
_NO_HEAD = frozenset({"hot dogs", "hot air balloons", "bath salts", "rocking horses", "steam mops"})


class Term(NamedTuple):
    """What can be said of products: what it states, and how it is said, with nothing for a language unknown here."""

    facet: Facet
    english: tuple[str, ...]
    chinese: tuple[str, ...]

    def said(self, wanted: Language) -> tuple[str, ...]:
        """The ways to say it in a language, the commonest first."""
        return self.chinese if wanted == "zh" else self.english


def field_of(name: str) -> str:
    """The field of :data:`FIELDS` that the name of an attribute stands for, or the name itself."""
    return next((field for field, ends in FIELDS.items() if name.endswith(ends)), name)


@lru_cache(maxsize=1 << 14)
def colours(value: str) -> tuple[Term, ...]:
    """A colour as a whole, then the colours it is made of: "dark blue/white" → "dark blue", "blue", "white"."""
    found = []
    for part in filter(None, _PARTS.split(value)):
        known = names(part, "colour")
        found.append(_term("colour", part, known))
        found += [
            _colour(tail) for tail in _tails(fold(known.english[0]) if known else fold(part)) if _is_colour(tail)
        ]
        found += () if known else titled_colours(part)
    return once(found)


@lru_cache(maxsize=1 << 14)
def titled_colours(text: str) -> tuple[Term, ...]:
    """The colours that words of a text say, if they can mean nothing else, each with the plain one it ends in."""
    found = []
    for said, name in colour_words.words(text):
        known = names(said, "colour")
        found.append(_term("colour", said, known) if known else _colour(name))
        found += [_colour(tail) for tail in _tails(found[-1].facet[1]) if _is_colour(tail)]
    return once(found)


@lru_cache(maxsize=1 << 14)
def kinds(value: str) -> tuple[Term, ...]:
    """A kind of product, then the wider ones its names end in: "casual shoes" → "casual shoes", "footwear".

    A name that the dictionary has needs both languages to agree: ice cream (冰淇淋) is no cream (面霜).
    """
    known = names(value, "kind")
    found = [_term("kind", value, known)]
    if known and known.english[0] in _NO_HEAD:
        return once(found)
    said = (*known.english, *known.chinese) if known else (value,)
    for tail in (tail for name in said for tail in _tails(name)):
        wider = names(tail, "kind")
        if wider and wider != known and (known is None or _agree(known, wider)):
            found.append(_term("kind", wider.english[0], wider))
    return once(found)


def titled_kinds(title: str) -> tuple[Term, ...]:
    """The kind of product that a title ends in, before its first comma, bracket or dash, if the dictionary has it."""
    head = _HEAD.split(title.strip(), maxsplit=1)[0].strip()
    for tail in (head, *_tails(head)):
        if names(tail, "kind"):
            return kinds(tail)
    return ()


@lru_cache(maxsize=1 << 14)
def of_value(field: str, value: str) -> Term:
    """The value of an attribute."""
    return _term(field, value, names(value, "value"))


@lru_cache(maxsize=1 << 14)
def brand(value: str) -> Term:
    """A brand, which is called the same in any language; a Chinese one is not typed among English words."""
    return Term(("brand", fold(value)), () if language(value) == "zh" else (value.lower(),), (value,))


def people(text: str) -> tuple[Term, ...]:
    """For whom a product is, by the words of its title."""
    found = []
    for word in re.findall(r"[a-z]+(?:'s)?", fold(text)):
        known = names(word, "value")
        if known and known.english[0] in PEOPLE:
            found.append(_term("gender", known.english[0], known))
    if language(text) == "zh":
        rows = filter(None, (names(who, "value") for who in sorted(PEOPLE)))
        found += [
            _term("gender", row.english[0], row)
            for row in rows
            if any(len(name) > 1 and name in text for name in row.chinese)
        ]
    return once(found)


def _term(field: str, value: str, known: Names | None) -> Term:
    """A term of a field, first in the words of the catalogue."""
    own, tongue = value.lower() if language(value) == "en" else value, language(value)
    english = (*((own,) if tongue == "en" else ()), *(known.english if known else ()))
    chinese = (*((own,) if tongue == "zh" else ()), *(known.chinese if known else ()))
    if field == "kind":
        # The dictionary says most kinds in the plural; what it has in the singular ("milk") has no other.
        english = tuple(form for name in english for form in numbers(name) if not known or len(form) <= len(name))
    canonical = fold(known.english[0]) if known else key(value) or fold(value)
    return Term((field, canonical), tuple(dict.fromkeys(english)), tuple(dict.fromkeys(chinese)))


def _colour(name: str) -> Term:
    return _term("colour", name, names(name, "colour"))


def _is_colour(name: str) -> bool:
    return names(name, "colour") is not None


def _tails(name: str) -> Iterator[str]:
    """What a name ends in, the longest first: words of English, two characters or more of Chinese."""
    if language(name) == "zh":
        yield from (name[start:] for start in range(1, len(name) - 1))
    else:
        pieces = name.split()
        yield from (" ".join(pieces[start:]) for start in range(1, len(pieces)))


def _agree(narrow: Names, wide: Names) -> bool:
    """Whether names end in each other's in both languages."""
    english = any(key(f"{one}").endswith(f" {key(other)}") for one in narrow.english for other in wide.english)
    return english and any(one.endswith(other) for one in narrow.chinese for other in wide.chinese)


def once(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The first term of each facet."""
    found: dict[Facet, Term] = {}
    for term in terms:
        found.setdefault(term.facet, term)
    return tuple(found.values())
