"""Prices in words: "under 50", "$20-30", "between 20 and 30 euros", "五十元以下", "100到200块", "便宜的"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from wares.query.reading.comparing import MAX_NUMBERS, NUMBER, Around, Comparison, around
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.numbers import number
from wares.query.reading.phrases import currency, currency_patterns, said, unit_pattern
from wares.query.reading.text import Text
from wares.records import AllOf, Compare, Filter, In

#: "Cheap" is the cheapest third, "around" is a fifth more or less.
CHEAP, AROUND = 1 / 3, 0.2
#: How sure it is that who says "cheap" means that third.
CHEAP_CERTAINTY = 0.5

# What is counted or measured by a number that stands before it, and so is no price.
_COUNTED = (
    "%|percent|years?|yrs?|yo|months?|days?|hours?|hrs?|minutes?|mins?|pieces?|pcs|packs?|pk|counts?|ct|people|persons?|"
    "stars?|watts?|degrees?|miles?|mph|rpm|dpi|fps|psi|btu|tog|thread|pages?|x|cc"
)
_COUNTED_ZH = "[号岁个只件人片张天年月分星度码位双盒包瓶支条把台本次层页折成倍]|小时"
# Before a number, these make it an age or a size.
_AGED = re.compile(
    r"(?:women|men|adults?|kids?|children|boys?|girls?|toddlers?|bab(?:y|ies)|seniors?|age[sd]?|sizes?)\W*$"
)


def prices(text: Text, known: Known) -> Iterator[Found]:
    """Prices and ranges of prices that a text says."""
    if not known.numeric("price"):
        return
    for match in islice(_amounts().finditer(text.plain), MAX_NUMBERS):
        found = _found(match, text.plain, known)
        if found:
            yield found
    yield from _cheap(text)


def _found(match: re.Match[str], plain: str, known: Known) -> Found | None:
    joint = match["joint"]
    end = match.end()
    near = around(plain, match.start(), end)
    if joint and _AND.fullmatch(joint) and near.comparison != "between":
        joint, end = "", match.end("alone")
        near = around(plain, match.start(), end)
    word = match["before"] or match["after"] or (joint and (match["before2"] or match["after2"])) or ""
    if not _is_money(word, plain, near, end, ranged=bool(joint)) or not _is_here(word, known):
        return None
    where = _between(match["low"], match["high"]) if joint else _compared(near.comparison, number(match["low"]))
    if where is None:
        return None
    currencies, note = _currencies(word, known)
    if currencies:
        where = AllOf((*(where.items if isinstance(where, AllOf) else (where,)), currencies))
    return Found(near.start, near.end, "price", where, note=note)


def _is_money(word: str, plain: str, near: Around, end: int, *, ranged: bool) -> bool:
    """Whether a number is a price: with a currency, or compared in words that can mean nothing else."""
    if word:
        return bool(near.comparison) or ranged
    if _uncounted().match(plain, end) is None or _AGED.search(plain, max(0, near.start - 12), near.start):
        return False
    if ranged:
        return near.comparison in ("between", ">=") or near.price
    return bool(near.comparison) and (near.sure or near.price) and near.comparison != "between"


def _is_here(word: str, known: Known) -> bool:
    """A pound is a weight where nothing is paid in pounds."""
    return not word.startswith("pound") or "GBP" in known.currencies


def _between(said_low: str, said_high: str) -> Filter | None:
    low, high = number(said_low), number(said_high)
    if not low or not high:
        return None
    scale = _SCALES.get(said_high[-1])
    if scale and said_low.strip()[-1].isdigit() and low < high / scale:  # 1-2k, 1到2千
        low *= scale
    return AllOf((Compare("price", ">=", low), Compare("price", "<=", high))) if low <= high else None


def _compared(comparison: Comparison, amount: float | None) -> Filter | None:
    if not amount or comparison == "between" or comparison == "":
        return None
    if comparison == "about":
        low, high = (round(amount * share, 2) for share in (1 - AROUND, 1 + AROUND))
        return AllOf((Compare("price", ">=", low), Compare("price", "<=", high)))
    return Compare("price", comparison, amount)


def _currencies(word: str, known: Known) -> tuple[Filter | None, str]:
    """The condition that a currency makes, and what there is to say about it."""
    meant = currency(word) if word else ()
    if not meant or not known.currencies:
        return None, ""
    here = tuple(code for code in meant if code in known.currencies)
    if not here:
        return None, f"prices are in {' and '.join(sorted(known.currencies))} here; {word} was not converted"
    if len(known.currencies) == 1:
        return None, ""
    return (Compare("currency", "=", here[0].casefold()) if len(here) == 1 else _one_of(here)), ""


def _one_of(codes: tuple[str, ...]) -> Filter:
    return In("currency", tuple(code.casefold() for code in codes))


def _cheap(text: Text) -> Iterator[Found]:
    """What is said to be cheap; the price is left to the reader, who knows of what."""
    for match in _cheap_pattern().finditer(text.plain):
        yield Found(match.start(), match.end(), "price", certainty=CHEAP_CERTAINTY)


# -- patterns ---------------------------------------------------------------------------------------------------

_AND = re.compile(r"\s*(?:and|和|跟|与)\s*")
_SCALES = {"k": 1e3, "百": 1e2, "千": 1e3, "万": 1e4}


@cache
def _cheap_pattern() -> re.Pattern[str]:
    return re.compile(rf"{said('cheap')}的?")


@cache
def _amounts() -> re.Pattern[str]:
    """An amount, or two with "to" or "and" between them."""
    before, after = currency_patterns()
    low, high = (
        rf"(?:(?P<before{n}>{before})\s?)?(?P<{name}>{NUMBER})(?:\s?(?P<after{n}>{after}))?"
        for n, name in (("", "low"), ("2", "high"))
    )
    return re.compile(rf"(?P<alone>{low})(?:(?P<joint>\s*(?:{said('to')}|{said('and')})\s*){high})?")


@cache
def _uncounted() -> re.Pattern[str]:
    return re.compile(rf"(?!\s?-?(?:{_COUNTED})(?![a-z])|{_COUNTED_ZH}|\s?-?{unit_pattern()}|[a-z%°\"'])")
