"""A shop: products in, answers out. It opens the parts and lets each do its work.

SHOP/shop.db     the store: what is true
SHOP/index/      versions of the index: disposable, built from the store
SHOP/media/      media that were given as bytes
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType

import msgspec

from wares import encoders as models
from wares import media
from wares.asking import parts_of
from wares.documents import content_hash
from wares.encoders.base import Encoder
from wares.errors import QueryError, SetupError, ShopBusy, StoreError, WaresError
from wares.index.base import Index
from wares.index.live import LiveIndex
from wares.index.locks import WriterLock
from wares.index.manifest import Manifest
from wares.index.versions import Versions
from wares.indexing import Pointer, Reader, batches, words_of
from wares.query import filters
from wares.rebuilding import begin_empty, rebuild
from wares.records import Filter, MatchedMedia, Media, Product, Query, Results
from wares.reports import AddReport, Check, OnProgress, Progress, ShopInfo, VersionInfo
from wares.searching import Searcher
from wares.settings import Environment, Settings
from wares.store.entries import Entry, Stored
from wares.store.store import Store

#: Products compared with the store at once, and products encoded and stored at once.
COMPARE = 1_000
ENCODE = 64
#: A new index version is built when this many points have come since the last, and this share of all.
REBUILD_AFTER = 5_000
REBUILD_SHARE = 0.2


def open(path: str | Path, *, model: str | None = None, create: bool = True) -> Shop:
    """Open the shop in a folder; see :meth:`Shop.open`. Models are kept and fetched as the environment says."""
    return Shop.open(path, model=model, create=create)


class Shop:
    """An opened shop. A context manager; threads may share it; another process may open the same folder.

    Reading methods may be called while this or another process writes. Writing methods (``add``, ``remove``,
    ``rebuild``, ``rollback``) raise :class:`~wares.errors.ShopBusy` while another process writes.
    """

    def __init__(self, path: Path, store: Store, settings: Settings, environment: Environment) -> None:
        self.path = path
        self.settings = settings
        self._store = store
        self._environment = environment
        self._versions = Versions(path)
        self._live = LiveIndex(self._versions)
        self._loading = threading.Lock()
        self._writing = threading.RLock()
        self._applied: dict[str, int] = {}
        self._manifests: dict[str, Manifest] = {}
        self._searchers: dict[str, Searcher] = {}

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        model: str | None = None,
        settings: Settings | None = None,
        create: bool = True,
        environment: Environment | None = None,
    ) -> Shop:
        """Open the shop at ``path``; with ``create`` make one where there is nothing or an empty folder.

        ``model`` is chosen when a shop is made ("default", "basic", ``file:…``, ``hf:…``) and belongs to it from
        then on. ``settings`` replace the ones the shop has. Raises :class:`SetupError` when the folder is no shop or
        the model another, :class:`StoreError` when the shop is damaged or made by a newer wares.
        """
        folder = Path(path)
        environment = environment or Environment.read()
        place = folder / "shop.db"
        encoders: tuple[Encoder, ...] = ()
        if place.exists():
            store = Store.open(place)
            found = settings or store.settings()
            if model is not None and model != found.model:
                store.close()
                raise SetupError(
                    f"{folder} was made with the model {found.model!r}; index into a new folder to use {model!r}"
                )
        else:
            _check_place(folder, create)
            found = settings or Settings(model=model or Settings().model)
            encoders = models.build(found.model, environment)  # before anything is made: there may be no such model
            store = _create(folder, place)
        if settings is not None or len(store) == 0:
            store.save_settings(found)
        shop = cls(folder, store, found, environment)
        if encoders:
            shop._encoders = encoders
        shop._recover()
        return shop

    # -- writing ------------------------------------------------------------------------------------------------

    def add(self, catalogue: Iterable[Product], *, progress: OnProgress | None = None) -> AddReport:
        """Add new products and replace changed ones; what is unchanged costs next to nothing.

        What has been stored when this is interrupted stays, and is found; running it again goes on from there. When
        many products have come, a new version of the index is built at the end (in another process, while the
        present one answers).
        """
        started = time.monotonic()
        tell = progress or _silent
        tally = _Tally()
        with self._writer():
            for products in batches(catalogue, COMPARE):
                for fresh in batches(self._fresh(products, tally), ENCODE):
                    self._put(fresh, tally)
                    tell(Progress("indexing", tally.seen(), _size(catalogue)))
                tell(Progress("indexing", tally.seen(), _size(catalogue)))
            self._settle()
            if self._rebuild_is_due():
                self._rebuild(tell)
        return tally.report(time.monotonic() - started)

    def remove(self, ids: Iterable[str]) -> int:
        """Remove products; how many there were. Unknown ids are ignored."""
        with self._writer():
            removed = len(self._store.remove(list(ids)))
            self._settle()
            return removed

    def rebuild(self, progress: OnProgress | None = None) -> VersionInfo:
        """Build the index anew from the store, in another process, and switch to it."""
        with self._writer():
            return self._rebuild(progress or _silent)

    def rollback(self) -> VersionInfo:
        """Go back to the index version before; what changed since is applied to it, so no product is lost."""
        with self._writer():
            version = self._versions.rollback()
            self._settle()
            return self._version_info(version)

    # -- reading ------------------------------------------------------------------------------------------------

    def search(
        self,
        text: str | Query | None = None,
        *,
        image: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
        like: str | Sequence[str] | None = None,
        without: str | Sequence[str] | None = None,
        weights: Mapping[str, float] | None = None,
        where: str | Filter | None = None,
        facets: Sequence[str] = (),
        sort: str = "",
        k: int = 10,
        offset: int = 0,
    ) -> Results:
        """Find products by words, by pictures (paths, URLs or bytes), by likeness to products, or any mix.

        ``without`` are words that are not meant; ``weights`` says how much "text", "image", "like" and "not" count
        (1 each); ``where`` is a filter (docs/filters.md); ``sort`` a number field, "-price" for the dearest first.
        A :class:`Query` may be given instead of all of these. Without any part, everything that passes the filter is
        listed. Raises :class:`QueryError`.
        """
        query = (
            text
            if isinstance(text, Query)
            else Query(
                parts=parts_of(text, image, like, without, weights or {}),
                where=filters.parse(where) if isinstance(where, str) and where.strip() else where or None,  # type: ignore[arg-type]
                facets=tuple(facets),
                sort=sort,
                limit=k,
                offset=offset,
            )
        )
        with self._live.use() as (version, index):
            if index is None:
                return Results(query_id="", total=0, hits=(), notes=("the shop is empty; add products first",))
            known = index.fields()
            checked = msgspec.structs.replace(
                query,
                where=filters.check(query.where, known) if query.where is not None else None,
                facets=tuple(filters.resolve(name, known) for name in query.facets),
                sort=filters.resolve_sort(query.sort, known),
            )
            return self._searcher(version, index).search(checked)

    def get(self, id: str) -> Product:
        """The product with an id. :class:`QueryError`, naming the nearest ids, when there is none."""
        found = self._store.get([id])
        if id not in found:
            near = self._store.ids_like(id)
            raise QueryError(f"no product {id!r}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        return found[id][1]

    def media_bytes(self, medium: Media | MatchedMedia) -> bytes:
        """The bytes of a medium. :class:`~wares.errors.MediaError` when they cannot be had."""
        return media.read(medium.source, limits=self.settings.media)

    def info(self) -> ShopInfo:
        """What the shop holds."""
        with self._live.use() as (_, index):
            found = {} if index is None else index.fields()
            fields: dict[str, str] = {name: found[name].type for name in sorted(found)}
            channels = () if index is None else ("words", *(spec.name for spec in index.vectors))
        live = self._versions.current()
        return ShopInfo(
            path=str(self.path),
            model=self.settings.model,
            products=len(self._store),
            media=self._store.media_count(),
            warnings=self._store.warning_count(),
            fields=fields,
            channels=channels,
            versions=tuple(self._version_info(name) for name in self._versions.names() if self._is_whole(name))
            if live
            else (),
            bytes_on_disk=_bytes_under(self.path),
        )

    def check(self) -> list[Check]:
        """A check-up: whether the store can be read, the index agrees with it, and the model is there."""
        return [
            _finding("store", self._check_store, "restore shop.db from a backup"),
            _finding("index", self._check_index, f"wares rebuild {self.path}"),
            _finding("model", self._check_model, "go online and run: wares models pull"),
        ]

    def __len__(self) -> int:
        return len(self._store)

    def close(self) -> None:
        """Let go of files and locks."""
        self._live.close()
        self._store.close()

    def __enter__(self) -> Shop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- within -------------------------------------------------------------------------------------------------

    @cached_property
    def _encoders(self) -> tuple[Encoder, ...]:
        with self._loading:
            return models.build(self.settings.model, self._environment)

    def _searcher(self, version: str, index: Index) -> Searcher:
        """The searcher of a version, kept while it is live."""
        searcher = self._searchers.get(version)
        if searcher is None:
            words = words_of(self.settings, self._manifest(version).words.average_lengths)
            searcher = Searcher(self._store, index, self._encoders, words, self.settings.media)
            self._searchers = {version: searcher}
        return searcher

    @contextmanager
    def _writer(self) -> Iterator[None]:
        """The right to write, among threads and among processes."""
        with self._writing, WriterLock(self.path):
            yield

    def _recover(self) -> None:
        """Apply what a killed writer stored and did not index. While a writer lives this is its own business."""
        version = self._versions.current()
        if version is not None and self._versions.applied(version) < self._store.last_change():
            with suppress(StoreError), self._writer():  # a full disk is the next writer's business, too
                self._settle()

    def _fresh(self, products: Sequence[Product], tally: _Tally) -> Iterator[tuple[Product, bytes]]:
        """Those products that are new or changed, with their content hashes."""
        known = self._store.hashes([product.id for product in products])
        for product in products:
            digest = content_hash(product)
            old = known.get(product.id)
            if old == digest:
                tally.unchanged += 1
                continue
            tally.added += old is None
            tally.changed += old is not None
            yield product, digest

    def _put(self, fresh: Sequence[tuple[Product, bytes]], tally: _Tally) -> None:
        """Store products, then index them: what is stored is safe."""
        products = [product for product, _ in fresh]
        if self._versions.current() is None:
            self._versions.publish(begin_empty(self._versions, self.settings, self._encoders, products))
        entries = self._reader.entries(products, [digest for _, digest in fresh])
        self._store.put(entries)
        tally.note(entries)
        self._apply()

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._store, self._encoders, self.settings.media, self.path / "media")

    def _apply(self) -> None:
        """Bring the live index up to the store's last change. Applying a change twice does no harm."""
        with self._live.use(latest=True) as (version, index):
            if index is None:
                return
            manifest = self._manifest(version)
            words = words_of(self.settings, manifest.words.average_lengths)
            pointer = Pointer(self._store, self._encoders, words)
            since = max(self._applied.get(version, 0), self._versions.applied(version))
            while changes := self._store.changes(since, COMPARE):
                put = [change.number for change in changes if not change.removed]
                index.delete([change.number for change in changes if change.removed])
                products, stored = self._store.products(put), self._store.media(put)
                rows = [Stored(n, products[n], stored.get(n, ())) for n in put if n in products]
                for some in batches(rows, COMPARE):
                    index.upsert(pointer.points(some))
                since = changes[-1].change
            self._applied = {version: since}

    def _settle(self) -> None:
        """Apply what is left, and record durably how far the index has got."""
        self._apply()
        with self._live.use(latest=True) as (version, index):
            if index is not None:
                index.flush()
                self._versions.set_applied(version, self._applied[version])

    def _rebuild_is_due(self) -> bool:
        version = self._versions.current()
        if version is None:
            return False
        built, now = self._manifest(version).points, len(self._store)
        changed = self._versions.applied(version) - self._manifest(version).built_from
        return changed >= REBUILD_AFTER and changed >= REBUILD_SHARE * max(built, now)

    def _rebuild(self, tell: OnProgress) -> VersionInfo:
        if len(self._store) == 0:
            raise SetupError(f"{self.path} has no products to build an index from; add some first")
        version = rebuild(self.path, self._environment, tell)
        self._versions.publish(version)
        self._settle()
        self._versions.prune(keep=2)
        return self._version_info(version)

    def _manifest(self, version: str) -> Manifest:
        """The manifest of a version whose vectors this shop's encoders can be compared with."""
        manifest = self._manifests.get(version)
        if manifest is None:
            manifest = self._versions.manifest(version)
            now = {encoder.channel: encoder.fingerprint for encoder in self._encoders}
            if dict(manifest.encoders) != now:
                raise StoreError(
                    f"the index of {self.path} was built with other encoders than those installed; run: "
                    f"wares rebuild {self.path}"
                )
            self._manifests = {version: manifest}
        return manifest

    def _version_info(self, version: str) -> VersionInfo:
        manifest = self._versions.manifest(version)
        live = version == self._versions.current()
        return VersionInfo(name=version, created=manifest.created, points=manifest.points, live=live)

    def _is_whole(self, version: str) -> bool:
        try:
            return self._versions.manifest(version).state == "ready"
        except StoreError:
            return False

    def _check_store(self) -> str:
        read = sum(len(rows) for rows in self._store.scan())
        return f"{read:,} products, {self._store.warning_count():,} media with warnings"

    def _check_index(self) -> str:
        with self._live.use() as (version, index):
            if index is None:
                return "no products yet"
            if len(index) != len(self._store):
                raise StoreError(f"version {version} has {len(index):,} products, the store {len(self._store):,}")
            return f"version {version}, {len(index):,} products"

    def _check_model(self) -> str:
        return f"{self.settings.model}: " + ", ".join(encoder.channel for encoder in self._encoders)


