"""Synonyms: words that are looked for besides those that were said.

Two kinds: **two-way**, where each of some words stands for all of them ("sofa, couch, settee"), and **one-way**,
where some words stand for others and not the other way round ("sneaker => trainer, running shoe"). What was said
always counts too.

Two-way groups that share a word are one group. One-way synonyms are followed one step and no further: what they lead
to is not looked up again. A circle of them ("a => b", "b => a") is refused, since whoever wrote it meant "a, b".
Words are compared by their English stems, without regard to case, accents and width, Chinese by its characters; a
Chinese synonym is found where words begin and end, so that 包 is not found in 面包.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import msgspec

from wares.encoders.dictionary import Language, language
from wares.encoders.said import Said, bounds, is_han, said

#: How many there may be, how many texts in one of them, and how long a text may be, in characters and words.
MAX_SYNONYMS = 20_000
MAX_TEXTS = 50
MAX_LENGTH = 100
MAX_WORDS = 12

Key: TypeAlias = tuple[str, ...]

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class Synonym(msgspec.Struct, frozen=True, omit_defaults=True):
    """Texts that stand for each other or, where there is a ``meant``, for that; in questions of a ``language``, or
    in all."""

    said: tuple[str, ...]
    meant: tuple[str, ...] = ()
    language: Language | None = None

    @property
    def line(self) -> str:
        """As the usual text format has it."""
        left = ", ".join(map(_escaped, self.said))
        return f"{left} => {', '.join(map(_escaped, self.meant))}" if self.meant else left

    @property
    def name(self) -> str:
        """What it is kept by: the line, behind its language."""
        return f"{self.language}: {self.line}" if self.language else self.line


class Alternative(NamedTuple):
    """Words at ``start`` … ``end`` of a text, and the texts that are meant besides."""

    start: int
    end: int
    meant: tuple[str, ...]


class Synonyms:
    """Synonyms that can be looked up. It does not change; threads may share it."""

    def __init__(self, synonyms: Iterable[Synonym] = ()) -> None:
        rows = list(synonyms)
        self._tables = {each: _table(row for row in rows if row.language in (None, each)) for each in _LANGUAGES}
        self._firsts = {each: _lengths(table) for each, table in self._tables.items()}

    def alternatives(self, text: str, spoken: Language | None = None) -> tuple[Alternative, ...]:
        """What the words of a text stand for, in their order. Of several synonyms that begin at a word the longest
        counts, and none overlaps another. ``spoken`` is the language of the question (that of the text unless
        given)."""
        asked = spoken or language(text)
        table, firsts = self._tables[asked], self._firsts[asked]
        words = said(text) if table else []
        places: frozenset[int] | None = None
        found, at = [], 0
        while at < len(words):
            step = 1
            for size in firsts.get(words[at].stem, ()):
                own = words[at : at + size]
                meant = table.get(tuple(word.stem for word in own))
                if meant is None or len(own) < size:
                    continue
                if is_han(own[0].word) or is_han(own[-1].word):
                    places = bounds(text) if places is None else places
                    if not _is_whole(own, places):
                        continue
                found.append(Alternative(own[0].start, own[-1].end, meant))
                step = size
                break
            at += step
        return tuple(found)


def key(text: str) -> Key:
    """What a text is looked up by."""
    return tuple(word.stem for word in said(text))


def _is_whole(own: list[Said], places: frozenset[int]) -> bool:
    """Whether Chinese words begin and end where some characters do."""
    first, last = own[0], own[-1]
    return (not is_han(first.word) or first.start in places) and (not is_han(last.word) or last.end in places)


def _table(synonyms: Iterable[Synonym]) -> dict[Key, tuple[str, ...]]:
    """What each text stands for."""
    rows = list(synonyms)
    spelled: dict[Key, str] = {}
    found: dict[Key, dict[Key, None]] = {}
    for group in groups(rows):
        for one in group:
            found[one] = dict.fromkeys(other for other in group if other != one)
    for row in rows:
        for text in (*row.said, *row.meant):
            spelled.setdefault(key(text), text)
        if row.meant:
            for text in row.said:
                own = key(text)
                found.setdefault(own, {}).update((key(other), None) for other in row.meant if key(other) != own)
    return {own: tuple(spelled[other] for other in others) for own, others in found.items() if own and others}


def _lengths(table: Mapping[Key, object]) -> dict[str, tuple[int, ...]]:
    """How many words those have that begin with a word, most first."""
    found: dict[str, set[int]] = {}
    for own in table:
        found.setdefault(own[0], set()).add(len(own))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def groups(synonyms: Iterable[Synonym]) -> list[list[Key]]:
    """The two-way groups, those that share a text made one; their texts in the order in which they came."""
    parent: dict[Key, Key] = {}

    def root(one: Key) -> Key:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for row in synonyms:
        if row.meant:
            continue
        keys = [own for own in map(key, row.said) if own]
        for own in keys:
            parent.setdefault(own, own)
        for own in keys[1:]:
            parent[root(own)] = root(keys[0])
    found: dict[Key, list[Key]] = {}
    for own in parent:
        found.setdefault(root(own), []).append(own)
    return list(found.values())


def circle(synonyms: Iterable[Synonym]) -> list[str]:
    """A circle of one-way synonyms as texts, the first one also at the end; empty when there is none. Texts of one
    two-way group count as one."""
    rows = list(synonyms)
    same = {own: group[0] for group in groups(rows) for own in group}
    leads: dict[Key, dict[Key, tuple[str, str]]] = {}
    for row in rows:
        for text in row.said if row.meant else ():
            own = same.get(key(text), key(text))
            for other in row.meant:
                goal = same.get(key(other), key(other))
                if goal != own:
                    leads.setdefault(own, {}).setdefault(goal, (text, other))
    return _circle(leads)


def _circle(leads: Mapping[Key, Mapping[Key, tuple[str, str]]]) -> list[str]:
    """The first circle that a walk in depth meets, without recursion: chains may be long."""
    done: set[Key] = set()
    for start in leads:
        path: list[Key] = []
        stack: list[tuple[Key, Iterator[Key]]] = [(start, iter(leads[start]))] if start not in done else []
        on_path = {start}
        path.append(start)
        while stack:
            here, goals = stack[-1]
            goal = next(goals, None)
            if goal is None:
                stack.pop()
                done.add(here)
                on_path.discard(path.pop())
            elif goal in on_path:
                ring = [*path[path.index(goal) :], goal]
                texts = [leads[one][other][0] for one, other in pairwise(ring)]
                return [*texts, texts[0]]
            elif goal in leads and goal not in done:
                stack.append((goal, iter(leads[goal])))
                path.append(goal)
                on_path.add(goal)
    return []


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in ",\\#" else char for char in text)
