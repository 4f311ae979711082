"""What merchants say, kept with a log of every change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, func, insert, select, update

from wares.errors import StoreError
from wares.store import auditing, counters
from wares.store.entries import Kind
from wares.store.tables import merchandising

#: The row of ``meta`` that counts changes.
COUNTER = "merchandising"
#: Names that one statement asks for.
BATCH = 500


def said(connection: Connection, kind: Kind) -> dict[str, str]:
    """Documents of a kind by name, in the order of names."""
    rows = connection.execute(select(merchandising.c.name, merchandising.c.doc).where(merchandising.c.kind == kind))
    return dict(sorted((name, doc) for name, doc in rows))


def say(
    connection: Connection, kind: Kind, docs: Mapping[str, str | None], who: str, at_most: int | None
) -> list[str]:
    """Change documents and write the log; the names of those that are another now."""
    counters.advance(connection, COUNTER)  # first: on PostgreSQL other writers wait for its row
    before = _known(connection, kind, docs)
    changed = {name: doc for name, doc in docs.items() if before.get(name) != doc}
    for name, doc in changed.items():
        where = (merchandising.c.kind == kind) & (merchandising.c.name == name)
        if doc is None:
            connection.execute(delete(merchandising).where(where))
        elif name in before:
            connection.execute(update(merchandising).where(where).values(doc=doc))
        else:
            connection.execute(insert(merchandising), {"kind": kind, "name": name, "doc": doc})
    auditing.note(connection, who, kind, [(name, before.get(name), doc) for name, doc in changed.items()])
    _check_count(connection, kind, at_most)
    return list(changed)


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
