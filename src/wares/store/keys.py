"""API keys in the store: rows that change under a lock, with a log of every change and none of a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from wares.store import auditing, counters
from wares.store.database import Database
from wares.store.tables import keys

#: The row of ``meta`` that counts changes.
COUNTER = "keys"

_USED = update(keys).where(keys.c.id == bindparam("own")).values(last_used=bindparam("at"))


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key as stored: ``doc`` is what may be told of it, as JSON; ``secret`` and ``previous`` are hashes."""

    id: str
    name: str
    doc: str
    secret: bytes
    previous: bytes | None = None
    last_used: str | None = None


class Keys:
    """The keys of a store. Methods are transactions and raise as those of :class:`~wares.store.store.Store`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def revision(self) -> int:
        """A number that grows whenever a key changes, other than by being used; one row is read."""
        with self._database.read() as connection:
            return counters.read(connection, COUNTER)

    def all(self) -> dict[str, KeyRow]:
        """All of them by id."""
        with self._database.read() as connection:
            return _rows(connection)

    def change(self, who: str, decide: Callable[[Mapping[str, KeyRow]], Mapping[str, KeyRow | None]]) -> None:
        """Put what ``decide`` makes of all keys in their place, None to remove one, while nobody else changes any.

        The log gets what may be told of each before and after. What ``decide`` raises changes nothing.
        """
        with self._database.write() as connection:
            counters.advance(connection, COUNTER)  # first: on PostgreSQL other writers wait for its row
            known = _rows(connection)
            for id, row in decide(known).items():
                before = known.get(id)
                connection.execute(delete(keys).where(keys.c.id == id))
                if row is not None:
                    connection.execute(insert(keys), msgspec.structs.asdict(row))
                docs = [None if one is None else one.doc for one in (before, row)]
                if told := row or before:
                    auditing.note(connection, who, "key", [(told.name, docs[0], docs[1])])

    def used(self, moments: Mapping[str, str]) -> None:
        """When keys were last used, by id; neither counted nor logged."""
        with self._database.write() as connection:
            connection.execute(_USED, [{"own": id, "at": at} for id, at in moments.items()])


def _rows(connection: Connection) -> dict[str, KeyRow]:
    return {row["id"]: KeyRow(**row) for row in connection.execute(select(keys)).mappings()}
