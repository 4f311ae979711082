"""What things are called in English and in Chinese: colours, values of attributes, kinds of products.

``dictionary.tsv`` has a row for each thing with its names in both languages; behind it stand the names that the model
of pictures has for a thousand things (``class_names.tsv``). Names are looked up as a whole: English by its stems,
so that "Shirt" and "shirts" are one, Chinese as it is written. Nothing is read before the first name is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple, TypeAlias

from wares.encoders.conse import things
from wares.encoders.tokens import fold, stem, tokens

#: The languages of the dictionary. Everything that has no Chinese character counts as English.
Language: TypeAlias = Literal["en", "zh"]

#: What a name names; "value" is the value of an attribute, "kind" a kind of product.
Sort: TypeAlias = Literal["colour", "value", "kind"]

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_A_HAN = re.compile(f"[{HAN}]")
# What needs no folding and no cutting, which is nearly all that the table has.
_PLAIN_HAN, _PLAIN_WORDS = re.compile(r"[\u4e00-\u9fff]+"), re.compile(r"[a-z]+(?: [a-z]+)*")


class Names(NamedTuple):
    """What one thing is called; the first of a language is said, the others are understood."""

    english: tuple[str, ...]
    chinese: tuple[str, ...]

    def of(self, wanted: Language) -> tuple[str, ...]:
        """The names in one language."""
        return self.chinese if wanted == "zh" else self.english


def language(text: str) -> Language:
    """The language of a text: Chinese if it has a Chinese character."""
    return "zh" if _A_HAN.search(text) else "en"


def names(text: str, sort: Sort) -> Names | None:
    """All names of what ``text`` names, or None: the dictionary does not have it. A value may be a kind as well
    (the orange that something tastes of)."""
    wanted = key(text)
    found = _dictionary(sort).get(wanted)
    return _dictionary("kind").get(wanted) if found is None and sort == "value" else found


def rows(sort: Sort) -> tuple[Names, ...]:
    """The rows of ``dictionary.tsv`` that are of one sort."""
    return _rows().get(sort, ())


@lru_cache(maxsize=1 << 14)
def key(text: str) -> str:
    """What a name is looked up by: English by its stems, Chinese as it stands, neither with regard to case."""
    if _PLAIN_HAN.fullmatch(text):
        return text
    if _PLAIN_WORDS.fullmatch(text):
        return " ".join(map(stem, text.split(" ")))
    return fold(text).strip() if language(text) == "zh" else " ".join(tokens(text))


@cache
def _dictionary(sort: Sort) -> dict[str, Names]:
    """Names by their keys. What is on several lines of the class names is left out."""
    found = {key(name): row for row in reversed(rows(sort)) for name in (*row.english, *row.chinese)}
    if sort == "kind":
        heads = [Names(thing.english[:1], thing.chinese[:1]) for thing in things()]
        counts = Counter(key(name) for head in heads for name in (*head.english, *head.chinese))
        for head in heads:
            for name in (*head.english, *head.chinese):
                if counts[key(name)] == 1:
                    found.setdefault(key(name), head)
    return found


@cache
def _rows() -> dict[str, tuple[Names, ...]]:
    table = files("wares.encoders").joinpath("dictionary.tsv").read_text(encoding="utf-8")
    found: dict[str, list[Names]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            sort, english, chinese = line.split("\t")
            found.setdefault(sort, []).append(Names(tuple(english.split("|")), tuple(chinese.split("|"))))
    return {sort: tuple(of_sort) for sort, of_sort in found.items()}
