"""What questions and events tell together, for people who look after a shop.

All of it is over the questions since a moment, and at most the latest :data:`SPAN` of them, so that no look at them
takes long. Who asked nothing in words is counted, and not listed among what was asked.
"""

from __future__ import annotations

import math

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, select

from wares.store.behaviour import AskedRow, EventRow, happening, latest, question
from wares.store.database import Database
from wares.store.tables import asked, events

#: Questions, and events, that are looked at at most.
SPAN = 200_000

_ZERO = case(((asked.c.total == 0) & (asked.c.error == ""), 1), else_=0)
_FAILED = case((asked.c.error != "", 1), else_=0)


class Words(msgspec.Struct, frozen=True):
    """Words that were asked, without regard to case: how often, how often in vain, the mean of ``took_ms``, and when
    last."""

    text: str
    times: int
    zero: int
    took_ms: float
    last: str


class Hour(msgspec.Struct, frozen=True):
    """An hour ("2026-03-01T14", UTC): questions, those without a hit, those that failed, the mean of ``took_ms``."""

    hour: str
    questions: int
    zero: int
    failed: int
    took_ms: float


class Totals(msgspec.Struct, frozen=True):
    """Questions, those without a hit, those that failed, half and 99 % of them took no longer than; events."""

    questions: int
    zero: int
    failed: int
    p50_ms: float
    p99_ms: float
    events: int


class Asked:
    """Reads questions and events. ``since`` is a moment, ISO 8601 in UTC. Each method sees one state of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self, since: str) -> Totals:
        """How many there are, and how long they took."""
        with self._database.read() as connection:
            within = _since(connection, since)
            counts = select(func.count(), func.sum(_ZERO), func.sum(_FAILED)).where(within)
            count, zero, failed = connection.execute(counts).one()
            shares = [_quantile(connection, within, count, share) for share in (0.5, 0.99)]
            happened = events.c.number > latest(connection, events) - SPAN
            acted = connection.scalar(select(func.count()).select_from(events).where(events.c.at >= since, happened))
            return Totals(count, int(zero or 0), int(failed or 0), shares[0], shares[1], acted or 0)

    def words(self, since: str, limit: int, *, in_vain: bool = False) -> list[Words]:
        """What was asked most often, or most often in vain."""
        words, zero = func.lower(asked.c.text), func.sum(_ZERO)
        order = zero if in_vain else func.count()
        with self._database.read() as connection:
            found = (
                select(func.min(asked.c.text), func.count(), zero, func.avg(asked.c.took_ms), func.max(asked.c.at))
                .where(_since(connection, since), asked.c.text != "")
                .group_by(words)
                .order_by(order.desc(), words)
                .limit(limit)
            )
            if in_vain:
                found = found.having(zero > 0)
            rows = connection.execute(found)
            return [Words(text, count, int(none), float(took), last) for text, count, none, took, last in rows]

    def hours(self, since: str) -> list[Hour]:
        """Hour by hour; hours in which nobody asked are left out."""
        hour = func.substr(asked.c.at, 1, 13)
        with self._database.read() as connection:
            found = (
                select(hour, func.count(), func.sum(_ZERO), func.sum(_FAILED), func.avg(asked.c.took_ms))
                .where(_since(connection, since))
                .group_by(hour)
                .order_by(hour)
            )
            rows = connection.execute(found)
            return [Hour(at, count, int(zero), int(failed), float(took)) for at, count, zero, failed, took in rows]

    def actions(self, since: str) -> dict[str, int]:
        """How often each action was taken, the most frequent first."""
        with self._database.read() as connection:
            within = events.c.number > latest(connection, events) - SPAN
            found = select(events.c.action_name, func.count()).where(within, events.c.at >= since)
            ordered = found.group_by(events.c.action_name).order_by(func.count().desc(), events.c.action_name)
            return {name: int(times) for name, times in connection.execute(ordered.limit(100))}

    def questions(self, since: str, limit: int, *, slowest: bool = False) -> list[AskedRow]:
        """The latest questions, or the slowest, each with all that is known of it."""
        order = asked.c.took_ms if slowest else asked.c.number
        with self._database.read() as connection:
            found = select(asked).where(_since(connection, since)).order_by(order.desc()).limit(limit)
            return [question(dict(row)) for row in connection.execute(found).mappings()]

    def question(self, query_id: str) -> AskedRow | None:
        """The latest question of an id."""
        found = select(asked).where(asked.c.query_id == query_id).order_by(asked.c.number.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(found).mappings().first()
            return None if row is None else question(dict(row))

    def events_of(self, query_id: str, limit: int) -> list[EventRow]:
        """What came of a question, in the order in which it was recorded."""
        found = select(events).where(events.c.query_id == query_id).order_by(events.c.number).limit(limit)
        with self._database.read() as connection:
            return [happening(dict(row)) for row in connection.execute(found).mappings()]


def _since(connection: Connection, since: str) -> ColumnElement[bool]:
    return (asked.c.number > latest(connection, asked) - SPAN) & (asked.c.at >= since)


def _quantile(connection: Connection, within: ColumnElement[bool], count: int, share: float) -> float:
    """The least value that a share of them does not exceed."""
    if not count:
        return 0.0
    place = max(0, math.ceil(share * count) - 1)
    found = select(asked.c.took_ms).where(within).order_by(asked.c.took_ms).offset(place).limit(1)
    return float(connection.scalar(found) or 0.0)
