"""What a catalogue has, as far as questions and their right answers need it: taken in one walk through all products.

Words and facts are lists of product numbers, four bytes for each: some 0.8 KB for a product with a title of ten words
and six facts, so that a million of them need 0.8 GB. The products themselves are not kept, but for a sample: those
whose ids have the smallest keyed hashes, a random sample without regard to the order in which products come.
"""

from __future__ import annotations

import hashlib
import os
import stat
from array import array
from collections.abc import Callable, Iterable, Sequence
from heapq import heappush, heappushpop
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from wares.evaluation.made.facts import NAMES, Fact, facts, pictures
from wares.evaluation.made.wording import colours, sort_of, translated, words
from wares.records import Media, Product

if TYPE_CHECKING:
    from PIL.Image import Image

#: How many products questions may be made of.
SAMPLE = 2_000
#: A field with more values than this is nothing that people ask by, but a name or number of each product.
MAX_VALUES = 2_000
#: How much of a picture's file is read to tell whether two are the same.
HEAD_BYTES = 65_536

ReadPicture: TypeAlias = "Callable[[Media], Image | None]"


class Source(NamedTuple):
    """A product that a question is made of, with its number in the survey."""

    number: int
    product: Product


class Having(NamedTuple):
    """The products whose field is ``known`` to say a fact, and those of which it is ``told``: the field is empty, and
    their words have all of it."""

    known: set[int]
    told: set[int]

    @property
    def all(self) -> set[int]:
        """Both."""
        return self.known | self.told


class Survey:
    """A catalogue's words and facts by product number, and samples of its products.

    ``picture`` reads a picture (None, or :class:`~wares.errors.MediaError`: it cannot be had); without it no
    picture is looked at.
    """

    def __init__(self, products: Iterable[Product], *, seed: int = 0, picture: ReadPicture | None = None) -> None:
        self.ids: list[str] = []
        self.picture = picture
        self._seed = seed
        self._words: dict[str, array[int]] = {}
        self._fields: dict[str, _Field] = {}
        self._pictures: tuple[array[int], array[int]] = (array("Q"), array("I"))
        sample, pictured = _Sample(), _Sample()
        for number, product in enumerate(products):
            self.ids.append(product.id)
            self._take(number, product)
            key = _hash(f"{seed} {product.id}".encode("utf-8", "surrogatepass"))
            sample.take(key, number, product)
            if picture is not None and pictures(product):
                self._take_pictures(number, product)
                pictured.take(key, number, product)
        self._sample, self._pictured = sample.sources(), pictured.sources()

    def __len__(self) -> int:
        return len(self.ids)

    def sources(self, kind: str, *, pictured: bool = False) -> list[Source]:
        """The sample, in an order of its own for each kind of question."""
        sources = list(self._pictured if pictured else self._sample)
        Random(f"{self._seed} {kind}").shuffle(sources)  # noqa: S311 - chance that can be repeated, no secret
        return sources

    # -- words --------------------------------------------------------------------------------------------------

    def count(self, word: str) -> int:
        """How many products have a word."""
        return len(self._words.get(word, ()))

    def with_words(self, text: str) -> set[int]:
        """The products that have every word of a text in title, brand, category, attributes and options together."""
        empty: Sequence[int] = ()
        lists = sorted((self._words.get(word, empty) for word in words(text)), key=len)
        found = set(lists[0]) if lists else set()
        for others in lists[1:]:
            found.intersection_update(others)
        return found

    # -- facts --------------------------------------------------------------------------------------------------

    def having(self, fact: Fact) -> Having:
        """The products that have a fact, in either language.

        A brand or a step of a category is the same name; the value of another field may say more ("dark blue" is
        blue).
        """
        other = translated(fact.value, sort_of(fact.field)) if fact.field != "brand" else None
        wordings = [fact.value, *([other] if other else ())]
        field = self._fields.get(fact.field, _Field())
        known = set[int]().union(*(field.saying(text, whole=fact.field in NAMES) for text in wordings))
        told: set[int] = set()
        if len(field.holders) < len(self):  # else nobody has an empty field
            told = set[int]().union(*map(self.with_words, wordings)).difference(field.holders)
        return Having(known, told)

    def holders(self, fact: Fact) -> int:
        """How many products have exactly this value."""
        return len(self._value(fact).holders)

    def values(self, field: str) -> list[str]:
        """The values of a field, those of most products first; of a field that no product has and that names
        colours, the dictionary's."""
        known = self._fields.get(field, _Field()).values
        if not known and sort_of(field) == "colour":
            return colours()
        return sorted(known, key=lambda value: (-len(known[value].holders), value))

    def titled(self, fact: Fact) -> float:
        """The share of the products with a value whose title says it."""
        value = self._value(fact)
        return value.titled / max(len(value.holders), 1)

    def _value(self, fact: Fact) -> _Value:
        return self._fields.get(fact.field, _Field()).values.get(fact.value.casefold(), _Value())

    # -- pictures -----------------------------------------------------------------------------------------------

    def with_picture(self, medium: Media) -> set[int]:
        """The products that have this picture: a file of the same content, or the same URL."""
        keys, owners = self._pictures
        wanted, start = _identity(medium), 0
        found: set[int] = set()
        while wanted is not None:
            try:
                start = keys.index(wanted, start) + 1
            except ValueError:
                break
            found.add(owners[start - 1])
        return found

    # -- the walk -----------------------------------------------------------------------------------------------

    def _take(self, number: int, product: Product) -> None:
        title = words(product.title)
        own = sorted(facts(product))
        for word in title.union(*(words(fact.value) for fact in own)):
            self._words.setdefault(word, array("I")).append(number)
        for fact in own:
            said = words(fact.value)
            self._fields.setdefault(fact.field, _Field()).take(number, fact, titled=bool(said) and said <= title)

    def _take_pictures(self, number: int, product: Product) -> None:
        keys, owners = self._pictures
        for identity in map(_identity, pictures(product)):
            if identity is not None:
                keys.append(identity)
                owners.append(number)


