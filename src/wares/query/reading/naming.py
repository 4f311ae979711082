"""Values that are named for what they are: "brand: nike", "by nike", "in red", "made of cotton", "size: 42",
"棉质的", "耐克牌", "颜色:红色"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from wares.query.reading import facets
from wares.query.reading.found import Found
from wares.query.reading.known import Known
from wares.query.reading.phrases import said
from wares.query.reading.text import Text
from wares.query.values import Sense
from wares.records import ChipKind

#: What stands before and after a value of a kind.
_NAMED: tuple[tuple[ChipKind, str, str], ...] = (
    ("brand", "brand", ""),
    ("brand", "brand before", ""),
    ("brand", "", "brand after"),
    ("material", "material", ""),
    ("material", "", "material after"),
    ("colour", "colour before", ""),
)


def named(text: Text, known: Known) -> Iterator[Found]:
    """Values with the name of their field before or after them."""
    for first, last in known.values.spans(text):
        start, end = text.words[first].start, text.words[last].end
        senses = list(known.senses(text.phrase(first, last)))
        if senses:
            yield from _after_field(text, (start, end), senses, known)
            for kind, before, after in _NAMED:
                meant = facets.of_kind((one for one in senses if one.value), kind, known)
                span = _span(text.plain, start, end, before, after) if meant else None
                if meant and span:
                    yield _said(meant, span, known)
                    yield from _listed(text, last, span[1], kind, known)


def _listed(text: Text, last: int, end: int, kind: ChipKind, known: Known) -> Iterator[Found]:
    """The other values of a list: "in red, blue or green"."""
    for first, final in known.values.spans(text):
        if first <= last:
            continue
        match = _or().match(text.plain, end)
        meant = facets.of_kind(known.senses(text.phrase(first, final)), kind, known)
        if not match or not meant or match.end() != text.words[first].start:
            return
        span, end = (end, text.words[final].end), text.words[final].end
        yield _said(meant, span, known)


def _said(senses: list[Sense], span: tuple[int, int], known: Known) -> Found:
    """A hard condition, unless most products lack the field."""
    taken = known.coverage(senses[0].field) >= facets.COVERED
    found = facets.found(senses, span, known, taken=taken)
    return found._replace(certainty=1.0) if taken else found


def _after_field(text: Text, span: tuple[int, int], senses: list[Sense], known: Known) -> Iterator[Found]:
    """ "colour: red", "screen type = oled"."""
    match = _FIELD.search(text.plain, max(0, span[0] - 40), span[0])
    if match:
        words = match["name"].split()
        for at in range(len(words)):
            field = known.named(" ".join(words[at:]))
            sense = next((one for one in senses if one.field == field), None)
            if sense:
                start = match.start("name") + match["name"].rindex(" ".join(words[at:]))
                yield _said([sense], (start, span[1]), known)._replace(taken=True, certainty=1.0)
                return


def _span(plain: str, start: int, end: int, before: str, after: str) -> tuple[int, int] | None:
    """The span of a value with what names it, if that stands there."""
    if before:
        match = _before(before).search(plain, max(0, start - 20), start)
        return (match.start(), end + plain.startswith("的", end)) if match else None
    match = _after(after).match(plain, end)
    return (start, match.end()) if match else None


_FIELD = re.compile(r"(?P<name>[^\W_]+(?:[ _][^\W_]+){0,3})\s*[:=：]\s*$")


@cache
def _or() -> re.Pattern[str]:
    return re.compile(rf"\s*{said('or')}\s*(?:{said('or')})?\s*")


@cache
def _before(name: str) -> re.Pattern[str]:
    return re.compile(rf"{said(name)}\s*(?:is|:)?\s*$")


@cache
def _after(name: str) -> re.Pattern[str]:
    return re.compile(rf"\s?{said(name)}")
