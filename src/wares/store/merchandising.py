"""What merchants say, kept with a log of every change, and noticed by those who search."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import BigInteger, Connection, Text, cast, delete, func, insert, select, update

from wares.errors import StoreError
from wares.store.entries import Audited, Kind
from wares.store.tables import audit, merchandising, meta

if TYPE_CHECKING:
    from wares.store.store import Store

T = TypeVar("T")

#: The row of ``meta`` that counts changes.
COUNTER = "merchandising"
#: Names that one statement asks for.
BATCH = 500


def revision(connection: Connection) -> int:
    """How often what is said has changed."""
    return int(connection.scalar(select(meta.c.value).where(meta.c.key == COUNTER)) or 0)


def said(connection: Connection, kind: Kind) -> dict[str, str]:
    """Documents of a kind by name, in the order of names."""
    rows = connection.execute(select(merchandising.c.name, merchandising.c.doc).where(merchandising.c.kind == kind))
    return dict(sorted((name, doc) for name, doc in rows))


def say(
    connection: Connection, kind: Kind, docs: Mapping[str, str | None], who: str, at_most: int | None
) -> list[str]:
    """Change documents and write the log; the names of those that are another now."""
    # First the counter: on PostgreSQL other writers wait for its row, and see what this one did.
    counted = cast(cast(meta.c.value, BigInteger) + 1, Text)
    connection.execute(update(meta).where(meta.c.key == COUNTER).values(value=counted))
    before = _known(connection, kind, docs)
    changed = {name: doc for name, doc in docs.items() if before.get(name) != doc}
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    for name, doc in changed.items():
        where = (merchandising.c.kind == kind) & (merchandising.c.name == name)
        if doc is None:
            connection.execute(delete(merchandising).where(where))
        elif name in before:
            connection.execute(update(merchandising).where(where).values(doc=doc))
        else:
            connection.execute(insert(merchandising), {"kind": kind, "name": name, "doc": doc})
    if changed:
        entry = {"at": at, "who": who, "kind": kind}
        rows = [{**entry, "name": name, "before": before.get(name), "after": doc} for name, doc in changed.items()]
        connection.execute(insert(audit), rows)
    _check_count(connection, kind, at_most)
    return list(changed)


def log(connection: Connection, kind: Kind | None, name: str | None, limit: int) -> list[Audited]:
    """Changes, the latest first."""
    asked = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if kind is not None:
        asked = asked.where(audit.c.kind == kind)
    if name is not None:
        asked = asked.where(audit.c.name == name)
    return [Audited(**row) for row in connection.execute(asked).mappings()]


def _known(connection: Connection, kind: Kind, names: Iterable[str]) -> dict[str, str]:
    wanted, found = list(names), dict[str, str]()
    for at in range(0, len(wanted), BATCH):
        own = merchandising.c.name.in_(wanted[at : at + BATCH])
        rows = connection.execute(
            select(merchandising.c.name, merchandising.c.doc).where(merchandising.c.kind == kind, own)
        )
        found.update((name, doc) for name, doc in rows)
    return found


def _check_count(connection: Connection, kind: Kind, at_most: int | None) -> None:
    if at_most is None:
        return
    count = (
        connection.scalar(select(func.count()).select_from(merchandising).where(merchandising.c.kind == kind)) or 0
    )
    if count > at_most:
        raise StoreError(f"there would be {count:,} {kind}s, and at most {at_most:,} can be kept; remove some first")


class Noticed(Generic[T]):
    """Something made of what merchants say, made anew when that has changed. Threads may share it.

    A change is looked for at most once in ``every_s`` seconds, by reading one row.
    """

    def __init__(self, store: Store, make: Callable[[Store], T], every_s: float = 1.0) -> None:
        self._store = store
        self._make = make
        self._every_s = every_s
        self._lock = threading.Lock()
        self._made: tuple[int, T] | None = None
        self._looked = 0.0

    def get(self) -> T:
        """The thing itself, as of a second ago at most. Raises as ``make``, and as the store does."""
        made = self._made
        if made is not None and time.monotonic() - self._looked < self._every_s:
            return made[1]
        with self._lock:
            looked = time.monotonic()
            revision = self._store.revision()
            if self._made is None or self._made[0] != revision:
                self._made = revision, self._make(self._store)
            self._looked = looked
            return self._made[1]

    def forget(self) -> None:
        """Make it anew the next time: something else that it was made of has changed."""
        with self._lock:
            self._made = None
