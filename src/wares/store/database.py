"""One database, SQLite or PostgreSQL: how it is opened, what a transaction is, and what its errors mean.

What differs between the two stands here and nowhere else.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from sqlalchemy import Connection, Engine, NullPool, PoolProxiedConnection, QueuePool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from wares.errors import MissingExtra, SetupError, ShopBusy, StoreError

Mode: TypeAlias = Literal["create", "write", "read"]
Fault: TypeAlias = tuple[type[StoreError], str]

_BUSY: Fault = (ShopBusy, "another process is writing to it; try again when it is done")
_FULL: Fault = (StoreError, "the disk is full; free some space and try again (what was stored before is safe)")
_READ_ONLY: Fault = (StoreError, "it is read-only; give this user the right to write, or open it for reading")
_DAMAGED: Fault = (StoreError, "the database is damaged; restore a backup, or make it anew from the catalogue")
_NOT_OURS: Fault = (StoreError, "this is not a SQLite database, so not a wares store; check the path")
_CLOSED: Fault = (
    StoreError,
    "it cannot be opened; check that the folder exists and that this user may write there",
)
_IO: Fault = (StoreError, "the disk refuses to read or write; check its health, its space and file-size limits")
_AWAY: Fault = (StoreError, "the database server cannot be reached or refuses us; check address, user and password")


class Dialect(msgspec.Struct, frozen=True):
    """What one kind of database does its own way.

    ``connecting``: statements for each new connection. ``once``: statements, outside a transaction, that a store
    keeps. ``begin``: how a reading and a writing transaction start. ``code`` and ``faults``: what its errors mean.
    """

    connecting: tuple[str, ...]
    once: tuple[str, ...]
    begin: tuple[str, str]
    code: Callable[[BaseException], str]
    faults: Mapping[str, Fault]


def _sqlite_code(fault: BaseException) -> str:
    """The name of the error, without what it says more exactly ("SQLITE_IOERR" for "SQLITE_IOERR_WRITE")."""
    return "_".join(getattr(fault, "sqlite_errorname", "").split("_")[:2])


def _postgres_code(fault: BaseException) -> str:
    """The class of the SQLSTATE, its first two characters; without one there was no conversation at all."""
    return (getattr(fault, "sqlstate", None) or "08")[:2]


DIALECTS: Mapping[str, Dialect] = {
    "sqlite": Dialect(
        # FULL: a commit is on the disk before it is acknowledged, so that a power cut loses nothing either (NORMAL
        # would only survive the death of the process). It costs one fsync per transaction, and a transaction is a
        # batch of products. The journal is cut back after a large batch.
        connecting=(
            "PRAGMA synchronous=FULL",
            "PRAGMA wal_autocheckpoint=8000",
            "PRAGMA journal_size_limit=67108864",
            "PRAGMA cache_size=-16384",
        ),
        # A write-ahead log: readers go on, on the state they began with, while one writer writes.
        once=("PRAGMA journal_mode=WAL",),
        # The lock is taken at the start: a reader that turned writer half-way could only fail.
        begin=("BEGIN", "BEGIN IMMEDIATE"),
        code=_sqlite_code,
        faults={
            "SQLITE_BUSY": _BUSY,
            "SQLITE_LOCKED": _BUSY,
            "SQLITE_FULL": _FULL,
            "SQLITE_READONLY": _READ_ONLY,
            "SQLITE_PERM": _READ_ONLY,
            "SQLITE_CORRUPT": _DAMAGED,
            "SQLITE_NOTADB": _NOT_OURS,
            "SQLITE_CANTOPEN": _CLOSED,
            "SQLITE_IOERR": _IO,
        },
    ),
    "postgresql": Dialect(
        connecting=(),
        once=(),
        # Readers see one state throughout; writers, who queue on the counter of changes, see what the one before did.
        begin=(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        ),
        code=_postgres_code,
        faults={"08": _AWAY, "28": _AWAY, "3D": _AWAY, "25": _READ_ONLY, "42": _READ_ONLY, "53": _FULL}
        | {"40": _BUSY, "55": _BUSY, "57": _BUSY, "58": _IO, "XX": _DAMAGED},
    ),
}


class Database:
    """Connections to one database. Safe to use from several threads; a process opens its own (not across a fork).

    ``place`` is the path of a SQLite file or a ``postgresql+psycopg://`` URL; ``wait_s`` is how long a writer waits
    for another one before :class:`ShopBusy`.
    """

    def __init__(self, place: str | Path, mode: Mode, wait_s: float) -> None:
        self.mode = mode
        if "://" in str(place):
            self.name, self._engine = _server(str(place), mode, wait_s)
        else:
            self.name, self._engine = str(place), _file(Path(place), mode, wait_s)
        self._glancing = threading.Lock()
        self._kept: PoolProxiedConnection | None = None
        self._dialect = DIALECTS[self._engine.dialect.name]
        self._writer = self._engine.execution_options(writes=True)
        event.listen(self._engine, "connect", self._connected)
        event.listen(self._engine, "begin", self._began)

    def _connected(self, connection: sqlite3.Connection, _record: object) -> None:
        for statement in self._dialect.connecting:
            connection.execute(statement)

    def _began(self, connection: Connection) -> None:
        writes = bool(connection.get_execution_options().get("writes"))
        connection.exec_driver_sql(self._dialect.begin[writes])

    def settle(self) -> None:
        """Give the database what it keeps between openings."""
        with self._translated():
            raw = self._engine.raw_connection()
            try:
                for statement in self._dialect.once:
                    raw.cursor().execute(statement)
            finally:
                raw.close()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database."""
        with self._translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that happens whole or not at all; the only writer while it lasts."""
        if self.mode == "read":
            raise StoreError(f"{self.name}: opened for reading only; open it for writing to change it")
        with self._translated(), self._writer.begin() as connection:
            yield connection

    def glance(self, query: str) -> Sequence[Sequence[str]]:
        """The rows of a plain query, as of now: over a connection that is kept for it, in some ten microseconds,
        where the database is a file."""
        with self._translated():
            if not isinstance(self._engine.pool, QueuePool) or self._engine.dialect.name != "sqlite":
                with self._engine.connect() as connection:
                    return [tuple(row) for row in connection.exec_driver_sql(query)]
            with self._glancing:
                if self._kept is None:
                    self._kept = self._engine.raw_connection()
                cursor = self._kept.cursor()
                try:
                    cursor.execute(query)
                    return list(cursor.fetchall())
                finally:
                    cursor.close()

    def copy(self, to: Path) -> None:
        """Copy a database that is a file into a new file, in one step, so that no writer makes it begin anew."""
        if self._engine.dialect.name != "sqlite":
            raise SetupError(f"{self.name}: a store in PostgreSQL is copied with pg_dump")
        with self._translated(), closing(sqlite3.connect(to, isolation_level=None)) as copied:
            raw = self._engine.raw_connection()
            try:
                raw.driver_connection.backup(copied)  # type: ignore[union-attr]
            finally:
                raw.close()
            copied.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it

    def close(self) -> None:
        """Let go of the files; the last one to do so folds the write-ahead log into the database."""
        with self._glancing:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """The border: what the database libraries raise becomes one of our errors, with the place in front."""
        try:
            yield
        except StoreError as fault:
            raise type(fault)(f"{self.name}: {fault}") from fault.__cause__
        except UnicodeEncodeError as fault:
            raise StoreError(f"{self.name}: cannot keep text that is not valid Unicode: {fault.object!r}") from fault
        except (SQLAlchemyError, sqlite3.Error) as fault:
            cause = fault.orig if isinstance(fault, DBAPIError) and fault.orig else fault
            kind, reason = self._dialect.faults.get(self._dialect.code(cause), (StoreError, str(cause)))
            raise kind(f"{self.name}: {' '.join(reason.split())}") from fault


def _file(path: Path, mode: Mode, wait_s: float) -> Engine:
    if mode != "create" and not path.is_file():
        raise StoreError(f"{path}: there is no store here; check the path, or create one by adding a catalogue")
    uri = path.absolute().as_uri() + {"create": "?mode=rwc", "write": "?mode=rw", "read": "?mode=ro"}[mode]
    log = path.with_name(f"{path.name}-wal")
    # In a folder it may not write to, SQLite cannot make the files in which readers and writers meet. While there is
    # no log, nobody writes and the file can be read as it is; every transaction looks anew (hence no pool).
    frozen = mode == "read" and not os.access(path.absolute().parent, os.W_OK)

    def connect() -> sqlite3.Connection:
        address = uri + "&immutable=1" if frozen and not log.exists() else uri
        return sqlite3.connect(address, uri=True, timeout=wait_s, isolation_level=None, check_same_thread=False)

    if frozen:
        return create_engine("sqlite://", creator=connect, poolclass=NullPool)
    # Unbounded overflow: a server's threads must never queue for a handle that costs next to nothing.
    return create_engine("sqlite://", creator=connect, poolclass=QueuePool, pool_size=8, max_overflow=-1)


def _server(address: str, mode: Mode, wait_s: float) -> tuple[str, Engine]:
    try:
        url = make_url(address)
    except ArgumentError as fault:
        raise SetupError("the store's address is no database URL: postgresql+psycopg://user@host/name") from fault
    name = url.render_as_string(hide_password=True)
    if url.drivername == "sqlite" and url.database:
        return url.database, _file(Path(url.database), mode, wait_s)
    if url.drivername != "postgresql+psycopg":
        raise SetupError(f"{name}: stores live in a SQLite file or at postgresql+psycopg://user@host/name")
    options = f"-c lock_timeout={round(wait_s * 1000)}" + (" -c default_transaction_read_only=on" * (mode == "read"))
    try:
        return name, create_engine(url, pool_pre_ping=True, connect_args={"options": options})
    except ModuleNotFoundError as missing:
        raise MissingExtra("a store in PostgreSQL", "postgres") from missing
