"""The steps by which an older store becomes a current one; none of them changes once it is released.

A step says its tables itself and does not read :mod:`wares.store.tables`, which will have moved on.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)


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


def serving(connection: Connection) -> None:
    """Step 4: what a server keeps: keys, questions and what came of them, jobs."""
    made = MetaData()
    number = BigInteger().with_variant(Integer, "sqlite")
    Table(
        "keys",
        made,
        Column("id", Text, primary_key=True),
        Column("name", Text, nullable=False),
        Column("doc", Text, nullable=False),
        Column("secret", LargeBinary, nullable=False),
        Column("previous", LargeBinary),
        Column("last_used", Text),
    )
    Table(
        "asked",
        made,
        Column("number", number, primary_key=True, autoincrement=True),
        Column("query_id", Text, nullable=False, index=True),
        Column("at", Text, nullable=False, index=True),
        Column("application", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("session_id", Text, nullable=False),
        Column("user_id", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("query", Text, nullable=False),
        Column("chips", Text, nullable=False),
        Column("total", Integer, nullable=False),
        Column("hits", Text, nullable=False),
        Column("took_ms", Double, nullable=False),
        Column("stages", Text, nullable=False),
        Column("error", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    Table(
        "events",
        made,
        Column("number", number, primary_key=True, autoincrement=True),
        Column("query_id", Text, nullable=False, index=True),
        Column("known", SmallInteger, nullable=False),
        Column("at", Text, nullable=False, index=True),
        Column("timestamp", Text, nullable=False),
        Column("action_name", Text, nullable=False),
        Column("application", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("session_id", Text, nullable=False),
        Column("user_id", Text, nullable=False),
        Column("object_id", Text, nullable=False),
        Column("position", Integer),
        Column("message_type", Text, nullable=False),
        Column("message", Text, nullable=False),
        Column("attributes", Text, nullable=False),
        sqlite_autoincrement=True,
    )
    Table(
        "jobs",
        made,
        Column("number", number, primary_key=True, autoincrement=True),
        Column("id", Text, nullable=False, unique=True),
        Column("kind", Text, nullable=False),
        Column("state", Text, nullable=False, index=True),
        Column("asked_by", Text, nullable=False),
        Column("created", Text, nullable=False),
        Column("started", Text),
        Column("ended", Text),
        Column("arguments", Text, nullable=False),
        Column("progress", Text),
        Column("result", Text),
        Column("error", Text),
        Column("process", Text),
        sqlite_autoincrement=True,
    )
    made.create_all(connection)
    connection.execute(text("INSERT INTO meta (key, value) VALUES ('keys', '0')"))


def extracting(connection: Connection) -> None:
    """Step 5: what was read out of media."""
    made = MetaData()
    Table(
        "extracts",
        made,
        Column("key", Text, primary_key=True),
        Column("extractor", Text, primary_key=True),
        Column("fingerprint", Text, nullable=False),
        Column("doc", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    made.create_all(connection)


def reviewing(connection: Connection) -> None:
    """Step 6: reviews, and how products were received."""
    made = MetaData()
    Table(
        "reviews",
        made,
        Column("product", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("doc", Text, nullable=False),
        sqlite_with_rowid=False,
    )
    Table(
        "receptions",
        made,
        Column("product", Text, primary_key=True),
        Column("doc", Text, nullable=False),
        Column("words", Text, nullable=False),
    )
    made.create_all(connection)
