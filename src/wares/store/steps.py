"""The steps by which an older store becomes a current one; none of them changes once it is released.

A step says its tables itself and does not read :mod:`wares.store.tables`, which will have moved on.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, Table, Text, text


def nothing(connection: Connection) -> None:
    """Step 2: no tables."""


def merchandising(connection: Connection) -> None:
    """Step 3: what merchants say, and the log of who said it."""
    made = MetaData()
    Table(
        "merchandising",
        made,
        Column("kind", Text, primary_key=True),
        Column("name", Text, primary_key=True),
        Column("doc", Text, nullable=False),
    )
    audit = Table(
        "audit",
        made,
        Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("at", Text, nullable=False),
        Column("who", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("before", Text),
        Column("after", Text),
        sqlite_autoincrement=True,
    )
    Index("ix_audit_name", audit.c.kind, audit.c.name)
    made.create_all(connection)
    connection.execute(text("INSERT INTO meta (key, value) VALUES ('merchandising', '0')"))
