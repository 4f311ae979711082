"""The store of a shop: one object over its database."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, delete, func, insert, select

from wares.errors import StoreError
from wares.records import Product
from wares.settings import Settings
from wares.store import (
    auditing,
    beside,
    counters,
    documents,
    grouping,
    merchandising,
    products,
    reviews,
    tables,
    vectors,
)
from wares.store.asked import Asked
from wares.store.behaviour import Behaviour
from wares.store.database import Database
from wares.store.entries import Audited, Beside, Change, Entry, Features, Kind, Pulse, Stored, StoredMedia, Warned
from wares.store.extracts import Extracts
from wares.store.folds import Folds
from wares.store.jobs import Jobs
from wares.store.keys import Keys
from wares.store.reviews import Reviews

if TYPE_CHECKING:
    from wares.store.entries import Row

_PULSE = "SELECT key, value FROM meta WHERE key IN ('change', 'merchandising', 'settings')"

#: Seconds that a writer waits for another one.
WAIT_S = 5.0


class Store:
    """Products, their media and their features: the truth from which everything else can be made again.

    One writer at a time and any number of readers, in threads and in processes (each process opens its own). A method
    is one transaction: it sees one state of the store, and what it writes happens whole or not at all; only
    :meth:`scan` spans several. What a writing method has returned from survives ``kill -9`` and a power cut.

    Errors of every method: :class:`~wares.errors.StoreError` when the saved files are damaged, full or read-only,
    :class:`~wares.errors.ShopBusy` when another process keeps writing for longer than ``wait_s`` seconds.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        #: Which products are one.
        self.folds = Folds(database)
        #: What was read out of media.
        self.extracts = Extracts(database)
        #: What people say of products.
        self.reviews = Reviews(database)
        #: Who may ask, and for what.
        self.keys = Keys(database)
        #: Long work.
        self.jobs = Jobs(database)
        #: What was asked and what came of it, row by row, and what that tells together.
        self.behaviour = Behaviour(database)
        self.asked = Asked(database)

    # -- opening ------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, place: str | Path, *, wait_s: float = WAIT_S) -> Store:
        """Make an empty store in a new SQLite file, or in an empty database at a ``postgresql+psycopg://`` URL."""
        database = Database(place, "create", wait_s)
        try:
            with database.write() as connection:
                tables.create(connection)
            database.settle()
        except BaseException:
            database.close()
            raise
        return cls(database)

    @classmethod
    def open(cls, place: str | Path, *, read_only: bool = False, wait_s: float = WAIT_S) -> Store:
        """Open a store; one of an older schema is brought up to date, unless it is opened ``read_only``.

        :class:`~wares.errors.StoreError` when there is none, or when a newer wares made it.
        """
        database = Database(place, "read" if read_only else "write", wait_s)
        try:
            with database.read() as connection:
                found = tables.schema(connection)
                if found > tables.SCHEMA:
                    known = f"this one knows up to {tables.SCHEMA}"
                    raise StoreError(f"made by wares schema {found}, {known}: upgrade wares")
                if found < tables.SCHEMA and read_only:
                    raise StoreError(f"made by wares schema {found}: open it for writing once to bring it up to date")
            if found < tables.SCHEMA:
                with database.write() as connection:
                    tables.migrate(connection)
            if not read_only:
                database.settle()
        except BaseException:
            database.close()
            raise
        return cls(database)

    def copy(self, to: Path) -> None:
        """Copy a store that is a file into a new file, as it is at one moment; nobody waits for it.

        :class:`~wares.errors.SetupError` for one in PostgreSQL, which has tools for that.
        """
        self._database.copy(to)

    def move_media(self, names: Collection[str], folder: Path) -> None:
        """Say that media of these names, which lay in a folder "media" of some shop, lie in this one."""
        with self._database.write() as connection:
            products.move_media(connection, names, folder)

    def close(self) -> None:
        """Let go of the files; the store is not used afterwards."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- products -----------------------------------------------------------------------------------------------

    def put(self, entries: Sequence[Entry]) -> list[int]:
        """Insert products, or replace those with the same id whole; their numbers, in order.

        All of them in one transaction, with their media and features; each takes the next change number. A product
        keeps its number when it is replaced. Of several entries with one id the last counts.
        :class:`~wares.errors.CatalogueError`, and nothing written, when a product cannot be stored.
        """
        texts = [documents.encode(entry.product) for entry in entries]
        with self._database.write() as connection:
            numbers = products.put(connection, entries, texts)
            vectors.put(connection, {at: row for entry in entries for at, row in entry.features.items()})
        return numbers

    def remove(self, ids: Iterable[str]) -> list[int]:
        """Remove products with their media and reviews; the numbers they had. Unknown ids are ignored."""
        with self._database.write() as connection:
            gone = list(ids)
            reviews.forget(connection, gone)
            return products.remove(connection, gone)

    def hashes(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The content hashes of those ids that are known."""
        with self._database.read() as connection:
            return products.hashes(connection, ids)

    def get(self, ids: Iterable[str]) -> dict[str, tuple[int, Product]]:
        """Number and product of those ids that are known."""
        with self._database.read() as connection:
            return products.by_id(connection, ids)

    def products(self, numbers: Iterable[int]) -> dict[int, Product]:
        """The products of those numbers that are known."""
        with self._database.read() as connection:
            return products.by_number(connection, numbers)

    def ids(self, numbers: Iterable[int]) -> dict[int, str]:
        """The ids of those numbers that are known."""
        with self._database.read() as connection:
            return products.ids(connection, numbers)

    def media(self, numbers: Iterable[int]) -> dict[int, tuple[StoredMedia, ...]]:
        """The media, in their order, of those products that have any."""
        with self._database.read() as connection:
            return products.media_of(connection, numbers)

    def beside(self, numbers: Iterable[int]) -> dict[int, Beside]:
        """What is known of products beside their feed, by number; those without are left out."""
        with self._database.read() as connection:
            if not beside.anything(connection):
                return {}
            return beside.of_media(connection, _with_media(connection, numbers))

    def scan(self, batch: int = 1000) -> Iterator[list[Stored]]:
        """Every product in order of numbers, in lists of at most ``batch``; no more than one list is held.

        Each list is a transaction of its own, so that a long scan holds nobody up. To see all: note
        :meth:`last_change`, scan, then follow :meth:`changes` from there.
        """
        after = 0
        while True:
            with self._database.read() as connection:
                rows = _with_what_is_beside(connection, products.page(connection, after, batch))
            if not rows:
                return
            yield rows
            after = rows[-1].number

    def stored(self, numbers: Sequence[int]) -> list[Stored]:
        """The products of those numbers that are known, whole, in the order of the numbers."""
        with self._database.read() as connection:
            found, media = products.by_number(connection, numbers), products.media_of(connection, numbers)
            groups = grouping.groups(connection, numbers)
            rows = [Stored(n, found[n], media.get(n, ()), groups.get(n, 0)) for n in numbers if n in found]
            return _with_what_is_beside(connection, rows)

    def listed(self, after: str, size: int) -> list[Product]:
        """At most ``size`` products with ids above ``after``, in the order of ids."""
        with self._database.read() as connection:
            return products.listed(connection, after, size)

    def media_count(self, modality: str = "image") -> int:
        """How many media of a modality products have."""
        kind = tables.media.c.modality == modality
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(tables.media).where(kind)) or 0

    def ids_like(self, id: str, n: int = 3) -> list[str]:
        """Known ids that resemble one that is not, nearest first; for messages."""
        with self._database.read() as connection:
            known = products.neighbours(connection, id, size=100)
        folded = {one.casefold(): one for one in reversed(known)}
        return [folded[one] for one in difflib.get_close_matches(id.casefold(), folded, n=n, cutoff=0.5)]

    def __len__(self) -> int:
        with self._database.read() as connection:
            return products.count(connection)

    # -- changes and warnings -----------------------------------------------------------------------------------

    def changes(self, since: int, limit: int = 1000) -> list[Change]:
        """What happened after change number ``since``, in order, at most ``limit``; of each product the latest."""
        with self._database.read() as connection:
            return products.changes(connection, since, limit)

    def last_change(self) -> int:
        """The number of the latest change; 0 before the first."""
        with self._database.read() as connection:
            return products.last_change(connection)

    def pulse(self) -> Pulse:
        """What tells that something has changed; cheap enough for every question."""
        found = {row[0]: row[1] for row in self._database.glance(_PULSE)}
        change, revision = products.counted(found.get("change")), int(found.get("merchandising", 0))
        return Pulse(change, revision, found.get("settings", ""))

    def warnings(self, limit: int = 100) -> list[Warned]:
        """Media that have something wrong with them, at most ``limit``."""
        with self._database.read() as connection:
            return products.warned(connection, limit)

    def warnings_of(self, ids: Iterable[str]) -> list[Warned]:
        """Media of these products that have something wrong with them."""
        with self._database.read() as connection:
            return products.warned_among(connection, ids)

    def warning_count(self) -> int:
        """How many media have something wrong with them."""
        with self._database.read() as connection:
            return products.warned_count(connection)

    # -- features -----------------------------------------------------------------------------------------------

    def features(self, keys: Iterable[str], tower: str) -> dict[str, Row]:
        """Features by content key, float32 of shape (dims,), as far as there are any; ``tower`` is a fingerprint."""
        with self._database.read() as connection:
            return vectors.get(connection, keys, tower)

    def missing(self, keys: Iterable[str], tower: str) -> set[str]:
        """The keys that a tower has made no features of yet."""
        with self._database.read() as connection:
            return vectors.missing(connection, list(keys), tower)

    def put_features(self, features: Features) -> None:
        """Keep features, in place of older ones of the same key and tower, at half precision.

        :class:`~wares.errors.StoreError` when rows of one tower differ in length or hold what is not finite.
        """
        with self._database.write() as connection:
            vectors.put(connection, features)

    def prune_features(self) -> int:
        """Remove features of contents that no product has any more; how many they were."""
        with self._database.write() as connection:
            return vectors.prune(connection)

    # -- merchandising ------------------------------------------------------------------------------------------

    def revision(self) -> int:
        """A number that grows whenever what merchants say changes; one row is read."""
        with self._database.read() as connection:
            return counters.read(connection, merchandising.COUNTER)

    def said(self, kind: Kind) -> dict[str, str]:
        """Rules, synonyms or stop words, as JSON by name, in the order of names."""
        with self._database.read() as connection:
            return merchandising.said(connection, kind)

    def say(self, kind: Kind, docs: Mapping[str, str | None], who: str, *, at_most: int | None = None) -> list[str]:
        """Put what is said in place of what was, and None to remove it; the names of what changed by it.

        All in one transaction, with an entry in the log for each. :class:`~wares.errors.StoreError`, and nothing
        changed, when more than ``at_most`` of the kind would be there.
        """
        with self._database.write() as connection:
            return merchandising.say(connection, kind, docs, who, at_most)

    # -- who changed what ---------------------------------------------------------------------------------------

    def audit(self, kind: str | None = None, name: str | None = None, limit: int = 100) -> list[Audited]:
        """Who changed what, the latest first, at most ``limit``. Kinds: "rule", "synonyms", "stop words", "key", and
        those of :meth:`note_audit`."""
        with self._database.read() as connection:
            return auditing.log(connection, kind, name, limit)

    def note_audit(self, who: str, kind: str, name: str, before: str | None = None, after: str | None = None) -> None:
        """Log a change that somebody made; ``before`` and ``after`` are JSON, None for nothing.

        Of many products at once one entry is enough: see :func:`wares.store.auditing.batch`.
        """
        with self._database.write() as connection:
            auditing.note(connection, who, kind, [(name, before, after)])

    # -- settings -----------------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        """How the shop works; the defaults until something else is saved."""
        with self._database.read() as connection:
            text = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "settings"))
            return read_settings(text) if text is not None else Settings()

    def save_settings(self, settings: Settings) -> None:
        """Save how the shop works."""
        value = msgspec.json.encode(settings).decode()
        with self._database.write() as connection:
            connection.execute(delete(tables.meta).where(tables.meta.c.key == "settings"))
            connection.execute(insert(tables.meta), {"key": "settings", "value": value})


def _with_what_is_beside(connection: Connection, rows: list[Stored]) -> list[Stored]:
    if not (rows and beside.anything(connection)):
        return rows
    found = beside.of_media(connection, {row.number: row.media for row in rows})
    return [msgspec.structs.replace(row, beside=found[row.number]) if row.number in found else row for row in rows]


def _with_media(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[StoredMedia, ...]]:
    """The media of products by number, () for those without."""
    wanted = list(numbers)
    return {**dict.fromkeys(wanted, ()), **products.media_of(connection, wanted)}


def read_settings(text: str) -> Settings:
    """Settings as they are saved. :class:`StoreError` when they are damaged."""
    try:
        return msgspec.json.decode(text, type=Settings)
    except msgspec.MsgspecError as fault:
        raise StoreError(f"the saved settings are damaged ({fault}); save them again") from fault
