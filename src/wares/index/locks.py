"""Who may write: locks between processes, which the system releases when their holder dies, and who holds them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import filelock
import msgspec

from wares.errors import ShopBusy, StoreError
from wares.index import atomic


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """A process as it is told to people. ``started`` is its start in clock ticks since the machine's start (0: not
    known), which tells it from a later process of the same number; ``since`` is a moment in UTC, ISO 8601."""

    pid: int
    started: int
    command: str
    since: str

    @classmethod
    def current(cls) -> Process:
        """This process, since now."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(pid=os.getpid(), started=_started(os.getpid()), command=_command(), since=now)

    def alive(self) -> bool:
        """Whether it still runs, as far as this machine's process table tells."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return self.started in (0, _started(self.pid))

    def __str__(self) -> str:
        since = datetime.fromisoformat(self.since).astimezone()
        day = "" if since.date() == datetime.now().astimezone().date() else f"{since:%Y-%m-%d} "
        return f"process {self.pid} ({self.command}) since {day}{since:%H:%M}"


def _started(pid: int) -> int:
    # proc(5): field 22 of /proc/PID/stat; the command in brackets, field 2, may itself hold spaces and brackets.
    try:
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


def _command() -> str:
    """The program and its verb, without further arguments: those may hold what is nobody else's business."""
    program = Path(sys.argv[0]) if sys.argv and sys.argv[0] else Path(sys.executable)
    name = program.parent.name if program.name == "__main__.py" else program.name
    verb = next((word for word in sys.argv[1:2] if word.isalpha()), "")
    return f"{name} {verb}".strip()


class Lock:
    """A file locked by one holder at a time, among all processes and within this one; not re-entrant.

    The file stays when the lock is released. Raises :class:`~wares.errors.StoreError` when it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = filelock.FileLock(path, timeout=0, thread_local=False)
        self._held_in = 0

    def take(self, timeout_s: float = 0.0) -> bool:
        """Take it, waiting up to ``timeout_s``; False when somebody else holds it."""
        if not self._path.parent.is_dir():  # the library would make it
            raise StoreError(f"cannot lock {self._path}: there is no such folder")
        try:
            self._lock.acquire(timeout=timeout_s, poll_interval=0.02)
        except filelock.Timeout:
            return False
        except OSError as refused:
            raise StoreError(f"cannot lock {self._path}: {refused.strerror or refused}") from refused
        self._held_in = os.getpid()
        return True

    def release(self) -> None:
        """Let others have it. In a forked child this does nothing: the lock is the parent's."""
        if self._held_in == os.getpid():
            self._held_in = 0
            self._lock.release()


class ShopLock:
    """A right over a shop that one process, and in it one holder, has at a time.

    A context manager. Who holds it stands beside the lock file in one that ends in ``.json``; when the holder dies,
    however it dies, the system releases the lock.
    """

    #: The name of the files, and what the holder does to the shop.
    name: ClassVar[str]
    doing: ClassVar[str]

    def __init__(self, shop: Path, *, timeout_s: float = 0.0) -> None:
        self._shop = shop
        self._lock = Lock(shop / f"{self.name}.lock")
        self._record = shop / f"{self.name}.json"
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        """Take the lock. Raises :class:`~wares.errors.ShopBusy`, naming the holder, when somebody else has it."""
        if not self._lock.take(self._timeout_s):
            raise ShopBusy(f"{self._shop} {self.doing} by {self._holder()}; wait for it or stop it")
        try:
            atomic.write(self._record, msgspec.json.encode(Process.current()))
        except BaseException:
            self._lock.release()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let others have it."""
        with suppress(OSError):
            self._record.unlink(missing_ok=True)
        self._lock.release()

    def _holder(self) -> str:
        # A record is the holder's only if its process lives: a killed writer leaves its own behind.
        with suppress(OSError, msgspec.MsgspecError):
            holder = msgspec.json.decode(self._record.read_bytes(), type=Process)
            if holder.alive():
                return str(holder)
        return "another process"


class WriterLock(ShopLock):
    """The right to change the products of a shop and to say which version of its index is live."""

    name, doing = "writer", "is being written"


class BuilderLock(ShopLock):
    """The right to build a version of the index and to bring it out. Whoever has it need not be the writer: products
    may come and go meanwhile."""

    name, doing = "builder", "has its index built"


class ExtractorLock(ShopLock):
    """The right to read what is in a shop's media; others write meanwhile."""

    name, doing = "extractor", "has its media read"
