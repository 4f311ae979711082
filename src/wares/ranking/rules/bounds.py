"""What a rule may be by itself, whatever the shop: bounds, and actions that cannot be meant together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

from wares.encoders.said import said
from wares.ranking.rules import windows
from wares.ranking.rules.patterns import pattern
from wares.ranking.rules.records import (
    MAX_ACTIONS,
    MAX_IDS,
    MAX_NAME,
    MAX_PATTERN,
    MAX_PATTERNS,
    MAX_PLACE,
    MAX_TEXT,
    MAX_URL,
    Choice,
    Rule,
    Then,
    Weight,
    When,
)

#: Priorities lie between this and its negative.
MAX_PRIORITY = 1_000_000


def mistakes(rule: Rule) -> Iterator[str]:
    """What is wrong with a rule, each as where it is, what it is and how to mend it."""
    if not rule.name.strip() or rule.name != rule.name.strip() or not rule.name.isprintable():
        yield "name: a rule needs a name of printable characters, without blanks at its ends"
    if len(rule.name) > MAX_NAME:
        yield f"name: it has more than {MAX_NAME} characters; shorten it"
    if len(rule.about) > MAX_TEXT:
        yield f"about: it has more than {MAX_TEXT} characters; shorten it"
    if abs(rule.priority) > MAX_PRIORITY:
        yield f"priority: it must lie in -{MAX_PRIORITY:,} … {MAX_PRIORITY:,}"
    yield from _of_when(rule.when)
    yield from _of_then(rule.then)


def _of_when(when: When) -> Iterator[str]:
    count = len(when.exact) + len(when.contains) + len(when.starts)
    if count > MAX_PATTERNS:
        yield f"when: there are {count} patterns, and at most {MAX_PATTERNS} can be; make two rules of it"
    for how in ("exact", "contains", "starts"):
        for text in getattr(when, how):
            if len(text) > MAX_PATTERN:
                yield f"when.{how}: {text[:20]!r}… has {len(text):,} characters; at most {MAX_PATTERN} can be"
                continue
            try:
                pattern(text, how)
            except ValueError as wrong:
                yield f"when.{how}: {wrong}"
    for name, moment in (("from", when.start), ("until", when.end)):
        if moment is not None and moment.utcoffset() is None:
            yield f"when.{name}: a moment needs its timezone, as in 2026-06-01T00:00:00+02:00"
            return
    if when.start is not None and when.end is not None and when.end <= when.start:
        yield "when.until: the window ends before it begins; exchange from and until, or leave one out"
    if when.hours is not None and any(at.tzinfo is not None for at in when.hours):
        yield "when.hours: hours are those of a clock in zone; leave their offsets out and set zone"
    elif when.hours is not None and when.hours[0] == when.hours[1]:
        yield 'when.hours: the window is empty; write ["18:00", "22:00"], or leave it out for the whole day'
    try:
        windows.zone(when.zone)
    except ValueError as unknown:
        yield f"when.zone: {unknown}"


def _of_then(do: Then) -> Iterator[str]:
    count = len(do.pin) + len(do.hide) + len(do.boost) + len(do.bury)
    count += bool(do.redirect) + (do.banner is not None) + bool(do.replace)
    if not count:
        yield "then: the rule does nothing; give it pin, hide, boost, bury, redirect, banner or replace"
    if count > MAX_ACTIONS:
        yield f"then: there are {count} actions, and at most {MAX_ACTIONS} can be; make two rules of it"
    yield from _of_pins(do)
    for name, choices in (("hide", do.hide), ("boost", do.boost), ("bury", do.bury)):
        for choice in choices:
            yield from _of_choice(name, choice)
    yield from _of_weights(do)
    yield from _of_words(do)


def _of_words(do: Then) -> Iterator[str]:
    if len(do.replace) > MAX_TEXT:
        yield f"then.replace: it has more than {MAX_TEXT} characters; shorten it"
    if do.replace and not said(do.replace):
        yield "then.replace: there is no word in it; say what is to be searched for"
    if do.redirect:
        yield from _of_address("then.redirect", do.redirect)
    if do.banner is not None:
        if not do.banner.text.strip() or len(do.banner.text) > MAX_TEXT:
            yield f"then.banner.text: a banner says something, in at most {MAX_TEXT} characters"
        if do.banner.url:
            yield from _of_address("then.banner.url", do.banner.url)


def _of_weights(do: Then) -> Iterator[str]:
    for weight in do.boost:
        for other in do.bury:
            if weight.where is not None and weight.where == other.where:
                yield "then: what one filter chooses is boosted and buried; keep one of the two"
            for id in sorted(set(weight.ids) & set(other.ids)):
                yield f"then: product {id!r} is boosted and buried; keep one of the two"


def _of_pins(do: Then) -> Iterator[str]:
    for pin in do.pin:
        if not 1 <= pin.place <= MAX_PLACE:
            yield f"then.pin: the place of {pin.id!r} must lie in 1 … {MAX_PLACE:,}, not {pin.place}"
    for id, times in Counter(pin.id for pin in do.pin).items():
        if times > 1:
            yield f"then.pin: product {id!r} is pinned to {times} places; keep one"
    for place, times in Counter(pin.place for pin in do.pin).items():
        if times > 1:
            yield f"then.pin: {times} products are pinned to place {place}; give each its own"
    hidden = {id for choice in do.hide for id in choice.ids}
    for pin in do.pin:
        if pin.id in hidden:
            yield f"then: product {pin.id!r} is pinned and hidden; keep one of the two"


def _of_choice(name: str, choice: Choice | Weight) -> Iterator[str]:
    if not choice.ids and choice.where is None:
        yield f"then.{name}: it chooses no product; give it ids or a filter"
    if len(choice.ids) > MAX_IDS:
        yield f"then.{name}: {len(choice.ids):,} ids are named, and at most {MAX_IDS:,} can be; use a filter"
    if isinstance(choice, Weight) and not 0 < choice.by <= 1:
        yield f"then.{name}: by must be greater than 0 and at most 1, not {choice.by:g}"


def _of_address(place: str, address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or not address.isprintable() or " " in address:
        yield f"{place}: {address[:40]!r} is no web address; it begins with https:// or http://"
    if len(address) > MAX_URL:
        yield f"{place}: it has more than {MAX_URL:,} characters; shorten it"
