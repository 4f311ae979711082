"""Numbers and verdicts as they are read: the same on every part of the page."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from wares.evaluation.records import Difference

Outcome: TypeAlias = Literal["better", "worse", "open"]

#: A difference counts as shown when its adjusted p-value is below this.
LEVEL = 0.05

NOTHING = "–"
MINUS = "\N{MINUS SIGN}"

#: What a measure tells, by its name without a cut-off.
MEANINGS = {
    "nDCG": "right products found, the best of them first",
    "RR": "how early the first right product stands: 1 for the first place, 1/2 for the second",
    "R": "share of all right products that were found",
    "P": "share of the shown products that are right",
    "AP": "precision, averaged over the places of all right products",
    "Success": "share of questions that found a right product",
}


def outcome(difference: Difference) -> Outcome:
    """Better or worse when the adjusted test shows it, else open."""
    if not difference.p_holm < LEVEL or difference.mean == 0:
        return "open"
    return "better" if difference.mean > 0 else "worse"


def meaning(measure: str) -> str:
    """A measure in words: "nDCG@10" → "right products found, the best of them first, among the first 10"."""
    name, _, cutoff = measure.partition("@")
    words = MEANINGS.get(name.partition("(")[0], "")
    return f"{words}, among the first {cutoff}" if words and cutoff else words


def number(value: float | None, digits: int = 3) -> str:
    """0.7124 → "0.712"; a dash for what is no number."""
    return NOTHING if value is None or not math.isfinite(value) else f"{value:.{digits}f}".replace("-", MINUS)


def signed(value: float, digits: int = 3) -> str:
    """A difference with its sign, and none when it rounds to nothing."""
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:+.{digits}f}"
    return (text[1:] if float(text) == 0 else text).replace("-", MINUS)


def percent(value: float | None) -> str:
    """0.7124 → "71 %"; what is neither none nor all never rounds to either."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{value:.0%}".replace("%", " %")


def chance(p: float) -> str:
    """A p-value with its relation: "= 0.012", "< 0.001"."""
    if not math.isfinite(p):
        return f"= {NOTHING}"
    return "< 0.001" if p < 0.001 else f"= {p:.2f}" if p >= 0.1 else f"= {p:.3f}"


def milliseconds(value: float | None) -> str:
    """Two significant digits, without an exponent: "0.42", "3.1", "84", "1,250"."""
    if value is None or not math.isfinite(value):
        return NOTHING
    digits = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:,.{digits}f}"


def counted(count: int, noun: str) -> str:
    """ "1 question", "2,000 questions"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def clip(text: str, most: int) -> str:
    """At most so many characters of a text, on one line; "…" says that there were more."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def capitalize_first(text: str) -> str:
    """The first letter as a capital; the rest stays, unlike with :meth:`str.capitalize`."""
    return text[:1].upper() + text[1:]
