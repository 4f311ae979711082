"""Orders and availability in words: "cheapest", "best rated", "newest", "最便宜", "in stock", "现货"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.phrases import said
from wares.query.reading.text import Text
from wares.records import Compare

#: What is said, and the order it asks for; "date" stands for the field of years or dates that a shop has.
_ORDERS = (
    ("cheapest", "price"),
    ("dearest", "-price"),
    ("best rated", "-rating"),
    ("most rated", "-rating_count"),
    ("newest", "-date"),
)
_STATES = (("in stock", "in_stock"), ("preorder", "preorder"))


def orders(text: Text, known: Known) -> Iterator[Found]:
    """Superlatives that a number field of the shop can answer."""
    for name, order in _ORDERS:
        sort = order.replace("date", known.date) if order == "-date" else order
        if known.numeric(sort.removeprefix("-")):
            for match in _pattern(name).finditer(text.plain):
                yield Found(match.start(), match.end(), "sort", sort=sort)


def availability(text: Text, known: Known) -> Iterator[Found]:
    """What can be had now, or ordered before it can."""
    if known.has("availability"):
        for name, state in _STATES:
            for match in _pattern(name).finditer(text.plain):
                where = Compare("availability", "=", state)
                yield Found(match.start(), match.end(), "availability", where)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:(?<![a-z])the\s+)?{said(name)}的?")
