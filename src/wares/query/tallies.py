"""What a catalogue says, counted: its words, the words that stand side by side, and phrases worth suggesting.

A word is counted once for each product that has it in its title, brand, category, or a short value of an attribute
or option; descriptions are prose, and are left out. Pairs and triples of words are those of titles. Tables that grow
too long lose what was seen once (Manku and Motwani's lossy counting, 2002), so that memory is bounded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import msgspec

from wares.encoders.dictionary import HAN
from wares.encoders.tokens import STOP_WORDS, cut, fold
from wares.query.names import SAME, plain
from wares.records import Product

#: Longer values are prose; longer words are no words.
VALUE_CHARS, WORD_CHARS = 60, 40
#: More entries than this, and those seen once are dropped.
MOST = 300_000
#: Attributes whose values are said before the name of a thing: "red shoes", "men shoes".
SAID_BEFORE = ("colour", "gender", "material")

#: What is cut out of a folded text: a run of Chinese, or letters and digits with joints. Other marks part phrases.
CHUNK = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[-.'&+][^\W_{HAN}]+)*")
_BREAK = re.compile(r"[,;:()/|\[\]!?\"<>{}，。；：（）【】、！？*=~_]+|\s[-–+]\s|\.\s")
_LETTERS = re.compile("[a-z]+")
_A_HAN = re.compile(f"[{HAN}]")
_ALL_HAN = re.compile(f"[{HAN}]+")
_FIELDS = {name: row[0] for row in SAME if row[0] in SAID_BEFORE for name in row}
_CATEGORY_STEPS = re.compile(r"/|\s>\s|>")


class Tally(msgspec.Struct):
    """Counts of products. ``words`` are folded, ``pairs`` and ``triples`` are folded words with blanks between them;
    ``brands`` and ``categories`` are as they are written, ``made`` are other phrases."""

    products: int = 0
    words: dict[str, int] = {}
    pairs: dict[str, int] = {}
    triples: dict[str, int] = {}
    brands: dict[str, int] = {}
    categories: dict[str, int] = {}
    made: dict[str, int] = {}

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        sums = (Counter(getattr(self, name)) + Counter(getattr(other, name)) for name in TABLES)
        return Tally(self.products + other.products, *(dict(sorted(table.items())) for table in sums))


TABLES = ("words", "pairs", "triples", "brands", "categories", "made")


class Counters:
    """A tally that is being made."""

    def __init__(self, start: Tally | None = None) -> None:
        start = start or Tally()
        self.products = start.products
        self._tables = {name: Counter(getattr(start, name)) for name in TABLES}

    def take(self, product: Product) -> None:
        """Count a product."""
        tables = self._tables
        self.products += 1
        runs = [sequence(part) for part in _BREAK.split(fold(product.title))]
        words = {word for run in runs for chunk in run for word in spelled(chunk)}
        steps = [step.strip() for name in product.category for step in _CATEGORY_STEPS.split(name) if step.strip()]
        brand = " ".join(product.brand.split())
        for value in (brand, *steps):
            words |= value_words(value)
        before: list[str] = []
        for name, value in _values(product):
            words |= value_words(value)
            if _FIELDS.get(plain(name)) and len(value) <= 20:
                before.append(value)
        tables["words"].update(words)
        for run in runs:
            tables["pairs"].update({" ".join(run[i : i + 2]) for i in range(len(run) - 1)})
            tables["pairs"].update({pair for chunk in run for pair in jointed(chunk)})
            tables["triples"].update({" ".join(run[i : i + 3]) for i in range(len(run) - 2)})
        tables["categories"].update(dict.fromkeys(steps, 1))
        if brand and len(brand) <= VALUE_CHARS:
            tables["brands"][brand] += 1
            before.append(brand)
        if steps and len(steps[-1]) <= VALUE_CHARS:
            tables["made"].update({joined((fold(one), fold(steps[-1]))) for one in before})

    def trim(self) -> None:
        """Drop what was seen once from tables that have grown too long."""
        for name, table in self._tables.items():
            least = 2
            while len(table) > MOST:
                table = Counter({entry: count for entry, count in table.items() if count >= least})
                self._tables[name] = table
                least *= 2

    def tally(self) -> Tally:
        """What was counted, in the order of the words."""
        return Tally(self.products, *(dict(sorted(self._tables[name].items())) for name in TABLES))


def sequence(text: str) -> list[str]:
    """The words of a folded text in order, as they are written ("t-shirt"); Chinese is cut into words."""
    found: list[str] = []
    for chunk in CHUNK.findall(text):
        if _A_HAN.match(chunk):
            found += cut(chunk) if len(chunk) > 1 else [chunk]
        elif len(chunk) <= WORD_CHARS:
            found.append(chunk)
    return found


@lru_cache(maxsize=1 << 15)
def spelled(chunk: str) -> tuple[str, ...]:
    """The words that can be mistyped in what :func:`sequence` gives: of Latin letters or Chinese, at least two
    characters. A word with joints is counted without them as well ("t-shirt" → "shirt", "tshirt")."""
    if (chunk.isascii() and chunk.isalpha()) or _ALL_HAN.fullmatch(chunk):
        return (chunk,) if 1 < len(chunk) <= WORD_CHARS else ()
    if any(char.isdigit() for char in chunk):
        return ()
    bare = chunk.removesuffix("'s").replace("'", "")
    pieces = [piece for piece in re.split("[-.&+]", bare) if _LETTERS.fullmatch(piece)]
    whole = re.sub("[-.&+]", "", bare)
    both = dict.fromkeys([*pieces, *([whole] if _LETTERS.fullmatch(whole) else [])])
    return tuple(word for word in both if len(word) > 1)


def jointed(chunk: str) -> list[str]:
    """The pairs of words in a word with joints: "self propelled" of "self-propelled"."""
    if chunk.isalnum():
        return []
    pieces = [piece for piece in re.split("[-.&+]", chunk) if piece]
    return [f"{first} {second}" for first, second in pairwise(pieces)]


@lru_cache(maxsize=1 << 15)
def value_words(value: str) -> frozenset[str]:
    """The words of a short value, for :meth:`Counters.take`; none of a long one."""
    if len(value) > VALUE_CHARS:
        return frozenset()
    return frozenset(word for chunk in sequence(fold(value)) for word in spelled(chunk))


def joined(words: list[str] | tuple[str, ...]) -> str:
    """Words as they are written side by side: with blanks, but for Chinese."""
    text = words[0]
    for word in words[1:]:
        text += word if _A_HAN.match(word) and _A_HAN.match(text[-1]) else " " + word
    return text


def is_phrase(words: list[str]) -> bool:
    """Whether words of a title can stand alone: they neither begin nor end with a function word or a bare number, and
    all have more than a character."""
    ends = words[0], words[-1]
    return all(len(word) > 1 for word in words) and not any(word in STOP_WORDS or word.isdigit() for word in ends)


def _values(product: Product) -> Iterator[tuple[str, str]]:
    for name, value in product.attributes.items():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, tuple):
            yield from ((name, one) for one in value)
    for options in {tuple(variant.options.items()) for variant in product.variants}:
        yield from options
