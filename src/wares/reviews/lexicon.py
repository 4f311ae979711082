"""The words that the method knows, in two tables: what reviews speak of, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Words(NamedTuple):
    """Words of one table, for looking up: a pattern that finds them, the longest first, and what each means."""

    pattern: str
    whole: Mapping[str, tuple[str, ...]]
    starts: Mapping[str, tuple[str, ...]]

    def meaning(self, word: str) -> tuple[str, ...]:
        """The rows that a found word stands in; none for an unknown one."""
        found = self.whole.get(word)
        if found is None and word.isascii():
            longest = next((cut for cut in range(len(word), 2, -1) if word[:cut] in self.starts), 0)
            found = self.starts[word[:longest]] if longest else ()
        return found or ()


@cache
def aspects() -> Words:
    """The words of aspects, by the aspects' names."""
    return _words(_table("aspects.tsv"))


@cache
def tones() -> Words:
    """The words with a tone, by their strengths ("1.5"), and those that change one, "more", "less", "not", "turn"."""
    return _words(_table("tones.tsv"))


@cache
def names() -> tuple[str, ...]:
    """The names of the aspects."""
    return tuple(name for name, _ in _table("aspects.tsv"))


@cache
def said(name: str) -> tuple[str, ...]:
    """The words of a row of either table, without those that stand for any ending."""
    rows = {**dict(_table("aspects.tsv")), **dict(_table("tones.tsv"))}
    return tuple(word for word in rows[name] if not word.endswith("*"))


def _table(name: str) -> list[tuple[str, list[str]]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(name, [word for column in columns for word in column.split("|") if word]) for name, *columns in rows]


def _words(rows: Iterable[tuple[str, list[str]]]) -> Words:
    whole: dict[str, tuple[str, ...]] = {}
    starts: dict[str, tuple[str, ...]] = {}
    for name, words in rows:
        for word in words:
            into, key = (starts, word[:-1]) if word.endswith("*") else (whole, word)
            into[key] = (*into.get(key, ()), name)
    return Words("|".join(_patterns([*whole, *(f"{start}*" for start in starts)])), whole, starts)


def _patterns(words: Iterable[str]) -> Iterator[str]:
    ordered = sorted(words, key=lambda word: (-len(word), word))
    latin = "|".join(re.escape(word).replace(r"\*", "[a-z]*") for word in ordered if word.isascii())
    yield f"(?<![a-z])(?:{latin})(?![a-z])"
    yield from (re.escape(word) for word in ordered if not word.isascii())
