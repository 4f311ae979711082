"""A version of the index, brought up to the store's last change: by the holder of the writer's lock, one at a time.

Applying a change twice does no harm, so what is recorded as applied may lag behind what is: after a crash the rest is
applied again. A change is recorded when the engine has it on the disk and what was learnt of it is saved.
"""

from __future__ import annotations

import time
from pathlib import Path

from wares.digest import PATIENCE, Lessons
from wares.documents import all_received
from wares.fits import Fits
from wares.index.base import Index
from wares.index.versions import Versions
from wares.indexing import Pointer, Reader, batches, needed, words_as_built
from wares.settings import Settings
from wares.store.store import Store

#: Changes that are read at once.
AT_ONCE = 1_000


class Follower:
    """Follows the changes of a store with one version after another, and remembers how far it is with the last."""

    def __init__(self, path: Path, store: Store, versions: Versions, fits: Fits) -> None:
        self._path = path
        self._store = store
        self._versions = versions
        self._fits = fits
        self._applied: dict[str, int] = {}
        self._lessons: dict[str, Lessons] = {}
        self._rest_until = 0.0
        self._known = ("", -1)

    def applied(self, version: str) -> int:
        """The last change that is surely in a version: applied by this process, or recorded by another."""
        return max(self._applied.get(version, 0), self._versions.applied(version))

    def has(self, version: str, change: int) -> bool:
        """Whether a change is surely in a version."""
        if self._applied.get(version, -1) >= change or self._known == (version, change):
            return True
        if self._versions.applied(version) < change:
            return False
        self._known = version, change
        return True

    def follow(self, version: str, index: Index, settings: Settings, *, complete: bool = False) -> None:
        """Apply what has changed since. ``complete`` makes features that the encoders of this version lack: products
        may have come while another one was live."""
        manifest = self._versions.manifest(version)
        encoders = needed(self._fits.encoders(manifest.fit), sounds=manifest.sounds)
        pointer = Pointer(self._store, encoders, words_as_built(manifest.words))
        reader = Reader(self._store, encoders, settings.media, self._path / "media") if complete else None
        lessons = self._learning(version, settings)
        since = self.applied(version)
        while changes := self._store.changes(since, AT_ONCE):
            put = [change.number for change in changes if not change.removed]
            index.delete([change.number for change in changes if change.removed])
            for rows in batches(self._store.stored(put), AT_ONCE):
                if reader is not None and reader.complete(rows):
                    self._store.folds.doubt()
                index.upsert(pointer.points(rows))
                lessons.learn(all_received(rows))
            since = changes[-1].change
        self._applied = {version: since}

    def settle(self, version: str, index: Index, *, whole: bool = True) -> bool:
        """Record durably how far the version has got; whether that was done. Unless it has to be ``whole``, it is put
        off where more than a twentieth of the time would go into it."""
        if not self._lessons[version].save(whole=whole) or (not whole and time.monotonic() < self._rest_until):
            return False
        started = time.monotonic()
        index.flush()
        self._versions.set_applied(version, self._applied[version])
        now = time.monotonic()
        self._rest_until = now + (now - started) * PATIENCE
        return True

    def _learning(self, version: str, settings: Settings) -> Lessons:
        """The lessons of a version, read anew when another process has learnt more."""
        lessons = self._lessons.get(version)
        if lessons is None or self._versions.applied(version) > self._applied.get(version, 0):
            lessons = Lessons.since(self._versions.path(version), settings)
            self._lessons = {version: lessons}
        return lessons
