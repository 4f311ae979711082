"""A question's words read as what they mean: conditions, orders, and what is left to search for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from wares.index.base import FieldSpec
from wares.query import filters
from wares.query.reading import facets, money, naming, negation, opinions, orders, ratings, sizes
from wares.query.reading.found import Found, Rule
from wares.query.reading.known import Known
from wares.query.reading.text import Text
from wares.query.values import Values
from wares.records import AllOf, AnyOf, Chip, Compare, Exists, Filter, Not, Under

#: The grammar; where two find the same span, the earlier is right.
RULES: tuple[Rule, ...] = (
    ratings.ratings,
    opinions.opinions,
    money.prices,
    negation.negations,
    orders.orders,
    orders.availability,
    sizes.sizes,
    sizes.measures,
    naming.named,
)
#: No question has more chips than this.
MAX_CHIPS = 24
#: Why a chip that was ignored is not applied.
IGNORED = "not meant"
#: Something of everything.
_OF_ALL = "red 红色 size 42 under 50 500 ml no stripes"


class Reading(msgspec.Struct, frozen=True):
    """What was understood. ``text`` is what is left to search for, without the words of the chips that are taken;
    ``unwanted`` are words that products should not hold."""

    text: str
    chips: tuple[Chip, ...] = ()
    unwanted: tuple[str, ...] = ()


class Reader:
    """Reads questions for one catalogue. It does not change; threads may share it."""

    def __init__(self, values: Values, fields: Mapping[str, FieldSpec]) -> None:
        self._known = Known(values, fields)

    @property
    def fields(self) -> Mapping[str, FieldSpec]:
        """The fields that are read: those of the index that products have."""
        return self._known.fields

    def ready(self) -> Reader:
        """Itself, with the tables, the segmenter and what is made of the catalogue once: else the first question that
        needs them makes them."""
        self.read(_OF_ALL)
        return self

    def read(self, text: str, ignore: Collection[str] = ()) -> Reading:
        """Read a question; chips whose id is in ``ignore`` are told and not applied, and their words stay."""
        asked = Text(text)
        if not asked.words or self._known.values.is_title(" ".join(word.key for word in asked.words)):
            return Reading(text)
        spans = list(self._known.values.spans(asked))
        taken = _apart(self._grammar(asked, spans))
        free = [span for span in spans if not _touches(_place(asked, span), taken)]
        places = [(one.start, one.end) for one in taken]
        bare = facets.bare(asked, self._known, free, places)
        found = sorted([*taken, *bare], key=lambda one: one.start)[:MAX_CHIPS]
        priced = [self._priced(one, found) for one in found]
        return self._reading(asked, [one for one in priced if one], frozenset(ignore))

    def _grammar(self, asked: Text, spans: Sequence[tuple[int, int]]) -> Iterator[Found]:
        """What the rules find, but for what is a part of a longer name."""
        names = [_place(asked, span) for span in spans if span[1] > span[0]]
        for rule in RULES:
            for found in rule(asked, self._known):
                if not any(_within(found, name) for name in names):
                    yield found

    def _priced(self, one: Found, found: Sequence[Found]) -> Found | None:
        """What "cheap" comes to, for the kind of product that is asked for."""
        if one.kind != "price" or one.said is not None:
            return one
        kinds = [other.where for other in found if other.kind == "category" and other.where is not None]
        paths = tuple(path for where in kinds for path in _paths(where))
        prices = self._known.values.prices
        limit = prices.quantile(money.CHEAP, paths) or prices.quantile(money.CHEAP)
        if limit is None:
            return None
        return one._replace(said=Compare("price", "<=", limit), note="the cheapest third")

    def _reading(self, asked: Text, found: Sequence[Found], ignore: frozenset[str]) -> Reading:
        names = [
            (one.sort and f"sort {one.sort}") or (filters.unparse(one.said) if one.said else "") for one in found
        ]
        kept = [one for one, name in zip(found, names, strict=True) if name not in ignore]
        chips = [
            self._chip(asked, one, name, kept, applied=name not in ignore)
            for one, name in zip(found, names, strict=True)
            if name
        ]
        unwanted = tuple(dict.fromkeys(one.unwanted for one in found if one.unwanted))
        gone = [asked.place(one.start, one.end) for one in kept if one.taken]
        return Reading(_without(asked.typed, gone), tuple(chips), unwanted)

    def _chip(self, asked: Text, one: Found, name: str, kept: Sequence[Found], *, applied: bool) -> Chip:
        start, end = asked.place(one.start, one.end)
        return Chip(
            id=name,
            kind=one.kind,
            text=asked.typed[start:end],
            start=start,
            end=end,
            where=self._where(one, kept if applied else (one,)),
            sort=one.sort,
            taken=one.taken,
            certainty=one.certainty,
            applied=applied,
            note=one.note if applied else IGNORED,
        )

    def _where(self, one: Found, kept: Sequence[Found]) -> Filter | None:
        """The condition of a chip: what is said of one field are alternatives, and a bare word lets through what
        lacks the field."""
        if not one.fields:
            return one.where or one.said
        same = [other for other in kept if set(other.fields) & set(one.fields)]
        conditions = dict.fromkeys(other.where or other.said for other in same)
        meant = tuple(condition for condition in conditions if condition is not None)
        if not any(other.taken for other in same):
            lacking = tuple(Not(Exists(field)) for field in one.fields)
            meant = (*meant, AllOf(lacking) if len(lacking) > 1 else lacking[0])
        return meant[0] if len(meant) == 1 else AnyOf(meant)


def _apart(found: Iterator[Found]) -> list[Found]:
    """The longest of what overlaps."""
    chosen: list[Found] = []
    for one in sorted(found, key=lambda one: one.start - one.end):
        if not _touches((one.start, one.end), chosen):
            chosen.append(one)
    return chosen


def _touches(span: tuple[int, int], chosen: Sequence[Found]) -> bool:
    return any(span[0] < one.end and one.start < span[1] for one in chosen)


def _within(found: Found, name: tuple[int, int]) -> bool:
    """Whether what was found is a part of a longer name."""
    return name[0] <= found.start and found.end <= name[1] and name[1] - name[0] > found.end - found.start


def _place(asked: Text, span: tuple[int, int]) -> tuple[int, int]:
    return asked.words[span[0]].start, asked.words[span[1]].end


def _paths(where: Filter) -> Iterator[str]:
    for one in where.items if isinstance(where, AnyOf) else (where,):
        if isinstance(one, Under):
            yield "/".join(one.path)


def _without(typed: str, gone: Sequence[tuple[int, int]]) -> str:
    """The text without some spans, and without what then joins nothing."""
    if not gone:
        return typed
    pieces, at = [], 0
    for start, end in sorted(gone):
        pieces.append(typed[at:start])
        at = end
    pieces.append(typed[at:])
    return _EDGES.sub("", " ".join(" ".join(pieces).split()))


_EDGES = re.compile(
    r"^(?:(?:and|or|but|with|for)(?=\s|$)|[\s,，、;。的])+|(?:\s(?:and|or|but|with|for|in)|[\s,，、;。])+$",
    re.IGNORECASE,
)
