"""What reviews say, asked for in words: "good battery", "battery problems", "no sound issues", "续航好", "屏幕差".

The words stay among those that are searched for: a description may praise as well. Where few products have reviews,
the others are let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from wares.query.reading.comparing import MAX_NUMBERS
from wares.query.reading.facets import COVERED
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.phrases import said
from wares.query.reading.text import Text
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, Not
from wares.reviews import lexicon

#: How sure it is that such words are meant so: less than a price is, for products without reviews may do.
CERTAINTY = 0.85
_FIELDS = {"good": "praised", "bad": "criticised"}


def opinions(text: Text, known: Known) -> Iterator[Found]:
    """Aspects that are to be praised, or criticised, by those who reviewed a product."""
    for tone, field in _FIELDS.items():
        if not known.has(field):
            continue
        had = {value for value, _ in known.values.of(field)}
        for match in islice(_pattern(tone).finditer(text.plain), MAX_NUMBERS):
            named = match["before"] or match["after"]
            aspect = next((name for name in lexicon.aspects().meaning(named) if name in had), "")
            place = match.span("before" if match["before"] else "after")
            if aspect and not _is_named(place, text, known):
                yield _found(match, known, Compare(field, "=", aspect))


def _is_named(place: tuple[int, int], text: Text, known: Known) -> bool:
    """Whether a place is a part of what something is called here: the screen of "good screen protector"."""
    spans = ((text.words[first], text.words[last]) for first, last in known.values.spans(text) if last > first)
    return any(first.start <= place[0] and place[1] < last.end for first, last in spans)


def _found(match: re.Match[str], known: Known, where: Filter) -> Found:
    if match["none"]:
        return Found(match.start(), match.end(), "reviews", Not(where), taken=False, certainty=CERTAINTY)
    known_of = max(known.coverage(field) for field in _FIELDS.values())
    unheard = AllOf(tuple(Not(Exists(field)) for field in _FIELDS.values() if known.has(field)))
    lax = None if known_of >= COVERED else AnyOf((where, unheard))
    return Found(match.start(), match.end(), "reviews", where, lax, taken=False, certainty=CERTAINTY)


@cache
def _pattern(tone: str) -> re.Pattern[str]:
    """A tone and an aspect, in either order."""
    none = rf"(?:(?P<none>{said('not bad')})\s*)?" if tone == "bad" else "(?P<none>(?!))?"
    aspect = lexicon.aspects().pattern
    first = rf"{said(tone)}\s*(?P<before>{aspect})"
    last = rf"(?P<after>{aspect})\s*{said(f'{tone} after')}"
    return re.compile(f"{none}(?:{first}|{last})的?")
