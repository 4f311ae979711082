"""The index a shop holds: always the version that is live, whoever publishes the next one, and in which process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from wares.errors import StoreError, WaresError
from wares.index import INDEXES
from wares.index.base import Index
from wares.index.manifest import Manifest
from wares.index.shared import open_shared
from wares.index.versions import Versions
from wares.registry import load

_log = logging.getLogger(__name__)

#: After a version could not be opened, the one before it is used for so long until it is tried again.
RETRY_S = 5.0

#: Opens the engine of a version from its manifest and its engine folder.
EngineOpener: TypeAlias = Callable[[Manifest, Path], Index]

Stamp: TypeAlias = tuple[int, ...] | None


def open_engine(manifest: Manifest, path: Path) -> Index:
    """Open a version's engine by the name in its manifest."""
    opened: Index = load("wares.indexes", INDEXES, manifest.engine).open(path)
    return opened


class InUse(NamedTuple):
    """A version by name and its opened index; ``("", None)`` before the first version is published."""

    version: str
    opened: Index | None


class _Lease:
    """An open version and how many use it: the last one to leave closes it."""

    def __init__(self, version: str, index: Index) -> None:
        self.value = InUse(version, index)
        self.close = index.close
        self.users = 1  # the LiveIndex, until it switches


class LiveIndex:
    """Follows ``CURRENT``: each use gets the version that is live when it begins, opened together with other
    processes, and keeps it to its end. Thread-safe.

    A version that cannot be opened is logged, and the one before it goes on answering.
    """

    def __init__(self, versions: Versions, opener: EngineOpener = open_engine) -> None:
        """Nothing is opened before it is used."""
        self._versions = versions
        self._opener = opener
        self._guard = threading.Lock()  # of the current lease and of counts; held for moments
        self._switching = threading.Lock()  # held while a version is opened
        self._lease: _Lease | None = None
        self._stamp: Stamp = None  # of the pointer when the lease was opened
        self._failed: tuple[Stamp, float] = (None, 0.0)  # a pointer not worth following, and until when
        self._closed = False

    @contextmanager
    def use(self, *, latest: bool = False) -> Iterator[InUse]:
        """The live version, open until the end of the block: one search, or one batch of writing.

        While one thread opens a new version, others use the one before. ``latest`` waits for the new one instead, and
        raises what hinders it. Raises :class:`~wares.errors.StoreError` when no version can be opened.
        """
        if latest or self._versions.stamp() != self._stamp:
            self._follow(latest)
        with self._guard:
            if self._closed:
                raise StoreError(f"the index of {self._versions.shop} is closed")
            lease = self._lease
            if lease is not None:
                lease.users += 1
        if lease is None:
            yield InUse("", None)
            return
        try:
            yield lease.value
        finally:
            self._leave(lease)

    def stamp(self) -> Stamp:
        """Of the pointer as it is followed; None while another version is live than the one that is used here."""
        return self._stamp if self._stamp == self._versions.stamp() else None

    def close(self) -> None:
        """Close when the uses under way have ended; the last of them does it."""
        with self._switching:
            with self._guard:
                self._closed = True
                lease, self._lease = self._lease, None
            if lease is not None:
                self._leave(lease)

    def _leave(self, lease: _Lease) -> None:
        with self._guard:
            lease.users -= 1
            last = lease.users == 0
        if last:
            lease.close()

    def _follow(self, latest: bool) -> None:
        """Bring the lease up to the pointer: by one thread at a time, and again if the pointer moves meanwhile."""
        if not self._switching.acquire(blocking=latest or self._lease is None):
            return
        try:
            while not self._closed and (stamp := self._versions.stamp()) != self._stamp:
                until = self._failed[1] if self._failed[0] == stamp and not latest else 0.0
                if time.monotonic() < until:
                    return
                try:
                    self._switch()
                except WaresError as error:
                    if self._versions.stamp() != stamp:
                        continue  # it was removed since, because a newer one is live
                    if latest or self._lease is None:
                        raise
                    _log.error(
                        "version %s goes on, for the live one cannot be opened: %s", self._lease.value.version, error
                    )
                    self._failed = (stamp, time.monotonic() + RETRY_S)
                else:
                    self._stamp = stamp
        finally:
            self._switching.release()

    def _switch(self) -> None:
        version = self._versions.current()
        if version is None:
            raise StoreError(f"{self._versions.folder / 'CURRENT'} is gone; run: wares rebuild {self._versions.shop}")
        old = self._lease
        if old is not None and old.value.version == version:
            return
        opener = partial(self._opener, self._versions.manifest(version), self._versions.engine_path(version))
        new = _Lease(version, open_shared(self._versions.path(version), opener))
        with self._guard:
            self._lease = new
        if old is not None:
            self._leave(old)
