"""What stands around a number and compares: "under", "at least", "or more", "以下", "between", "大约"."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from wares.query.reading.numbers import FIGURES, HAN, TENS
from wares.query.reading.phrases import END, START, said

#: How far before a number its comparison may begin.
REACH = 40
#: Each rule looks at so many numbers of a question.
MAX_NUMBERS = 16

Sign: TypeAlias = Literal["<", "<=", ">", ">="]
Comparison: TypeAlias = Sign | Literal["about", "between", ""]
_SIGNS: dict[str, Comparison] = {
    "most": "<=",
    "least": ">=",
    "less": "<",
    "more": ">",
    "about": "about",
    "between": "between",
    "budget": "<=",
    "paid": "<=",
    "asked": ">=",
}

#: A number that neither begins nor ends within a word, a code or another number.
NUMBER = (
    rf"(?:(?<![a-z\d.,/])(?<![a-z]-)(?<![a-z]\d-)(?<![a-z]\d\d-){FIGURES}(?!\d|[.,/]\d)|{HAN}|{START}(?:{TENS}){END})"
)


class Around(NamedTuple):
    """The span of a number with all that compares it; ``sure``: the words can stand without a unit. ``price``: they
    speak of prices."""

    start: int
    end: int
    comparison: Comparison
    sure: bool
    price: bool


def around(plain: str, start: int, end: int) -> Around:
    """What compares the number (with its unit) at ``start`` … ``end``."""
    before = _before().search(plain, max(0, start - REACH), start)
    after = _after().match(plain, end)
    price = False
    sign, sure = "", False
    first, last = start, end
    if before and (before["price"] or before.lastgroup):
        first, price = before.start(), bool(before["price"])
        sign = next((name for name in _SIGNS if before[name]), "")
        sure = bool(sign) and sign not in ("paid", "asked")
    if after and after[0]:
        later = next((name for name in _SIGNS if after[f"{name}_"]), "")
        last = after.end()
        if later and (not sign or sign == later):
            sign, sure = later, later not in ("paid", "asked")
    price = price or sign == "budget"
    return Around(first, last, _SIGNS.get(sign, ""), sure, price)


@cache
def _before() -> re.Pattern[str]:
    named = {
        "most": "at most",
        "least": "at least",
        "less": "less",
        "more": "more",
        "about": "about",
        "between": "between",
        "budget": "budget",
        "paid": "most money",
        "asked": "least money",
    }
    signs = "|".join(f"(?P<{name}>{said(phrase)})" for name, phrase in named.items())
    return re.compile(rf"(?:(?P<price>{said('price')})\s*(?:is|range|:)?\s*)?(?:{signs})?\s*(?:of\s+)?$")


@cache
def _after() -> re.Pattern[str]:
    named = {
        "most_": "at most after",
        "least_": "at least after",
        "less_": "",
        "more_": "",
        "about_": "about after",
        "between_": "between after",
        "budget_": "",
        "paid_": "most money after",
        "asked_": "least money after",
    }
    signs = "|".join(f"(?P<{name}>{said(phrase) if phrase else '(?!)'})" for name, phrase in named.items())
    return re.compile(rf"\s*(?:{signs})(?:的)?|的?")