class _Tally:
    """Counts of one ``add``."""

    def __init__(self) -> None:
        self.added = self.changed = self.unchanged = self.pictures = self.warning_count = 0
        self.warnings: list[str] = []

    def seen(self) -> int:
        return self.added + self.changed + self.unchanged

    def note(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            for medium in entry.media:
                self.pictures += medium.modality == "image" and medium.key is not None
                if medium.warning:
                    self.warning_count += 1
                    if len(self.warnings) < 100:
                        self.warnings.append(f"{entry.product.id}: {medium.warning}")

    def report(self, seconds: float) -> AddReport:
        return AddReport(
            added=self.added,
            changed=self.changed,
            unchanged=self.unchanged,
            pictures=self.pictures,
            warnings=tuple(self.warnings),
            warning_count=self.warning_count,
            seconds=round(seconds, 3),
        )


def _silent(_: Progress) -> None:
    """Nobody listens."""


def _size(catalogue: Iterable[Product]) -> int | None:
    return len(catalogue) if isinstance(catalogue, Sized) else None


def _check_place(folder: Path, create: bool) -> None:
    """Whether a shop may be made here."""
    if folder.exists() and not folder.is_dir():
        raise SetupError(f"{folder} is a file, and a shop is a folder; name a new folder")
    empty = not folder.exists() or not any(folder.iterdir())
    if not empty:
        raise SetupError(f"{folder} is no shop: it has other files and no shop.db; name a shop or a new folder")
    if not create:
        raise SetupError(f"there is no shop at {folder}; make one: wares index {folder} FEED")


def _create(folder: Path, place: Path) -> Store:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise StoreError(f"cannot make the folder {folder}: {refused.strerror}") from refused
    return Store.create(place)


def _bytes_under(folder: Path) -> int:
    """Disk space in use, in bytes: by blocks, for the files of the index are made large and sparse."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.lstat().st_blocks * 512
    return total


def _finding(name: str, look: Callable[[], str], mend: str) -> Check:
    try:
        return Check(name=name, ok=True, detail=look())
    except WaresError as fault:
        return Check(name=name, ok=False, detail=str(fault), mend=mend)
