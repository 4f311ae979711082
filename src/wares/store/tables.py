"""The tables of a store, and how an older store becomes a current one.

A change of the tables raises :data:`SCHEMA` by one and adds a migration under the new number; what is released is
never edited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    inspect,
    select,
    update,
)

from wares.errors import StoreError
from wares.store import steps

#: The version of the tables below.
SCHEMA = 6

#: Step ``n`` turns a store of schema ``n - 1`` into one of schema ``n``.
MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {
    2: steps.folds,
    3: steps.merchandising,
    4: steps.serving,
    5: steps.extracting,
    6: steps.reviewing,
}

# SQLite numbers rows by itself only in a column declared INTEGER, which has 64 bits there.
_Number = BigInteger().with_variant(Integer, "sqlite")

#: What :data:`meta` says of a store that was just made.
FACTS: Mapping[str, str] = {"schema": str(SCHEMA), "change": "0", "merchandising": "0", "keys": "0"}

metadata = MetaData()

#: Facts of the store: "schema", "change" (the last change number), "settings", "folded" and "folds in doubt"
#: (:mod:`wares.store.folds`), "merchandising" and "keys" (how often what merchants say has changed, and keys have),
#: "unsummed" (there are reviews that no reception counts yet).
meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

#: ``doc`` is the product as JSON. AUTOINCREMENT: the number of a removed product is never given out again.
products = Table(
    "products",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
    Column("change", BigInteger, nullable=False, unique=True),
    Column("doc", Text, nullable=False),
    sqlite_autoincrement=True,
)

media = Table(
    "media",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, index=True),
    Column("modality", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("variant", Text),
    Column("source", Text, nullable=False),
    Column("warning", Text, nullable=False),
    sqlite_with_rowid=False,
)
# Partial in SQLite only: to name the PostgreSQL option here would load its dialect at every start.
Index("ix_media_warned", media.c.number, sqlite_where=media.c.warning != "")

#: Products that are gone, for the feed of changes.
removals = Table(
    "removals",
    metadata,
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

#: What made features: the fingerprint of a tower, and how many numbers a row of it has.
towers = Table(
    "towers",
    metadata,
    Column("tower", Integer, primary_key=True),
    Column("fingerprint", Text, nullable=False, unique=True),
    Column("dims", Integer, nullable=False),
)

#: Features: ``row`` is little-endian float16 of the tower's dims; ``key`` is a content's, or that of its part "#3".
vectors = Table(
    "vectors",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tower", SmallInteger, primary_key=True, autoincrement=False),
    Column("row", LargeBinary, nullable=False),
)

#: What an extractor of a fingerprint read out of a content; ``doc`` is that as JSON.
extracts = Table(
    "extracts",
    metadata,
    Column("key", Text, primary_key=True),
    Column("extractor", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("doc", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: Reviews by the id of their product, which may come later; ``key`` is the review's own id or a hash of what it says.
reviews = Table(
    "reviews",
    metadata,
    Column("product", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("doc", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: What they come to for each product: ``doc`` is the reception as JSON, ``words`` what people say, to be looked up.
receptions = Table(
    "receptions",
    metadata,
    Column("product", Text, primary_key=True),
    Column("doc", Text, nullable=False),
    Column("words", Text, nullable=False),
)

#: Under which keys a product is looked for when others that may be one with it are sought.
fold_keys = Table(
    "fold_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)

#: Pairs of products that are one, the smaller number first, and why.
fold_links = Table(
    "fold_links",
    metadata,
    Column("one", BigInteger, primary_key=True, autoincrement=False),
    Column("other", BigInteger, primary_key=True, autoincrement=False, index=True),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

#: Products that are shown as one: ``group`` is the smallest number among them.
folds = Table(
    "folds",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("group", BigInteger, nullable=False, index=True),
    Column("reason", Text, nullable=False),
)

#: What merchants say: ``doc`` is a rule, synonyms or stop words as JSON, by their kind and name.
merchandising = Table(
    "merchandising",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("doc", Text, nullable=False),
)

#: What became of it: who put what in place of what, and when (ISO 8601, UTC); None: there was, or is, nothing.
audit = Table(
    "audit",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    sqlite_autoincrement=True,
)
Index("ix_audit_name", audit.c.kind, audit.c.name)

#: API keys: ``doc`` is the key as JSON, ``secret`` the SHA-256 of its secret, ``previous`` that of the one before.
keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("doc", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("previous", LargeBinary),
    Column("last_used", Text),
)

#: Questions that were asked, in the order of their numbers; moments are ISO 8601 in UTC, to the millisecond.
asked = Table(
    "asked",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
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

#: What was done with the answers. ``at`` is when it was recorded, ``timestamp`` when it happened, as the sender says;
#: ``known`` is 1 if the question was in ``asked`` then.
events = Table(
    "events",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
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

#: Work that goes on behind the answers; ``arguments``, ``progress``, ``result``, ``error`` and ``process`` are JSON.
jobs = Table(
    "jobs",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
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


def create(connection: Connection) -> None:
    """Make the tables in an empty database; :class:`StoreError` when it is not empty."""
    if inspect(connection).get_table_names():
        raise StoreError("there is a store (or another database) already; open it, or choose another place")
    metadata.create_all(connection)
    facts = [{"key": key, "value": value} for key, value in FACTS.items()]
    connection.execute(meta.insert(), facts)


def schema(connection: Connection) -> int:
    """The schema a store was made with; :class:`StoreError` when this is no store of wares."""
    if not inspect(connection).has_table("meta"):
        raise StoreError("this database is not a wares store")
    found = connection.scalar(select(meta.c.value).where(meta.c.key == "schema"))
    if found is None or not found.isdigit():
        raise StoreError("this database is not a wares store, or it is damaged: it names no schema")
    return int(found)


def migrate(connection: Connection) -> None:
    """Bring the tables from the schema they have to the current one, step by step."""
    for step in range(schema(connection) + 1, SCHEMA + 1):
        MIGRATIONS[step](connection)
        connection.execute(update(meta).where(meta.c.key == "schema").values(value=str(step)))
