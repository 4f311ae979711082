"""What a console shows of questions and events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from wares.errors import QueryError, StoreError
from wares.feedback.records import utc
from wares.feedback.rows import stamp
from wares.store.asked import Hour, Totals, Words
from wares.store.behaviour import AskedRow, EventRow
from wares.store.store import Store

T = TypeVar("T")

#: Rows that one look brings at most.
MAX_ROWS = 1_000
#: Hours that one look reaches back at most: ten years.
MAX_HOURS = 24 * 3_652


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A question with all that is known of it. ``query`` is the whole question as JSON has it."""

    query_id: str
    at: datetime
    text: str
    language: str
    application: str
    client_id: str
    session_id: str
    user_id: str
    query: dict[str, Any]
    chips: tuple[str, ...]
    total: int
    hits: tuple[str, ...]
    took_ms: float
    stages: dict[str, float]
    error: str


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it was recorded; ``known``: its question was there."""

    query_id: str
    known: bool
    at: datetime
    timestamp: datetime
    action_name: str
    application: str
    client_id: str
    session_id: str
    user_id: str
    object_id: str
    position: int | None
    message_type: str
    message: str
    attributes: dict[str, Any]


class Reading:
    """Looks at the last ``hours`` of a journal, the latest 200,000 questions and events of it at most.

    :class:`~wares.errors.QueryError` for hours and limits that are out of bounds.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def totals(self, hours: float = 24) -> Totals:
        """How many questions and events, and how long answers took."""
        return self._store.asked.totals(_since(hours))

    def most_asked(self, hours: float = 24, limit: int = 20) -> list[Words]:
        """What was asked most often, without regard to case."""
        return self._store.asked.words(_since(hours), _limit(limit))

    def in_vain(self, hours: float = 24, limit: int = 20) -> list[Words]:
        """What found nothing, the most frequent first."""
        return self._store.asked.words(_since(hours), _limit(limit), in_vain=True)

    def slowest(self, hours: float = 24, limit: int = 20) -> list[Told]:
        """The questions that took longest, with their stages."""
        return [_told(row) for row in self._store.asked.questions(_since(hours), _limit(limit), slowest=True)]

    def latest(self, hours: float = 24, limit: int = 20) -> list[Told]:
        """The questions, the latest first."""
        return [_told(row) for row in self._store.asked.questions(_since(hours), _limit(limit))]

    def by_hour(self, hours: float = 24) -> list[Hour]:
        """How many questions there were in each hour in which there were any."""
        return self._store.asked.hours(_since(hours))

    def actions(self, hours: float = 24) -> dict[str, int]:
        """How often each action was taken, the most frequent first."""
        return self._store.asked.actions(_since(hours))

    def question(self, query_id: str) -> Told | None:
        """The question of an id."""
        row = self._store.asked.question(query_id)
        return None if row is None else _told(row)

    def events(self, query_id: str, limit: int = 100) -> list[Happened]:
        """What came of a question, in its order."""
        return [_happened(row) for row in self._store.asked.events_of(query_id, _limit(limit))]


def _since(hours: float) -> str:
    if not 0 < hours <= MAX_HOURS:  # of NaN neither holds
        raise QueryError(f"hours must lie in 1 … {MAX_HOURS:,}, not {hours}")
    return stamp(utc() - timedelta(hours=hours))


def _limit(limit: int) -> int:
    if not 1 <= limit <= MAX_ROWS:
        raise QueryError(f"limit must lie in 1 … {MAX_ROWS:,}, not {limit}")
    return limit


def _told(row: AskedRow) -> Told:
    return _filled(row, Told, ("query", "chips", "hits", "stages"))


def _happened(row: EventRow) -> Happened:
    return _filled(row, Happened, ("attributes",))


def _filled(row: AskedRow | EventRow, kind: type[T], documents: tuple[str, ...]) -> T:
    values = msgspec.structs.asdict(row)
    try:
        return msgspec.convert(
            values | {name: msgspec.json.decode(values[name]) for name in documents}, kind, strict=False
        )
    except msgspec.MsgspecError as damage:
        raise StoreError(f"the journal is damaged at {row.query_id!r}: {damage}") from damage
