"""What answers by a version of the index: made when the version is first asked, and kept while it is live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from wares.digest import Digests
from wares.errors import StoreError
from wares.fits import Fits
from wares.index.base import Index
from wares.index.live import open_engine
from wares.index.manifest import Manifest
from wares.index.versions import Versions
from wares.indexing import fingerprints, needed, words_as_built
from wares.reports import VersionInfo
from wares.searching import Searcher
from wares.settings import MediaLimits
from wares.store.store import Store
from wares.suggesting import Completer


class Ready:
    """Of each part the one for the version that was asked last. Threads may share it."""

    def __init__(self, store: Store, versions: Versions, fits: Fits) -> None:
        self._store = store
        self._versions = versions
        self._fits = fits
        self._manifests: dict[str, Manifest] = {}
        self._searchers: dict[str, Searcher] = {}
        self._completers: dict[str, Completer] = {}
        self._digests: dict[str, Digests] = {}

    def searcher(self, version: str, index: Index, limits: MediaLimits) -> Searcher:
        """The searcher of an opened version."""
        searcher = self._searchers.get(version)
        if searcher is None:
            searcher = self._searcher(self._store, self.manifest(version), index, self.digests(version), limits)
            self._searchers = {version: searcher}
        return searcher

    def forget(self) -> None:
        """Make searchers anew: the settings are others."""
        self._searchers = {}

    def completer(self, version: str, index: Index) -> Completer:
        """The completer of an opened version."""
        completer = self._completers.get(version)
        if completer is None:
            words = words_as_built(self._versions.manifest(version).words)
            completer = Completer(self._store, index, words, self.digests(version))
            self._completers = {version: completer}
        return completer

    def digests(self, version: str) -> Digests:
        """What is known of the catalogue by a version."""
        digests = self._digests.get(version)
        if digests is None:
            digests = Digests(self._versions.path(version))
            self._digests = {version: digests}
        return digests

    @contextmanager
    def beside(self, version: str, folder: Path | None, limits: MediaLimits) -> Iterator[tuple[Searcher, Index]]:
        """A searcher of a version that is not live, or of one in a copy of the shop, in ``folder``; and its index."""
        manifest = self.manifest(version)
        versions = self._versions if folder is None else Versions(folder)
        with ExitStack() as opened:
            store = self._store
            if folder is not None:
                store = opened.enter_context(Store.open(folder / "shop.db", read_only=True))
            index = open_engine(manifest, versions.engine_path(version))
            opened.callback(index.close)
            yield self._searcher(store, manifest, index, Digests(versions.path(version)), limits), index

    def manifest(self, version: str) -> Manifest:
        """The manifest of a version whose vectors the shop's encoders can be compared with; :class:`StoreError` for
        one that was built with others."""
        manifest = self._manifests.get(version)
        if manifest is None:
            manifest = self._versions.manifest(version)
            own = needed(self._fits.encoders(manifest.fit), sounds=manifest.sounds)
            if dict(manifest.encoders) != fingerprints(own):
                shop = self._versions.shop
                mend = f"run: wares rebuild {shop}"
                raise StoreError(f"the index of {shop} was built with other encoders than those installed; {mend}")
            self._manifests = {version: manifest}
        return manifest

    def info(self, version: str, points: int | None = None) -> VersionInfo:
        """What is told of a version. ``points`` is how many it has now, if it is open."""
        manifest = self._versions.manifest(version)
        return VersionInfo(
            name=version,
            created=manifest.created,
            points=manifest.points if points is None else points,
            live=version == self._versions.current(),
            fit=manifest.fit,
        )

    def infos(self, live: str, points: int) -> Iterator[VersionInfo]:
        """What is told of all versions that could answer; ``live`` has so many ``points``."""
        for version in self._versions.names():
            try:
                if self._versions.manifest(version).state == "ready":
                    yield self.info(version, points if version == live else None)
            except StoreError:
                continue

    def _searcher(
        self, store: Store, manifest: Manifest, index: Index, digests: Digests, limits: MediaLimits
    ) -> Searcher:
        encoders, words = self._fits.encoders(manifest.fit), words_as_built(manifest.words)
        return Searcher(store, index, encoders, words, limits, digests)
