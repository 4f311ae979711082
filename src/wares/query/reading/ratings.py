"""Ratings in words: "4 stars and up", "at least 4 stars", "rated 4.5", "四星以上", "评分4.5以上", "好评"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from wares.query.reading.comparing import MAX_NUMBERS, NUMBER, around
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.numbers import WORDS, number
from wares.query.reading.phrases import END, START, said
from wares.query.reading.text import Text
from wares.records import Compare

#: Ratings go up to this; "highly rated" are these and better, "五星好评" those.
MOST, HIGH, BEST = 5.0, 4.0, 4.5


def ratings(text: Text, known: Known) -> Iterator[Found]:
    """Ratings that a text asks for."""
    if not known.numeric("rating"):
        return
    for match in islice(_numbers().finditer(text.plain), MAX_NUMBERS):
        found = _compared(match, text.plain)
        if found:
            yield found
    for name, least in (("highly rated", HIGH), ("five stars praised", BEST)):
        for match in _praise(name).finditer(text.plain):
            yield Found(match.start(), match.end(), "rating", Compare("rating", ">=", least))


def _compared(match: re.Match[str], plain: str) -> Found | None:
    near = around(plain, match.start(), match.end())
    after = _RATED.match(plain, match.end()) if match["stars"] else None
    named = _named().search(plain, max(0, near.start - 20), near.start)
    value = number(match["number"])
    comparison = near.comparison or (">=" if match["plus"] or named or after else "")
    if not (match["stars"] or named) or value is None or value > MOST:
        return None
    if comparison == "" or comparison == "about" or comparison == "between":
        return None
    start = named.start() if named else near.start
    end = max(near.end, after.end()) if after else near.end
    return Found(start, end, "rating", Compare("rating", comparison, value))


_RATED = re.compile(r"\s+(?:rated|rating)(?![a-z])")


@cache
def _numbers() -> re.Pattern[str]:
    figure = rf"(?P<number>{NUMBER}|{START}(?:{WORDS}){END})"
    return re.compile(rf"{figure}\s*(?P<plus>\+)?(?:\s*-?(?P<stars>{said('stars')}))?")


@cache
def _named() -> re.Pattern[str]:
    return re.compile(rf"{said('rating')}\s*(?:is|of|:)?\s*$")


@cache
def _praise(name: str) -> re.Pattern[str]:
    return re.compile(rf"{said(name)}的?")
