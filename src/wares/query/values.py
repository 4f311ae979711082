"""The values of a catalogue's fields, learnt while it is indexed: what a question may name, and how surely.

A phrase is no filter because some field has it for a value: "apple" is a brand in a shop for computers and a fruit in
the next. What tells are the titles. Of the products whose title says the phrase and that have the field at all, the
share that has the value is how far the phrase means it; see :meth:`Values.senses`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec

from wares.index.base import fold as stored
from wares.learnt import Learnt
from wares.query import senses
from wares.query.kinds import kind_of
from wares.query.prices import Prices
from wares.query.reading import text
from wares.query.senses import Meant, Value
from wares.query.told import others, spoken, turns

if TYPE_CHECKING:
    from wares.records import Product
    from wares.store.entries import Stored

#: At most so many fields, values of a field, and values in all; a field with more values names products.
MAX_FIELDS, MAX_VALUES, MAX_ALL = 500, 20_000, 200_000
#: Longer values are prose.
MAX_CHARACTERS = 40
#: So many titles are kept until all values are known; of more products, every second, every fourth, and so on.
MAX_TITLES = 100_000
#: So many turns of phrase with "no", "without" or "free" are kept.
MAX_NEGATED = 5_000

#: So many phrases are remembered with what they mean.
MAX_FOUND = 50_000


class Sense(NamedTuple):
    """What a phrase means in one field.

    ``values`` are all that it covers, ``value`` the one among them that it names ("" when it is only a word for their
    kind). Of the ``titled`` products whose title says the phrase, those with the field count: ``having`` have one
    of the values and ``other`` do not.
    """

    field: str
    value: str
    values: tuple[str, ...]
    having: int
    other: int
    titled: int


class _Kept(msgspec.Struct):
    """What is counted: products; field → value → :class:`Value`; field → products that have it; fields of too many
    values; phrase → field → (having, other); phrase → products; turns of phrase with "no"; prices."""

    products: int = 0
    values: dict[str, dict[str, Value]] = {}
    holders: dict[str, int] = {}
    open: set[str] = set()
    titled: dict[str, dict[str, tuple[int, int]]] = {}
    totals: dict[str, int] = {}
    negated: dict[str, int] = {}
    prices: Prices = msgspec.field(default_factory=Prices)


class Values(Learnt):
    """Learn from products, then ask what phrases mean. Readers must not share it with a writer."""

    def __init__(self, kept: _Kept | None = None, base: Values | None = None) -> None:
        self._kept = kept or _Kept()
        self._base = base
        self._titles: list[tuple[str, Mapping[str, set[str]]]] = []
        self._every = 1
        self._total = sum(map(len, self._kept.values.values()))
        self._index: dict[str, dict[str, Meant]] | None = None
        self._starts: dict[str, int] = {}
        self._found: dict[str, tuple[Sense, ...]] = {}

    # -- learning -----------------------------------------------------------------------------------------------

    def learn(self, rows: Sequence[Stored]) -> None:
        """Take in products: their values, their titles, their prices."""
        for row in rows:
            self._take(row.product)
        self._index = None
        self._found.clear()

    def over(self, base: Self) -> Self:
        """The values of both; the counts of a phrase are added up."""
        self._settle()
        base._settle()
        return type(self)(self._kept, base)

    def pack(self) -> bytes:
        """As MessagePack, in a fixed order."""
        self._settle()
        return msgspec.msgpack.Encoder(order="deterministic").encode(self._kept)

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """Read what :meth:`pack` wrote. Raises :class:`ValueError` for anything else."""
        try:
            return cls(msgspec.msgpack.decode(data, type=_Kept))
        except msgspec.DecodeError as broken:
            raise ValueError(f"these are no values of a catalogue: {broken}") from broken

    def _take(self, product: Product) -> None:
        kept = self._kept
        kept.products += 1
        facts: dict[str, set[str]] = {}
        for field, value in spoken(product):
            folded = _stored(value)
            if not folded:
                continue
            own = facts.get(field)
            if own is None:
                if field not in kept.values and len(kept.values) >= MAX_FIELDS:
                    continue
                own = facts[field] = set()
            if folded not in own:
                own.add(folded)
                if field not in kept.open and len(folded) <= MAX_CHARACTERS:
                    self._count(field, folded, value)
        for field in (*facts, *others(product)):
            kept.holders[field] = kept.holders.get(field, 0) + 1
        kept.prices.take(product)
        if kept.products % self._every == 0:
            self._titles.append((product.title, facts))
            if len(self._titles) > MAX_TITLES:
                self._titles = self._titles[1::2]
                self._every *= 2

    def _count(self, field: str, folded: str, spelling: str) -> None:
        values = self._kept.values.setdefault(field, {})
        known = values.get(folded)
        if known is not None:
            known.count += 1
        elif len(values) >= MAX_VALUES:
            self._kept.open.add(field)
            self._total -= len(values)
            values.clear()
        elif self._total < MAX_ALL:
            self._total += 1
            values[folded] = Value(spelling, text.key(spelling), 1)

    def _settle(self) -> None:
        """Count what the titles say, now that the values are known."""
        titles, self._titles = self._titles, []
        if not titles:
            return
        meanings = self._meanings
        titled: dict[str, dict[str, list[int]]] = {}
        totals: Counter[str] = Counter(self._kept.totals)
        negated = Counter(self._kept.negated)
        for title, facts in titles:
            read = text.Text(title)
            negated.update(turns(read))
            for phrase in {read.phrase(first, last) for first, last in self.spans(read)}:
                totals[phrase] += self._every
                for field, meant in meanings[phrase].items():
                    if (own := facts.get(field)) is not None:
                        counts = titled.setdefault(phrase, {}).setdefault(field, [0, 0])
                        counts[own.isdisjoint(meant.values)] += self._every
        for phrase, fields in titled.items():
            before = self._kept.titled.setdefault(phrase, {})
            for field, (having, other) in fields.items():
                earlier = before.get(field, (0, 0))
                before[field] = (earlier[0] + having, earlier[1] + other)
        self._kept.totals = dict(totals)
        self._kept.negated = dict(negated.most_common(MAX_NEGATED))
        self._found.clear()

    # -- asking -------------------------------------------------------------------------------------------------

    @property
    def products(self) -> int:
        """How many products were learnt from."""
        return self._kept.products + (self._base.products if self._base else 0)

    @cached_property
    def prices(self) -> Prices:
        """What the products cost."""
        return self._kept.prices.joined(self._base.prices) if self._base else self._kept.prices

    def holders(self, field: str) -> int:
        """How many products have a field."""
        return self._kept.holders.get(field, 0) + (self._base.holders(field) if self._base else 0)

    def fields(self) -> Iterator[str]:
        """The fields that any product has."""
        yield from dict.fromkeys((*self._kept.holders, *(self._base.fields() if self._base else ())))

    def of(self, field: str) -> Iterator[tuple[str, Value]]:
        """The values of a field as they are stored, and how they are written."""
        own = self._kept.values.get(field, {})
        yield from own.items()
        if self._base:
            yield from ((value, known) for value, known in self._base.of(field) if value not in own)

    def negated(self, phrase: str) -> int:
        """How many titles hold a turn of phrase such as "sugar free" or "无 糖" (as :func:`text.key` writes it)."""
        if self._titles:
            self._settle()
        return self._kept.negated.get(phrase, 0) + (self._base.negated(phrase) if self._base else 0)

    def senses(self, phrase: str) -> tuple[Sense, ...]:
        """What a phrase (see :func:`text.key`) means, field by field; nothing for one that is no value."""
        if self._titles:
            self._settle()
        found = self._found.get(phrase)
        if found is None:
            if len(self._found) > MAX_FOUND:
                self._found.clear()
            found = self._found[phrase] = tuple(sorted(self._senses(phrase)))
        return found

    def spans(self, read: text.Text) -> Iterator[tuple[int, int]]:
        """The phrases of a text that are values, the longest first where several begin at a word, without overlaps:
        the first and the last word of each."""
        first = 0
        while first < len(read.words):
            last = self._longest_at(read, first)
            if last is not None:
                yield first, last
                first = last
            first += 1

    def _longest_at(self, read: text.Text, first: int) -> int | None:
        longest = min(self._longest(read.words[first].key), len(read.words) - first)
        for last in range(first + longest - 1, first - 1, -1):
            if self._knows(read.phrase(first, last)) and read.whole(first, last):
                return last
        return None

    def _senses(self, phrase: str) -> Iterator[Sense]:
        earlier = {sense.field: sense for sense in self._base.senses(phrase)} if self._base else {}
        own = {sense.field: sense for sense in self._own(phrase)}
        for field in dict.fromkeys((*earlier, *own)):
            one, two = earlier.get(field), own.get(field)
            if one is None or two is None:
                yield one or own[field]
            else:
                values = tuple(sorted({*one.values, *two.values}))
                counts = (one.having + two.having, one.other + two.other, one.titled + two.titled)
                yield Sense(field, one.value or two.value, values, *counts)

    def _own(self, phrase: str) -> Iterator[Sense]:
        """What this half knows; what titles say of a value under its own name counts for the others, too, if they
        never say those."""
        titled = self._kept.titled
        for field, meant in self._meanings.get(phrase, {}).items():
            told = phrase
            if phrase not in titled and meant.own:
                known = self._kept.values[field][meant.own]
                told = text.key(known.spelling.rpartition("/")[2]) if kind_of(field) == "category" else known.key
            having, other = titled.get(told, {}).get(field, (0, 0))
            yield Sense(field, meant.own, meant.values, having, other, self._kept.totals.get(told, 0))

    @property
    def _meanings(self) -> dict[str, dict[str, Meant]]:
        if self._index is None:
            self._index = senses.index(self._kept.values, self._kept.holders)
            self._starts = {}
            for phrase in self._index:
                start, count = phrase.partition(" ")[0], phrase.count(" ") + 1
                self._starts[start] = max(count, self._starts.get(start, 0))
        return self._index

    def _knows(self, phrase: str) -> bool:
        return phrase in self._meanings or (self._base is not None and self._base._knows(phrase))

    def _longest(self, start: str) -> int:
        own = self._starts.get(start, 0) if self._meanings else 0
        return max(own, self._base._longest(start)) if self._base else own


_stored = lru_cache(maxsize=1 << 16)(stored)
