"""The writing half of a shop: products into the store, changes of the store into the index, versions of the index."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence, Sized
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from pathlib import Path

from wares import reviewing
from wares.documents import content_hash
from wares.errors import SetupError, ShopBusy, StoreError
from wares.extracting import Extraction, modalities
from wares.fits import Fits
from wares.folding import fold
from wares.following import Follower
from wares.index.live import LiveIndex, open_engine
from wares.index.locks import BuilderLock, ExtractorLock, WriterLock
from wares.index.versions import Versions
from wares.indexing import Reader, batches
from wares.rebuilding import begin_empty, rebuild
from wares.records import Modality, Product, Review
from wares.reports import AddReport, ExtractReport, OnOutcome, OnProgress, Outcome, Progress, ReviewReport
from wares.settings import Environment, MediaLimits, Settings
from wares.store.entries import Entry
from wares.store.store import Store

#: Products compared with the store at once, and products encoded and stored at once.
COMPARE = 1_000
ENCODE = 64
#: Media that are read before the index is brought up to date with them.
FOLLOW = 32
#: A new index version is built when this many points have come since the last, and this share of all.
REBUILD_AFTER = 5_000
REBUILD_SHARE = 0.2
#: Seconds that a writer waits for another one, also when it has a version to switch to; and after which it makes up
#: for what it put off.
WAIT_S = 5.0
SWITCH_WAIT_S = 30.0
SETTLE_AFTER_S = 1.0


class Writer:
    """Changes a shop. One at a time, among threads and among processes: whoever comes second waits, and gets
    :class:`~wares.errors.ShopBusy` after :data:`WAIT_S` if it is another process that writes. While a version of the
    index is built others write; a second one that would build gets ShopBusy at once. Encoders are built when they are
    first needed."""

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
        self.settings = settings
        self._environment = environment
        self._versions = Versions(path)
        self._live = live
        self._fits = fits
        self._readers: dict[tuple[str, MediaLimits, frozenset[Modality]], Reader] = {}
        self._turn = threading.RLock()
        self._follower = Follower(path, store, self._versions, fits)
        self._awaited: dict[str, ExitStack] = {}
        self._later: threading.Timer | None = None

    def add(self, catalogue: Iterable[Product], tell: OnProgress, told: OnOutcome, *, build: bool) -> AddReport:
        """Store and index what is new or changed; with ``build``, a new version of the index when it has become
        much."""
        started = time.monotonic()
        tally = _Tally(told)
        with self._alone():
            self._apply()  # what a killed writer has left: it counts as unchanged below
            for products in batches(catalogue, COMPARE):
                for fresh in batches(self._fresh(products, tally), ENCODE):
                    self._put(fresh, tally)
                    tell(Progress("indexing", tally.seen(), _size(catalogue)))
                tell(Progress("indexing", tally.seen(), _size(catalogue)))
            self._fold(tell)
            self._settle(whole=False)
        if build and self.rebuild_is_due():
            with suppress(ShopBusy):  # somebody else builds, and will have these products too
                self.rebuild(tell)
        return tally.report(time.monotonic() - started)

    def extract(self, tell: OnProgress, *, again: bool = False) -> ExtractReport:
        """Read what is in media and was not read yet, and index it as it comes; ``again``: what could not be read,
        too."""
        fit = self._fit()
        extraction = Extraction(self._store, self.settings, self._environment, self._fits.encoders(fit))
        with ExtractorLock(self._path):
            if again:
                self._store.extracts.forget_problems()
            for read, _ in enumerate(extraction.run(tell), 1):
                if read % FOLLOW == 0:
                    self._follow()
            self._follow()
        if self._unheard():
            with suppress(ShopBusy):  # somebody else builds, and will have these channels too
                self.rebuild(tell)
        return extraction.report()

    def _unheard(self) -> bool:
        """Whether the live index has no channels for sounds that were read since it was built."""
        version = self._versions.current()
        hears = any(encoder.modality == "audio" for encoder in self._fits.encoders(self._fit()))
        return bool(
            version and hears and self._store.extracts.has_sounds() and not self._versions.manifest(version).sounds
        )

    def review(self, reviews: Iterable[Review], tell: OnProgress) -> ReviewReport:
        """Keep reviews, and index what they come to. Nobody waits while it is worked out."""
        report = reviewing.take(self._store, reviews, tell)
        with self._alone():
            self._settle(whole=False)
        if self.rebuild_is_due():
            with suppress(ShopBusy):  # somebody else builds, and will have what they come to, too
                self.rebuild(tell)
        return report

    def remove_reviews(self, product: str, ids: Collection[str] | None, tell: OnProgress) -> int:
        """Remove reviews of a product, and index what the others come to; how many there were."""
        gone = reviewing.remove(self._store, product, ids, tell)
        with self._alone():
            self._settle(whole=False)
        return gone

    def _follow(self) -> None:
        """Bring the index up to date, unless another process writes: then it does, or the next who writes."""
        with suppress(ShopBusy), self._alone():
            self._settle(whole=False)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove products; how many there were."""
        with self._alone():
            removed = len(self._store.remove(ids))
            self._fold()
            self._settle(whole=False)
            return removed

    def rebuild(self, tell: OnProgress) -> str:
        """Build a version of the index anew, switch to it, and return its name."""
        with self._building():
            return self._rebuild(tell)

    def build(self, fit: str, tell: OnProgress) -> str:
        """Build a version of the index with the encoders that a fit gives, and return its name; it is not live.

        Nobody else builds until it was published or given up, or this writer is closed.
        """
        with ExitStack() as stack:
            stack.enter_context(self._building())
            version = self._built(fit, tell)
            self._awaited[version] = stack.pop_all()
            return version

    def discard(self, version: str) -> None:
        """Remove a version that was built and did not go live."""
        with self._awaited.pop(version, nullcontext()), self._alone():
            self._versions.discard(version)
            self._versions.prune(keep=2)

    def publish(self, version: str) -> None:
        """Switch to a version that was built, and bring it up to date."""
        with self._awaited.pop(version, nullcontext()):
            self._switch(version, lambda progress: None)

    def apply(self, settings: Settings, tell: OnProgress) -> str | None:
        """Save settings, and rebuild if the index was built with others; the name of the new version."""
        with self._building() if self._differing(settings) else nullcontext():
            with self._alone():
                self._store.save_settings(settings)
                self.settings = settings
                self._fold(tell)
                self._settle()
            return self._rebuild(tell) if self.outdated() else None

    @contextmanager
    def steady(self) -> Iterator[str]:
        """Keep everybody from writing, once all that was written is on the disk; the live version, "" for none."""
        with self._alone():
            self._settle()
            yield self._versions.current() or ""

    def close(self) -> None:
        """Record what was put off, and let others build."""
        with self._turn:
            later, self._later = self._later, None
        if later is not None:
            later.cancel()
            self._catch_up()
        for version in list(self._awaited):
            self._awaited.pop(version).close()

    def has(self, version: str, change: int) -> bool:
        """Whether a change of the store is surely in a version of the index."""
        return self._follower.has(version, change)

    def outdated(self) -> tuple[str, ...]:
        """The names of settings that differ from those the live index was built with."""
        return self._differing(self.settings)

    def _differing(self, wanted: Settings) -> tuple[str, ...]:
        version = self._versions.current()
        if version is None or len(self._store) == 0:
            return ()
        words = self._versions.manifest(version).words
        pairs = {"fields": (words.weights, wanted.fields), "k1": (words.k1, wanted.k1), "b": (words.b, wanted.b)}
        return tuple(name for name, (built, now) in pairs.items() if built != now)

    def rollback(self) -> str:
        """Switch to the version before, bring it up to date, and return its name."""
        with self._alone():
            version = self._versions.rollback()
            self._settle(complete=True)
            return version

    def recover(self) -> None:
        """Apply what a killed writer stored and did not index. While a writer lives this is its own business."""
        version = self._versions.current()
        if version is not None and self._versions.applied(version) < self._store.last_change():
            self._catch_up()

    def _catch_up(self) -> None:
        with suppress(StoreError), self._alone(wait_s=0.0):  # busy, or the disk is full: the next writer will
            self._settle()

    @contextmanager
    def _alone(self, wait_s: float | None = None) -> Iterator[None]:
        with self._turn, WriterLock(self._path, timeout_s=WAIT_S if wait_s is None else wait_s):
            yield

    @contextmanager
    def _building(self) -> Iterator[None]:
        with BuilderLock(self._path):
            yield

    def _fresh(self, products: Sequence[Product], tally: _Tally) -> Iterator[tuple[Product, bytes, Outcome]]:
        """Those products that are new or changed, with their content hashes, and which of both they are."""
        known = self._store.hashes([product.id for product in products])
        for product in products:
            digest = content_hash(product)
            old = known.get(product.id)
            if old == digest:
                tally.take(product.id, "unchanged")
                continue
            yield product, digest, "added" if old is None else "changed"

    def _put(self, fresh: Sequence[tuple[Product, bytes, Outcome]], tally: _Tally) -> None:
        """Store products, then index them: what is stored is safe."""
        products = [product for product, _, _ in fresh]
        if self._versions.current() is None:
            fit = self._fit()
            first = begin_empty(self._versions, self.settings, self._fits.encoders(fit), products, fit)
            self._versions.publish(first)
        entries = self._reader().entries(products, [digest for _, digest, _ in fresh])
        self._store.put(entries)
        tally.note(entries)
        self._apply()
        for product, _, outcome in fresh:
            tally.take(product.id, outcome)

    def _fit(self) -> str:
        """The fit that new products are encoded with: that of the live version; without one, the latest."""
        version = self._versions.current()
        return self._fits.latest() if version is None else self._versions.manifest(version).fit

    def _reader(self) -> Reader:
        made_for = self._fit(), self.settings.media, modalities(self.settings.extraction)
        if made_for not in self._readers:
            fit, limits, later = made_for
            reader = Reader(self._store, self._fits.encoders(fit), limits, self._path / "media", later)
            self._readers = {made_for: reader}
        return self._readers[made_for]

    def _apply(self) -> None:
        """Bring the live index up to the store's last change."""
        with self._live.use(latest=True) as (version, index):
            if index is not None:
                self._follower.follow(version, index, self.settings)

    def _fold(self, tell: OnProgress = lambda progress: None, fit: str | None = None) -> None:
        """Find out which of the products that came or changed are one with others."""
        fold(
            self._store,
            self.settings.folding,
            lambda: self._fits.encoders(self._fit() if fit is None else fit),
            lambda done, total: tell(Progress("comparing", done, total)),
        )

    def _settle(self, *, whole: bool = True, complete: bool = False) -> None:
        """Apply what is left, and record durably how far the index has got; unless it has to be ``whole``, soon."""
        with self._live.use(latest=True) as (version, index):
            if index is None:
                return
            self._follower.follow(version, index, self.settings, complete=complete)
            if not self._follower.settle(version, index, whole=whole):
                self._put_off()

    def _put_off(self) -> None:
        if self._later is None:
            self._later = threading.Timer(SETTLE_AFTER_S, self._make_up)
            self._later.daemon = True
            self._later.start()

    def _make_up(self) -> None:
        """What was put off, a second later; some of it may be put off again."""
        with suppress(StoreError), self._turn:
            if self._later is not None:
                self._later = None
                with self._alone(wait_s=0.0):
                    self._settle(whole=False)

    def rebuild_is_due(self) -> bool:
        """Whether so much has changed since the live version was built that a new one is worth its while."""
        version = self._versions.current()
        if version is None:
            return False
        manifest = self._versions.manifest(version)
        changed = self._follower.applied(version) - manifest.built_from
        return changed >= REBUILD_AFTER and changed >= REBUILD_SHARE * max(manifest.points, len(self._store))

    def _rebuild(self, tell: OnProgress) -> str:
        try:
            fit = self._fit()
        except StoreError:  # the manifest is damaged: the index is built anew from the store and the last fit
            fit = self._fits.latest()
        version = self._built(self._fits.readable(fit), tell)
        self._switch(version, tell)
        return version

    def _built(self, fit: str, tell: OnProgress) -> str:
        """A version, built while others write; what is to be folded is folded before, for it takes the lock."""
        if len(self._store) == 0:
            raise SetupError(f"{self._path} has no products to build an index from; add some first")
        with self._alone():
            self._fold(tell, fit)
            with suppress(StoreError):  # the live version may be what is to be mended
                self._settle()
        return rebuild(self._path, self._environment, fit, tell)

    def _switch(self, version: str, tell: OnProgress) -> None:
        """Bring a version up to date, and only then make it live: nobody meets a product that is gone."""
        with self._alone(SWITCH_WAIT_S):
            manifest = self._versions.manifest(version)
            with closing(open_engine(manifest, self._versions.engine_path(version))) as index:
                self._follower.follow(version, index, self.settings, complete=True)
                self._fold(tell, manifest.fit)
                self._follower.follow(version, index, self.settings)
                self._follower.settle(version, index)
            self._versions.publish(version)
            self._settle()
            self._versions.prune(keep=2)
            self._fits.prune({*self._fits_in_use(), self.settings.fusion.learned} - {""})

    def _fits_in_use(self) -> Iterator[str]:
        for version in self._versions.names():
            with suppress(StoreError):
                yield self._versions.manifest(version).fit


class _Tally:
    """Counts of one ``add``, and who hears of each product."""

    def __init__(self, told: OnOutcome) -> None:
        self.told = told
        self.added = self.changed = self.unchanged = self.pictures = self.warning_count = 0
        self.warnings: list[str] = []

    def seen(self) -> int:
        return self.added + self.changed + self.unchanged

    def take(self, id: str, outcome: Outcome) -> None:
        setattr(self, outcome, getattr(self, outcome) + 1)
        self.told(id, outcome)

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
