"""One index, several processes: whoever opens it first holds the engine, the others ask that process.

    VERSION/owner.lock     locked by the process that holds the engine
    VERSION/owner.json     who that is, and where it listens
    VERSION/socket/s       where it listens, as a rule

When the holder ends, however it ends, the next call of another process makes that one the holder, or finds the new
one. Why the engine's files are not shared instead: see "Several processes, one index" in ``docs/decisions.md``.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from wares.errors import ShopBusy, StoreError
from wares.index import atomic
from wares.index.base import Index
from wares.index.forwarding import ForwardingIndex
from wares.index.locks import Lock, Process
from wares.index.remote import HolderGone, RemoteIndex
from wares.index.serving import Server

_log = logging.getLogger(__name__)

#: How long to wait for a holder that neither serves nor lets go: it may be opening a large index.
PATIENCE_S = 30.0

#: How often one call is asked again after its holder died. A question that kills every holder must end somewhere.
MAX_ATTEMPTS = 8

Opener: TypeAlias = Callable[[], Index]


class _Record(msgspec.Struct, frozen=True):
    """Who holds the engine, and its socket: a path within the version's folder, or an absolute one."""

    process: Process
    address: str


def open_shared(folder: Path, opener: Opener) -> SharedIndex:
    """Open an index version together with other processes.

    ``opener`` opens the engine, and is called only when this process is the one to hold it, now or later; the index
    it gives must allow calls from several threads. Raises :class:`~wares.errors.ShopBusy` when the process that holds
    it does not answer, and what ``opener`` raises.
    """
    return SharedIndex(folder, opener)


class SharedIndex(ForwardingIndex):
    """See :func:`open_shared`. Thread-safe; a call during which the holder dies is asked again, also a write, since
    writing the same points twice is the same as once."""

    def __init__(self, folder: Path, opener: Opener) -> None:
        self._folder = folder.resolve()
        self._opener = opener
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._closed = False
        self._end: _Owned | RemoteIndex = _join(self._folder, opener)
        self.vectors = self._end.vectors
        atexit.register(self.close)

    @property
    def owned(self) -> bool:
        """Whether this process holds the engine."""
        return isinstance(self._end, _Owned)

    def close(self) -> None:
        """Give the index up; if this process holds the engine, calls of other processes in flight are answered first.

        Calls of this process must have ended.
        """
        atexit.unregister(self.close)
        with self._guard:
            if self._closed or self._process != os.getpid():
                return
            self._closed = True
            self._end.close()

    def _call(self, method: str, **arguments: Any) -> Any:
        if self._closed or self._process != os.getpid():
            raise StoreError(self._unusable())
        for _ in range(MAX_ATTEMPTS):
            end = self._end
            try:
                return getattr(end.index if isinstance(end, _Owned) else end, method)(**arguments)
            except HolderGone:
                self._join_again(end)
        raise StoreError(f"{MAX_ATTEMPTS} processes that held {self._folder} ended during one call ({method})")

    def _join_again(self, lost: _Owned | RemoteIndex) -> None:
        with self._guard:
            if self._end is lost and not self._closed:  # else another thread was faster
                lost.close()
                self._end = _join(self._folder, self._opener)

    def _unusable(self) -> str:
        if self._closed:
            return f"the index {self._folder} is closed"
        return f"the index {self._folder} was opened before this process was forked off; open it in the child"


class _Owned:
    """The engine in this process, and the server through which others use it."""

    def __init__(self, folder: Path, index: Index, lock: Lock) -> None:
        self.index = index
        self.vectors = index.vectors
        self._lock = lock
        self._record = folder / "owner.json"
        self._server: Server | None = None
        try:
            self._server = Server(index, folder)
        except OSError as refused:
            _log.warning("%s cannot be shared with other processes: %s", folder, refused)
            return
        address = self._server.address
        near = address.relative_to(folder) if address.is_relative_to(folder) else address
        try:
            atomic.write(self._record, msgspec.json.encode(_Record(Process.current(), str(near))))
        except BaseException:
            self._server.close()
            raise

    def close(self) -> None:
        """Stop serving, then close the engine, then let others have it: in this order nobody meets a half of it."""
        try:
            if self._server is not None:
                self._server.close()
                with suppress(OSError):
                    self._record.unlink(missing_ok=True)
            self.index.close()
        finally:
            self._lock.release()


def _join(folder: Path, opener: Opener) -> _Owned | RemoteIndex:
    """Become the holder, or find it. It may be in the middle of opening or of closing: so this waits a little."""
    lock = Lock(folder / "owner.lock")
    deadline = time.monotonic() + PATIENCE_S
    pause = 0.002
    while True:
        obstacle: Exception
        if lock.take():
            try:
                return _own(folder, opener, lock)
            except (
                ShopBusy
            ) as busy:  # a holder was killed this very moment, and the engine's own lock is not yet free
                obstacle = busy
        else:
            try:
                return _connect(folder)
            except HolderGone as gone:
                obstacle = gone
        if time.monotonic() > deadline:
            raise ShopBusy(f"{folder} is held by {_holder(folder)}, which does not answer; stop it") from obstacle
        time.sleep(pause)
        pause = min(2 * pause, 0.05)


def _own(folder: Path, opener: Opener, lock: Lock) -> _Owned:
    try:
        index = opener()
        try:
            return _Owned(folder, index, lock)
        except BaseException:
            index.close()
            raise
    except BaseException:
        lock.release()
        raise


def _connect(folder: Path) -> RemoteIndex:
    record = _read_record(folder)
    if record is None:
        raise HolderGone("it has not said yet where it listens")
    return RemoteIndex(folder / record.address, str(record.process))


def _read_record(folder: Path) -> _Record | None:
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode((folder / "owner.json").read_bytes(), type=_Record)
    return None


def _holder(folder: Path) -> str:
    record = _read_record(folder)
    return str(record.process) if record is not None and record.process.alive() else "another process"
