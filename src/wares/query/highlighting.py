"""Which words of a product were asked for: places in its texts, a snippet to show, and marks around words.

What counts as the same word is what counts as it when words are looked up (:mod:`wares.encoders.tokens`): stems,
codes with and without joints, numbers with units, Chinese words inside longer ones, letters without accents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from wares.encoders.places import places
from wares.encoders.tokens import fold, telling, tokens
from wares.records import AttributeValue, Product, Span

#: How much of a field is looked at: a page and a half.
MAX_CHARACTERS = 5_000

#: Between two words that were asked for, this is marked with them: "red, green", "4-door".
_BETWEEN = re.compile(r"[\s\-_.'’&+/]*")

# Where a snippet may begin or end: not inside a word of letters that are written together.
_WORD = re.compile(r"[^\W\u3000-\u9fff\uac00-\ud7af]")


class Snippet(NamedTuple):
    """A piece of a text with the spans in it, their places counted in ``text``, which has "…" where it was cut."""

    text: str
    spans: tuple[Span, ...]


def asked(text: str, synonyms: Iterable[str] = ()) -> frozenset[str]:
    """The tokens that a question is about; ``synonyms`` are words that are looked for in their place."""
    return frozenset(telling(tokens(text))).union(*map(tokens, synonyms))


def spans(product: Product, wanted: Set[str], variant: str | None = None) -> tuple[Span, ...]:
    """Where tokens of ``wanted`` stand in a product, field by field (:func:`texts`), in order; spans that touch, or
    have but a blank or a joint between them, are one. Characters are those of the text as it was written."""
    return tuple(
        Span(field, start, end)
        for field, text in texts(product, variant)
        for start, end in _merged(text, places(text[:MAX_CHARACTERS], wanted))
    )


def texts(product: Product, variant: str | None = None) -> Iterator[tuple[str, str]]:
    """The fields of a product that words are looked up in, and the texts that spans count characters of.

    "title", "brand", "category" (its steps with "/" between them), "description", "id", "attributes.NAME" (of a list
    its values with ", " between them; of yes the name), and of the ``variant`` that is shown "variant" (its id) and
    "options.NAME".
    """
    yield "title", product.title
    yield "brand", product.brand
    yield "category", "/".join(product.category)
    yield "description", product.description
    yield "id", product.id
    for name, value in product.attributes.items():
        yield f"attributes.{name}", _said(name, value)
    for one in product.variants:
        if one.id == variant:
            yield "variant", one.id
            yield from ((f"options.{name}", value) for name, value in one.options.items())


def text_of(product: Product, field: str, variant: str | None = None) -> str:
    """The text that a span of ``field`` counts characters of; "" when the product has no such field."""
    return next((text for name, text in texts(product, variant) if name == field), "")


def snippet(text: str, spans: Sequence[Span], width: int = 160) -> Snippet:
    """At most ``width`` characters of a text (and an ellipsis at either end), where most different words of
    ``spans``, which are of this text, stand close together; its beginning when there are none."""
    if len(text) <= width:
        return Snippet(text, tuple(spans))
    start, end = _window(text, spans, width)
    start, end = _at_words(text, start, end, spans)
    before = "…" if start else ""
    moved = tuple(
        Span(span.field, max(span.start, start) - start + len(before), min(span.end, end) - start + len(before))
        for span in spans
        if span.start < end and span.end > start
    )
    return Snippet(before + text[start:end] + ("…" if end < len(text) else ""), moved)


def pieces(text: str, spans: Iterable[Span]) -> list[tuple[str, bool]]:
    """The text cut at the spans: pieces, and whether they were asked for. Joined they are the text."""
    found: list[tuple[str, bool]] = []
    at = 0
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, at), min(span.end, len(text))
        if start < end:
            found += [(text[at:start], False)] if at < start else []
            found.append((text[start:end], True))
            at = end
    return found + ([(text[at:], False)] if at < len(text) else [])


def marked(
    text: str, spans: Iterable[Span], start_mark: str, end_mark: str, escape: Callable[[str], str] = str
) -> str:
    """The text with marks around the spans. ``escape`` is put over every piece of the text, and not over the marks:
    ``marked(text, spans, "<b>", "</b>", html.escape)``."""
    found = ((escape(piece), asked_for) for piece, asked_for in pieces(text, spans))
    return "".join(f"{start_mark}{piece}{end_mark}" if asked_for else piece for piece, asked_for in found)


def _said(name: str, value: AttributeValue) -> str:
    """As words are looked up in it (:func:`wares.documents.word_fields`)."""
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, float):
        return f"{value:.15g}"
    return ", ".join(value) if isinstance(value, tuple) else value


def _merged(text: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and (start <= merged[-1][1] or _BETWEEN.fullmatch(text, merged[-1][1], start)):
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def _window(text: str, spans: Sequence[Span], width: int) -> tuple[int, int]:
    """The window, of those that begin at a span, with most different words, then most spans, then the first; with
    what is left of its width it reaches back, so that the words stand in their sentence."""
    ordered = sorted(spans, key=lambda span: span.start)
    words = [fold(text[span.start : span.end]) for span in ordered]
    best, at = (0, 0), (0, 0)
    for first, span in enumerate(ordered):
        last = first
        while last + 1 < len(ordered) and ordered[last + 1].end <= span.start + width:
            last += 1
        worth = len(set(words[first : last + 1])), last + 1 - first
        if worth > best:
            best, at = worth, (span.start, min(ordered[last].end, span.start + width))
    spare = width - (at[1] - at[0])
    start = max(0, min(at[0] - spare // 3, len(text) - width))
    return start, min(len(text), start + width)


def _at_words(text: str, start: int, end: int, spans: Sequence[Span]) -> tuple[int, int]:
    """The window drawn in to where words begin and end, but not past a span."""
    inside = [span for span in spans if span.start < end and span.end > start]
    first = min((span.start for span in inside), default=end)
    last = max((span.end for span in inside), default=start)
    begin, stop = start, end
    while 0 < begin < first and _WORD.match(text[begin]) and _WORD.match(text[begin - 1]):
        begin += 1
    while last < stop < len(text) and _WORD.match(text[stop]) and _WORD.match(text[stop - 1]):
        stop -= 1
    while begin < min(first, stop) and text[begin].isspace():
        begin += 1
    while max(last, begin) < stop and text[stop - 1].isspace():
        stop -= 1
    return (begin, stop) if begin < stop else (start, end)
