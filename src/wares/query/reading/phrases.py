"""The tables of the grammar as parts of regular expressions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_WORD = re.compile("[a-z]{2,}")

#: A word neither begins nor ends within another one.
START, END = "(?<![a-z])", "(?![a-z])"


class Unit(NamedTuple):
    """A unit: what it measures, and how many base units one is."""

    dimension: str
    factor: float


def said(name: str) -> str:
    """The pattern for a turn of phrase of ``grammar.tsv``."""
    return _grammar()[name]


def any_of(*names: str) -> str:
    """The pattern for any of several turns of phrase."""
    return f"(?:{'|'.join(map(said, names))})"


@cache
def words() -> frozenset[str]:
    """All words of letters in the tables: what the grammar knows is no mistyped name."""
    tables = ("grammar.tsv", "units.tsv", "currencies.tsv")
    lines = (" ".join(row[1:]) for name in tables for row in table(name))
    return frozenset(word for line in lines for word in _WORD.findall(line.lower()))


@cache
def unit_pattern() -> str:
    """A unit, the longest that fits; it does not end within a word."""
    return f"(?:{'|'.join(_longest(way for row in table('units.tsv') for way in _ways(*row[2:])))})"


@cache
def unit(written: str) -> Unit | None:
    """The unit that is written so."""
    for dimension, factor, *ways in table("units.tsv"):
        if re.fullmatch("|".join(_ways(*ways)), written):
            return Unit(dimension, float(factor))
    return None


@cache
def currency_patterns() -> tuple[str, str]:
    """What stands before an amount, and what after it."""
    rows = list(table("currencies.tsv"))
    before, after = (_longest(way for row in rows for way in _ways(row[at])) for at in (1, 2))
    return f"(?:{'|'.join(before)})", f"(?:{'|'.join(after)})"


@cache
def currency(written: str) -> tuple[str, ...]:
    """The codes of the currencies that may be meant, likeliest first; none for what is no currency."""
    for codes, *ways in table("currencies.tsv"):
        if re.fullmatch("|".join(_ways(*ways)), written):
            return tuple(codes.split())
    return ()


def table(name: str) -> Iterator[list[str]]:
    """The rows of a table of this package."""
    for line in files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def _grammar() -> dict[str, str]:
    return {name: f"(?:{'|'.join(_longest(_ways(*ways)))})" for name, *ways in table("grammar.tsv")}


def _ways(*columns: str) -> list[str]:
    """The ways of saying of some columns, with the ends of words and with blanks of any size."""
    return [_bounded(way) for column in columns for way in column.split("|") if way]


def _bounded(way: str) -> str:
    blanks = re.sub(r" +", r"\\s+", way.strip())
    first, last = way[0], way.rstrip("?)")[-1:]
    start = START if first.isascii() and first.isalpha() else ""
    end = END if last.isascii() and last.isalpha() else ""
    return f"{start}{blanks}{end}"


def _longest(ways: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(ways), key=len, reverse=True)
