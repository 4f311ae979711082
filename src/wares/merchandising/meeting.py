"""Whether two rules may fire at one question, and whether one can fire at all.

Where it cannot be told, they may: a warning too many is read, a contradiction that is overlooked is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from wares.encoders.said import is_han
from wares.ranking.rules import windows
from wares.ranking.rules.book import patterns_of
from wares.ranking.rules.implying import equalities
from wares.ranking.rules.patterns import Pattern, Piece
from wares.ranking.rules.records import Rule, When
from wares.records import AllOf, Compare, Filter

_DAY = timedelta(days=1)
#: A window of so many days has every day of the week in it.
_WEEK = timedelta(days=9)


class Read(NamedTuple):
    """A rule with its patterns read once. ``firsts`` are the words with which every question begins at which it
    fires; empty when that cannot be said."""

    rule: Rule
    patterns: tuple[Pattern, ...]
    firsts: frozenset[str]


def read(rule: Rule) -> Read:
    """A rule made ready to be compared with others."""
    patterns = tuple(patterns_of(rule.when))
    begins = all(each.how != "contains" and not each.pieces[0].open for each in patterns)
    return Read(rule, patterns, frozenset(each.pieces[0].text for each in patterns) if begins else frozenset())


def may_meet(one: Read, other: Read) -> bool:
    """Whether there may be a question at which both fire."""
    a, b = one.rule.when, other.rule.when
    if a.language and b.language and a.language != b.language:
        return False
    if (a.end and b.start and a.end <= b.start) or (b.end and a.start and b.end <= a.start):
        return False
    if a.days and b.days and a.zone == b.zone and not (a.hours or b.hours) and not set(a.days) & set(b.days):
        return False
    if _other_values(a.where, b.where):
        return False
    if not one.patterns or not other.patterns:
        return True
    return any(_both(first, second) for first in one.patterns for second in other.patterns)


def _both(one: Pattern, other: Pattern) -> bool:
    """Whether a question may match both patterns."""
    if one.how == "contains" and other.how != "exact":
        return True
    if other.how == "contains" and one.how != "exact":
        return True
    exact, wide = (one, other) if one.how == "exact" else (other, one)
    size, most = len(wide.pieces), len(exact.pieces)
    if wide.how == exact.how == "exact" and size != most:
        return False
    if wide.how == exact.how == "starts":
        return all(map(_same, wide.pieces, exact.pieces))
    if size > most:
        return False
    places = range(most - size + 1) if wide.how == "contains" else range(1)
    return any(all(map(_same, wide.pieces, exact.pieces[at : at + size])) for at in places)


def _same(one: Piece, other: Piece) -> bool:
    """Whether a word may be meant by both."""
    if one.open or other.open:
        # A stem is not always the beginning of its word ("happi"), so an open piece is compared by what both have.
        return one.text.startswith(other.text[:3]) or other.text.startswith(one.text[:3])
    return one.text == other.text


def _other_values(a: Filter | None, b: Filter | None) -> bool:
    """Whether one filter says that a field is this, and the other that it is that."""
    if a is None or b is None:
        return False
    own = dict(_said(b))
    return any(field in own and own[field] != value for field, value in _said(a))


def _said(where: Filter) -> Iterator[tuple[str, object]]:
    for item in where.items if isinstance(where, AllOf) else (where,):
        if isinstance(item, Compare) and item.operator == "=":
            yield from equalities(item)


# -- one rule ---------------------------------------------------------------------------------------------------


def never(rule: Read, now: datetime) -> str:
    """Why a rule will never fire (again); "" when it may."""
    when = rule.rule.when
    if rule.patterns and when.language and not any(_speaks(p, when) for p in rule.patterns):
        return f"its patterns are never those of a question in {when.language!r}"
    if when.end is not None and when.end <= now:
        return f"its window ended at {when.end.isoformat()}"
    if not _opens(when):
        return "none of its days and hours lies between from and until"
    return ""


def _speaks(pattern: Pattern, when: When) -> bool:
    """Whether a question in the language of the rule may match: with a Chinese character it is Chinese."""
    chinese = any(is_han(piece.text) for piece in pattern.pieces)
    if when.language == "en":
        return not chinese
    return chinese or pattern.how != "exact" or any(piece.open for piece in pattern.pieces)


def _opens(when: When) -> bool:
    """Whether the window is open at any moment."""
    if when.start is None or when.end is None or not (when.days or when.hours):
        return True
    if when.end - when.start >= _WEEK:
        return True
    return any(windows.is_open(when, moment) for moment in _beginnings(when, when.start, when.end))


def _beginnings(when: When, start: datetime, end: datetime) -> Sequence[datetime]:
    """The start of the window, and every moment in it at which a day, or the hours of a day, begin: if it is ever
    open, then at one of these."""
    local = start.astimezone(windows.zone(when.zone))
    clock = [datetime.min.time(), *([when.hours[0]] if when.hours else [])]
    days = [(local + n * _DAY).date() for n in range(-1, (end - start).days + 3)]
    moments = [datetime.combine(day, at, local.tzinfo).astimezone(UTC) for day in days for at in clock]
    return [start, *(moment for moment in moments if start <= moment < end)]
