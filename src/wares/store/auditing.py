"""The log of who changed what: what merchants say, keys, products that came through a server."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

import msgspec
from sqlalchemy import Connection, insert, select

from wares.store.entries import Audited
from wares.store.tables import audit

#: Ids that the entry of a batch names.
FIRST_IDS = 10
#: The name of what changed, and JSON before and after; None for nothing.
Changed: TypeAlias = tuple[str, str | None, str | None]


def note(connection: Connection, who: str, kind: str, changes: Iterable[Changed]) -> None:
    """Write down what somebody changed, now."""
    entry = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "who": who, "kind": kind}
    rows = [{**entry, "name": name, "before": before, "after": after} for name, before, after in changes]
    if rows:
        connection.execute(insert(audit), rows)


def log(connection: Connection, kind: str | None, name: str | None, limit: int) -> list[Audited]:
    """Changes, the latest first."""
    asked = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if kind is not None:
        asked = asked.where(audit.c.kind == kind)
    if name is not None:
        asked = asked.where(audit.c.name == name)
    return [Audited(**row) for row in connection.execute(asked).mappings()]


def batch(ids: Iterable[str], **counts: int) -> str:
    """Many products as one entry has them: JSON with counts and the first ids."""
    first = list(itertools.islice(ids, FIRST_IDS))
    return msgspec.json.encode({**counts, "first": first}).decode()
