"""A question's words, understood: their spelling, the filters they say, and what is left to look for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from wares.encoders.dictionary import language
from wares.errors import QueryError
from wares.index.base import FieldSpec, Index, Match
from wares.query import filters
from wares.query.loosening import loosen, together
from wares.query.reading.phrases import words as grammar
from wares.query.reading.reader import Reader
from wares.query.spelling import Speller
from wares.records import AllOf, AnyOf, Chip, Correction, Exists, Filter, Not, Part, Query, Under

if TYPE_CHECKING:
    from wares.digest import Digest
    from wares.relations import Tree
    from wares.settings import UnderstandingSettings

#: Longer texts are no questions that somebody types; they are looked for as they are.
MAX_TEXT = 500
#: Chips of a kind that says what a thing is.
NAMES = ("category", "brand")


class Understood(NamedTuple):
    """``asked``: as it was asked, fields checked. ``query``: as it is answered, its texts corrected and rid of what
    chips say, ``where`` the whole filter in force.

    ``said``: the wanted texts as they were corrected, filters and all; ``text``: as they are looked for;
    ``language``: theirs, "" without words. Of ``where``, ``firm`` is what was asked for in so many words, and
    ``likely`` what bare words are taken to mean, which a merchant who pins a product may know better.
    """

    asked: Query
    query: Query
    said: str = ""
    text: str = ""
    language: str = ""
    chips: tuple[Chip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    firm: Filter | None = None
    likely: Filter | None = None

    def named(self, where: Filter | None) -> bool:
        """Whether a filter has a category or a brand that words name: then the question is about something that the
        shop has."""
        names = [chip.where for chip in self.chips if chip.kind in NAMES and not isinstance(chip.where, Not)]
        return any(_has(where, name) for name in names if name is not None)


class Understander:
    """Understands questions to one version of the index. ``exists`` says whether some product has all tokens of a
    word. Thread-safe."""

    def __init__(self, index: Index, exists: Callable[[str], bool]) -> None:
        self._index = index
        self._exists = exists
        self._lacking: tuple[object, dict[str, bool]] = (None, {})
        self._speller: tuple[object, Speller] | None = None
        self._reader: tuple[object, Mapping[str, FieldSpec], Reader] | None = None

    def understand(self, query: Query, settings: UnderstandingSettings, digest: Digest) -> Understood:
        """A checked question, understood as far as it and the settings want it."""
        parts: list[Part] = []
        said: list[str] = []
        chips: list[Chip] = []
        corrections: list[Correction] = []
        alone = all(part.kind == "text" for part in query.parts if part.weight > 0)
        for part in query.parts:
            text = str(part.value) if part.kind == "text" and part.weight > 0 else ""
            if part.literal:
                parts.append(part)
                continue
            if not text.strip() or len(text) > MAX_TEXT or not query.parse:
                parts.append(part)
                said += [text] * bool(text)
                continue
            if settings.spelling:
                corrected = self._spelling(digest).correct(text, self._exists, query.ignore)
                text = corrected.text
                corrections += corrected.corrections
            said.append(text)
            unwanted: Sequence[str] = ()
            if settings.filters:
                reading = self._reading(digest).read(text, query.ignore)
                # Beside a picture words and their weight have their say; only what can mean nothing else excludes.
                chips += (chip for chip in reading.chips if alone or chip.taken)
                refused = [_refused(word, text, query.ignore) for word in reading.unwanted]
                chips += refused
                unwanted = [chip.text for chip in refused if chip.applied]
                text = reading.text
            if text.strip():
                parts.append(msgspec.structs.replace(part, value=text))
            parts += (Part("text", word, -part.weight) for word in unwanted)
        if not any(part.weight > 0 for part in parts) and chips:
            parts = []  # nothing but conditions: all that pass are listed
        found = msgspec.structs.replace(query, parts=tuple(parts))
        return self._with(
            Understood(query, found, " ".join(said), corrections=tuple(corrections)), chips, digest.part("values")
        )

    def loosened(self, meant: Understood, digest: Digest, count: Callable[[Filter | None], int]) -> Understood:
        """The same with conditions of chips widened or given up, as far as nothing is left with them."""
        own = meant.asked.where

        def left(where: Filter | None) -> int:
            return count(both(own, where))

        chips = list(loosen(meant.chips, left))
        for at, chip in enumerate(meant.chips):
            if chip.applied and not chips[at].applied:  # rather a wider category than none
                chips[at] = _widened(chip, at, chips, digest.part("relations").tree, left) or chips[at]
        return self._with(meant, chips, digest.part("values"))

    def _with(self, meant: Understood, chips: Sequence[Chip], values: object) -> Understood:
        """The question with the conditions of chips that apply."""
        checked = [self._checked(chip, values) for chip in chips]
        sorts = [chip.sort for chip in checked if chip.applied and chip.sort]
        firm = both(meant.asked.where, together([chip for chip in checked if chip.taken]))
        likely = together([chip for chip in checked if not chip.taken])
        query = msgspec.structs.replace(
            meant.query, where=both(firm, likely), sort=meant.asked.sort or next(iter(sorts), "")
        )
        text = wanted_text(query)
        spoken = language(text) if text else ""
        found = tuple(checked)
        return meant._replace(query=query, text=text, language=spoken, chips=found, firm=firm, likely=likely)

    def _checked(self, chip: Chip, values: object) -> Chip:
        """The chip with its condition as the index has it; not applied when it cannot be."""
        fields = self._index.fields()
        try:
            where = self._plain(filters.check(chip.where, fields), values) if chip.where is not None else None
            return msgspec.structs.replace(chip, where=where, sort=filters.resolve_sort(chip.sort, fields))
        except QueryError as unknown:
            return msgspec.structs.replace(chip, applied=False, note=str(unknown))

    def _plain(self, where: Filter, values: object) -> Filter:
        """A condition without "or lacks the field", where every product has it: the index answers that sooner."""
        match where:
            case AnyOf((*others, Not(Exists(field)))) if others and not self._is_lacking(field, values):
                return others[0] if len(others) == 1 else AnyOf(tuple(others))
            case _:
                return where

    def _is_lacking(self, field: str, values: object) -> bool:
        """Whether some product lacks a field, looked up anew when there are other ``values`` in the catalogue."""
        if self._lacking[0] is not values:
            self._lacking = values, {}
        known = self._lacking[1]
        if field not in known:
            known[field] = self._index.count(Match(where=Not(Exists(field)))) > 0
        return known[field]

    def _spelling(self, digest: Digest) -> Speller:
        words = digest.part("words")
        if self._speller is None or self._speller[0] is not words:
            self._speller = words, Speller(words, grammar())
        return self._speller[1]

    def _reading(self, digest: Digest) -> Reader:
        values, fields = digest.part("values"), self._index.fields()
        known = self._reader
        if known is None or known[0] is not values or (known[1] is not fields and known[1] != fields):
            known = self._reader = values, fields, Reader(values, fields).ready()
        return known[2]


def wanted_text(query: Query) -> str:
    """The wanted texts of a question as one."""
    return " ".join(str(part.value) for part in query.parts if _is_said(part))


def _is_said(part: Part) -> bool:
    return part.kind == "text" and part.weight > 0 and not part.literal


def both(one: Filter | None, other: Filter | None) -> Filter | None:
    """Two filters as one."""
    if one is None or other is None:
        return one or other
    return AllOf((one, other))


def _has(where: Filter | None, condition: Filter) -> bool:
    """Whether a condition is one of those that a filter wants all of."""
    return where == condition or (isinstance(where, AllOf) and any(_has(part, condition) for part in where.items))


def _widened(
    chip: Chip, at: int, chips: Sequence[Chip], tree: Tree, count: Callable[[Filter | None], int]
) -> Chip | None:
    """The chip of a category, which is given up at its place among the chips, with the narrowest wider category that
    leaves something; None when it is of no one category, or there is none."""
    paths = [each.path for each in _each(chip.where) if isinstance(each, Under)]
    if len(paths) != 1:
        return None
    for path in tree.widened(paths[0]):
        wider = msgspec.structs.replace(chip, where=Under(path), note=f"widened to {'/'.join(path)}")
        if count(together([*chips[:at], wider, *chips[at + 1 :]])):
            return wider
    return None


def _each(where: Filter | None) -> Sequence[Filter]:
    """The alternatives of a condition."""
    return where.items if isinstance(where, AnyOf) else () if where is None else (where,)


def _refused(word: str, text: str, ignore: Sequence[str]) -> Chip:
    """A word that products had better not hold: it takes away from their score, and excludes none."""
    start = max(text.find(word), 0)
    id = f"not {word}"
    applied = id not in ignore
    note = "" if applied else "not meant"
    return Chip(id=id, kind="attribute", text=word, start=start, end=start + len(word), applied=applied, note=note)