class _Value:
    """The products that have a value, and how many of them say it in their title."""

    def __init__(self) -> None:
        self.holders = array("I")
        self.titled = 0


class _Field:
    """The values of a field, without regard to case, and the products that have any."""

    def __init__(self) -> None:
        self.values: dict[str, _Value] = {}
        self.holders = array("I")
        self._dropped = False

    def take(self, number: int, fact: Fact, *, titled: bool) -> None:
        """Note a fact of a product; products come one after the other."""
        if not self.holders or self.holders[-1] != number:
            self.holders.append(number)
        if self._dropped:
            return
        value = self.values.setdefault(fact.value.casefold(), _Value())
        if not value.holders or value.holders[-1] != number:
            value.holders.append(number)
            value.titled += titled
        if len(self.values) > MAX_VALUES and fact.field not in NAMES:
            self._dropped, self.values = True, {}

    def saying(self, text: str, *, whole: bool) -> set[int]:
        """The products whose value is ``text``, or, unless ``whole``, has all words of it."""
        if whole:
            return set(self.values.get(text.casefold(), _Value()).holders)
        said = words(text)
        return set[int]().union(*(v.holders for name, v in self.values.items() if said and said <= words(name)))


class _Sample:
    """Those products that have the smallest keys."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, int, Product]] = []

    def take(self, key: int, number: int, product: Product) -> None:
        if len(self._kept) < SAMPLE:
            heappush(self._kept, (-key, -number, product))
        elif -key > self._kept[0][0]:
            heappushpop(self._kept, (-key, -number, product))

    def sources(self) -> list[Source]:
        """From the smallest key to the largest."""
        return [Source(-number, product) for _, number, product in sorted(self._kept, reverse=True)]


def _identity(medium: Media) -> int | None:
    """A number that two media share when they are the same: by size and head of a file, by URL; None: not there."""
    source = medium.source
    if isinstance(source, bytes):
        return _hash(b"%d " % len(source) + source[:HEAD_BYTES])
    if "://" in source:
        return _hash(source.encode("utf-8", "surrogatepass"))
    try:
        status = os.stat(source)  # noqa: PTH116 - Path costs as much again for every picture of a catalogue
        if not stat.S_ISREG(status.st_mode):
            return None
        with Path(source).open("rb") as file:
            return _hash(b"%d " % status.st_size + file.read(HEAD_BYTES))
    except (OSError, ValueError):
        return None


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
