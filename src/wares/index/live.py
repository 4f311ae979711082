"""The index a shop holds: always the version that is live, whoever publishes the next one, and in which process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from wares.errors import StoreError, WaresError
from wares.index import INDEXES
from wares.index.base import Index
from wares.index.forwarding import ForwardingIndex
from wares.index.manifest import Manifest
from wares.index.shared import SharedIndex, open_shared
from wares.index.versions import Versions
from wares.registry import load

_log = logging.getLogger(__name__)

#: After a version could not be opened, the one before it is used for so long until it is tried again.
RETRY_S = 5.0

#: Opens the engine of a version from its manifest and its engine folder.
EngineOpener: TypeAlias = Callable[[Manifest, Path], Index]


def open_engine(manifest: Manifest, path: Path) -> Index:
    """Open a version's engine by the name in its manifest."""
    opened: Index = load("wares.indexes", INDEXES, manifest.engine).open(path)
    return opened


class Lease:
    """A version in use: ``index`` and ``manifest`` belong together and stay as long as the lease."""

    def __init__(self, manifest: Manifest, index: SharedIndex) -> None:
        self.version = manifest.version
        self.manifest = manifest
        self.index = index
        self.users = 1  # the LiveIndex itself


class LiveIndex(ForwardingIndex):
    """Follows ``CURRENT``. Each call uses the version that is live when it begins; several calls that must see the
    same one, or need its manifest, go through :meth:`lease`. Thread-safe.

    A version that cannot be opened is logged, and the one before it goes on answering.
    """

    def __init__(self, versions: Versions, opener: EngineOpener = open_engine) -> None:
        """Raises :class:`~wares.errors.StoreError` when there is no version, or it cannot be opened."""
        self._versions = versions
        self._opener = opener
        self._guard = threading.Lock()  # of users and of which lease is current; held for moments
        self._switching = threading.Lock()  # held while a version is opened
        self._stamp: tuple[int, ...] | None = ()  # equal to no stamp
        self._bad: tuple[tuple[int, ...] | None, float] | None = None
        self._lease: Lease | None = None
        self._closed = False
        self._follow(wait=True)

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """The live version, kept open until the end of the block. To be held for one search or one batch."""
        if self._versions.stamp() != self._stamp:
            self._follow(wait=False)
        with self._guard:
            lease = self._lease
            if lease is None:
                raise StoreError(f"the index of {self._versions.shop} is closed")
            lease.users += 1
        try:
            yield lease
        finally:
            self._give_up(lease)

    def close(self) -> None:
        """Close when the calls in flight have ended; the last of them does it."""
        with self._switching:
            with self._guard:
                self._closed = True
                lease, self._lease = self._lease, None
            if lease is not None:
                self._give_up(lease)

    def _call(self, method: str, **arguments: Any) -> Any:
        failed: str | None = None
        while True:
            with self.lease() as lease:
                try:
                    return getattr(lease.index, method)(**arguments)
                except StoreError:
                    # A version may be removed when later ones are live: then this call belongs to the live one.
                    if lease.version in (failed, self._versions.current()):
                        raise
                    failed = lease.version
            self._follow(wait=True)

    def _give_up(self, lease: Lease) -> None:
        with self._guard:
            lease.users -= 1
            last = lease.users == 0
        if last:
            lease.index.close()

    def _follow(self, *, wait: bool) -> None:
        """Open the version that is live now. One thread does; others go on with the old one, or wait."""
        if not self._switching.acquire(blocking=wait):
            return
        try:
            stamp = self._versions.stamp()
            while stamp != self._stamp and not self._closed and not self._is_bad(stamp):
                try:
                    self._switch()
                    self._stamp, self._bad = stamp, None
                except WaresError as error:
                    if self._versions.stamp() == stamp:  # else it was removed because a newer one is live
                        self._put_off(stamp, error)
                stamp = self._versions.stamp()
        finally:
            self._switching.release()

    def _switch(self) -> None:
        version = self._versions.current()
        if version is None:
            raise StoreError(f"{self._versions.shop} has no index; build it: wares rebuild {self._versions.shop}")
        old = self._lease
        if old is not None and old.version == version:
            return
        manifest = self._versions.manifest(version)
        opener = partial(self._opener, manifest, self._versions.engine_path(version))
        new = Lease(manifest, open_shared(self._versions.path(version), opener))
        with self._guard:
            self._lease = new
            self.vectors = manifest.vectors
        if old is not None:
            self._give_up(old)

    def _put_off(self, stamp: tuple[int, ...] | None, error: WaresError) -> None:
        if self._lease is None:
            raise error
        _log.error("the live index version cannot be opened; version %s goes on: %s", self._lease.version, error)
        self._bad = (stamp, time.monotonic() + RETRY_S)

    def _is_bad(self, stamp: tuple[int, ...] | None) -> bool:
        return self._bad is not None and self._bad[0] == stamp and time.monotonic() < self._bad[1]
