"""The steps by which an older store becomes a current one; none of them changes once it is released.

A step says its tables itself and does not read :mod:`wares.store.tables`, which will have moved on.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, Table, Text, text


def folds(connection: Connection) -> None:
    """Step 2: products that are one."""
    made = MetaData()
    Table(
        "fold_keys",
        made,
        Column("key", BigInteger, primary_key=True, autoincrement=False),
        Column("number", BigInteger, primary_key=True, autoincrement=False, index=True),
        sqlite_with_rowid=False,
    )
    Table(
        "fold_links",
        made,
        Column("one", BigInteger, primary_key=True, autoincrement=False),
        Column("other", BigInteger, primary_key=True, autoincrement=False, index=True),
        Column("reason", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    Table(
        "folds",
        made,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("group", BigInteger, nullable=False, index=True),
        Column("reason", Text, nullable=False),
    )
    made.create_all(connection)


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
