"""The writing half of a shop: products into the store, changes of the store into the index, versions of the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager, suppress
from pathlib import Path

from wares.digest import Lessons
from wares.documents import content_hash
from wares.errors import SetupError, StoreError
from wares.fits import Fits
from wares.folding import fold
from wares.index.live import LiveIndex
from wares.index.locks import WriterLock
from wares.index.versions import Versions
from wares.indexing import Pointer, Reader, batches, words_as_built
from wares.rebuilding import begin_empty, rebuild
from wares.records import Product
from wares.reports import AddReport, OnProgress, Progress
from wares.settings import Environment, MediaLimits, Settings
from wares.store.entries import Entry, Stored
from wares.store.store import Store

#: Products compared with the store at once, and products encoded and stored at once.
COMPARE = 1_000
ENCODE = 64
#: A new index version is built when this many points have come since the last, and this share of all.
REBUILD_AFTER = 5_000
REBUILD_SHARE = 0.2


class Writer:
    """Changes a shop. One at a time, among threads and among processes: whoever comes second in another process gets
    :class:`~wares.errors.ShopBusy`. Encoders are built when they are first needed."""

    def __init__(
        self,
        path: Path,
        store: Store,
        settings: Settings,
        environment: Environment,
        live: LiveIndex,
        fits: Fits,
    ) -> None:
        self._path = path
        self._store = store
        self._settings = settings
        self._environment = environment
        self._versions = Versions(path)
        self._live = live
        self._fits = fits
        self._readers: dict[tuple[str, MediaLimits], Reader] = {}
        self._turn = threading.RLock()
        self._applied: dict[str, int] = {}
        self._lessons: dict[str, Lessons] = {}

    def add(self, catalogue: Iterable[Product], tell: OnProgress) -> AddReport:
        """Store and index what is new or changed; build a new version of the index when it has become much."""
        started = time.monotonic()
        tally = _Tally()
        with self._alone():
            for products in batches(catalogue, COMPARE):
                for fresh in batches(self._fresh(products, tally), ENCODE):
                    self._put(fresh, tally)
                    tell(Progress("indexing", tally.seen(), _size(catalogue)))
                tell(Progress("indexing", tally.seen(), _size(catalogue)))
            self._fold(tell)
            self._settle()
            if self._rebuild_is_due():
                self._rebuild(tell)
        return tally.report(time.monotonic() - started)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove products; how many there were."""
        with self._alone():
            removed = len(self._store.remove(ids))
            self._fold()
            self._settle()
            return removed

    def rebuild(self, tell: OnProgress) -> str:
        """Build a version of the index anew, switch to it, and return its name."""
        with self._alone():
            return self._rebuild(tell)

    def build(self, fit: str, tell: OnProgress) -> str:
        """Build a version of the index with the encoders that a fit gives, and return its name; it is not live."""
        with self._alone():
            return self._built(fit, tell)

    def discard(self, version: str) -> None:
        """Remove a version that was built and did not go live."""
        with self._alone():
            self._versions.discard(version)
            self._versions.prune(keep=2)

    def publish(self, version: str) -> None:
        """Switch to a version that was built, and bring it up to date."""
        with self._alone():
            self._switch(version)

    def apply(self, settings: Settings, tell: OnProgress) -> str | None:
        """Save settings, and rebuild if the index was built with others; the name of the new version."""
        with self._alone():
            self._store.save_settings(settings)
            self._settings = settings
            self._fold(tell)
            self._settle()
            return self._rebuild(tell) if self.outdated() else None

    def outdated(self) -> tuple[str, ...]:
        """The names of settings that differ from those the live index was built with."""
        version = self._versions.current()
        if version is None or len(self._store) == 0:
            return ()
        words, wanted = self._versions.manifest(version).words, self._settings
        pairs = {"fields": (words.weights, wanted.fields), "k1": (words.k1, wanted.k1), "b": (words.b, wanted.b)}
        return tuple(name for name, (built, now) in pairs.items() if built != now)

    def rollback(self) -> str:
        """Switch to the version before, bring it up to date, and return its name."""
        with self._alone():
            version = self._versions.rollback()
            self._settle()
            return version

    def recover(self) -> None:
        """Apply what a killed writer stored and did not index. While a writer lives this is its own business."""
        version = self._versions.current()
        if version is not None and self._versions.applied(version) < self._store.last_change():
            with suppress(StoreError), self._alone():  # busy, or the disk is full: the next writer will
                self._settle()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn, WriterLock(self._path):
            yield

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
            fit = self._fit()
            first = begin_empty(self._versions, self._settings, self._fits.encoders(fit), products, fit)
            self._versions.publish(first)
        entries = self._reader().entries(products, [digest for _, digest in fresh])
        self._store.put(entries)
        tally.note(entries)
        self._apply()

    def _fit(self) -> str:
        """The fit that new products are encoded with: that of the live version; without one, the latest."""
        version = self._versions.current()
        return self._fits.latest() if version is None else self._versions.manifest(version).fit

    def _reader(self) -> Reader:
        made_for = self._fit(), self._settings.media
        if made_for not in self._readers:
            reader = Reader(self._store, self._fits.encoders(made_for[0]), made_for[1], self._path / "media")
            self._readers = {made_for: reader}
        return self._readers[made_for]

    def _apply(self) -> None:
        """Bring the live index up to the store's last change. Applying a change twice does no harm."""
        with self._live.use(latest=True) as (version, index):
            if index is None:
                return
            manifest = self._versions.manifest(version)
            pointer = Pointer(self._store, self._fits.encoders(manifest.fit), words_as_built(manifest.words))
            path = self._versions.path(version)
            lessons = self._lessons.get(version) or Lessons.since(path, self._settings)
            self._lessons = {version: lessons}
            since = max(self._applied.get(version, 0), self._versions.applied(version))
            while changes := self._store.changes(since, COMPARE):
                put = [change.number for change in changes if not change.removed]
                index.delete([change.number for change in changes if change.removed])
                products, stored = self._store.products(put), self._store.media(put)
                groups = self._store.folds.groups(put)
                rows = [Stored(n, products[n], stored.get(n, ()), groups.get(n, 0)) for n in put if n in products]
                for some in batches(rows, COMPARE):
                    index.upsert(pointer.points(some))
                    lessons.learn(some)
                since = changes[-1].change
            self._applied = {version: since}

    def _fold(self, tell: OnProgress = lambda progress: None) -> None:
        """Find out which of the products that came or changed are one with others."""
        fold(
            self._store,
            self._settings.folding,
            lambda: self._fits.encoders(self._fit()),
            lambda done, total: tell(Progress("comparing", done, total)),
        )

    def _settle(self) -> None:
        """Apply what is left, and record durably how far the index has got."""
        self._apply()
        with self._live.use(latest=True) as (version, index):
            if index is not None:
                index.flush()
                self._lessons[version].save()
                self._versions.set_applied(version, self._applied[version])

    def _rebuild_is_due(self) -> bool:
        version = self._versions.current()
        if version is None:
            return False
        manifest = self._versions.manifest(version)
        changed = self._versions.applied(version) - manifest.built_from
        return changed >= REBUILD_AFTER and changed >= REBUILD_SHARE * max(manifest.points, len(self._store))

    def _rebuild(self, tell: OnProgress) -> str:
        try:
            fit = self._fit()
        except StoreError:  # the manifest is damaged: the index is built anew from the store and the last fit
            fit = self._fits.latest()
        version = self._built(self._fits.readable(fit), tell)
        self._switch(version)
        return version

    def _built(self, fit: str, tell: OnProgress) -> str:
        if len(self._store) == 0:
            raise SetupError(f"{self._path} has no products to build an index from; add some first")
        return rebuild(self._path, self._environment, fit, tell)

    def _switch(self, version: str) -> None:
        self._versions.publish(version)
        self._settle()
        self._versions.prune(keep=2)
        self._fits.prune({*self._fits_in_use(), self._settings.fusion.learned} - {""})

    def _fits_in_use(self) -> Iterator[str]:
        for version in self._versions.names():
            with suppress(StoreError):
                yield self._versions.manifest(version).fit


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


def _size(catalogue: Iterable[Product]) -> int | None:
    return len(catalogue) if isinstance(catalogue, Sized) else None
