"""Questions and what came of them, in the store: appended in groups, taken away again in bites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, Table, delete, func, insert, select

from wares.store.database import Database
from wares.store.tables import asked, events
from wares.store.vectors import chunks

T = TypeVar("T")

#: Rows of a table that one transaction takes away at most, so that nobody waits for it.
BITE = 1_000


class AskedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question as stored. ``query``, ``chips``, ``hits`` and ``stages`` are JSON."""

    query_id: str
    at: str
    application: str = ""
    client_id: str = ""
    session_id: str = ""
    user_id: str = ""
    text: str = ""
    language: str = ""
    query: str = "{}"
    chips: str = "[]"
    total: int = 0
    hits: str = "[]"
    took_ms: float = 0.0
    stages: str = "{}"
    error: str = ""


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event as stored; ``attributes`` is JSON, ``known`` whether its question was there."""

    query_id: str
    known: int = 0
    at: str
    timestamp: str
    action_name: str
    application: str = ""
    client_id: str = ""
    session_id: str = ""
    user_id: str = ""
    object_id: str = ""
    position: int | None = None
    message_type: str = ""
    message: str = ""
    attributes: str = "{}"


class Behaviour:
    """Questions and events of a store. Methods are transactions and raise as those of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, questions: Sequence[AskedRow], happened: Sequence[EventRow]) -> set[str]:
        """Keep questions, then events, in one transaction; the query ids of events that are no question's."""
        with self._database.write() as connection:
            if questions:
                connection.execute(insert(asked), [msgspec.structs.asdict(row) for row in questions])
            wanted = {row.query_id for row in happened if row.query_id}
            known = {id for chunk in chunks(wanted) for id in _known(connection, chunk)}
            if happened:
                rows = [msgspec.structs.asdict(row) | {"known": int(row.query_id in known)} for row in happened]
                connection.execute(insert(events), rows)
        return wanted - known

    def trim(self, before: str, most: int, bite: int = BITE) -> int:
        """Take away at most ``bite`` of the oldest questions, and of the oldest events: those recorded before a
        moment, and those in front of the latest ``most``. How many went."""
        with self._database.write() as connection:
            return sum(_trim(connection, table, before, most, bite) for table in (asked, events))

    def questions(self, after: int, limit: int) -> list[tuple[int, AskedRow]]:
        """Questions whose numbers come after one, in order, with their numbers."""
        with self._database.read() as connection:
            rows = connection.execute(_page(asked, after, limit)).mappings()
            return [(row["number"], question(dict(row))) for row in rows]

    def events(self, after: int, limit: int) -> list[tuple[int, EventRow]]:
        """Events whose numbers come after one, in order, with their numbers."""
        with self._database.read() as connection:
            rows = connection.execute(_page(events, after, limit)).mappings()
            return [(row["number"], happening(dict(row))) for row in rows]


def question(row: Mapping[str, Any]) -> AskedRow:
    """A row of the table as a record."""
    return _record(AskedRow, row)


def happening(row: Mapping[str, Any]) -> EventRow:
    """A row of the table as a record."""
    return _record(EventRow, row)


def _record(kind: type[T], row: Mapping[str, Any]) -> T:
    return kind(**{name: value for name, value in row.items() if name != "number"})


def latest(connection: Connection, table: Table) -> int:
    """The number of the latest row; 0 when there is none."""
    return connection.scalar(select(func.max(table.c.number))) or 0


def _known(connection: Connection, ids: Sequence[str]) -> Sequence[str]:
    return connection.scalars(select(asked.c.query_id).where(asked.c.query_id.in_(ids)).distinct()).all()


def _page(table: Table, after: int, limit: int) -> Select[Any]:
    return select(table).where(table.c.number > after).order_by(table.c.number).limit(limit)


def _trim(connection: Connection, table: Table, before: str, most: int, bite: int) -> int:
    # Two statements: of a table without its ends SQLite reads only one end at once, and both by going through it.
    first = connection.scalar(select(func.min(table.c.number)))
    if first is None:
        return 0
    gone = (table.c.number <= latest(connection, table) - most) | (table.c.at < before)
    return connection.execute(delete(table).where(table.c.number < first + bite, gone)).rowcount
