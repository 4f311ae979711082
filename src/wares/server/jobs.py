"""Long work of a served shop: kept in the store, done one at a time, told as it goes.

One thread of each server process takes the job that waits longest, when nobody works on another: the processes of a
server, and a second server of the shop, share one list. What a process had in hand when it died is found by the next
that looks, and marked as failed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import WaresError
from wares.index.locks import Process
from wares.reports import Progress
from wares.server import errors
from wares.server.work import KINDS, Nothing, uploads

if TYPE_CHECKING:
    from wares.server.serving import Serving
    from wares.store.jobs import Job, Jobs

_log = logging.getLogger(__name__)

#: Seconds between two looks for work of others, and between two notes of progress.
LOOK_S = 2.0
TELL_S = 0.25
#: Seconds after which a feed that no job names was left behind.
LEFT_S = 3600.0
#: Seconds that a job has to come to its next step when the server stops.
GRACE_S = 10.0
STOPPED = "the server was stopped; ask again"


class Halt(Exception):
    """The job comes to its end here: it was cancelled, or the server stops."""


class Runner:
    """The working thread of a served shop."""

    def __init__(self, served: Serving) -> None:
        self._served = served
        self._jobs = served.store.jobs
        self._process = msgspec.json.encode(Process.current()).decode()
        self._stopping = threading.Event()
        self._bell = threading.Event()
        self._thread = threading.Thread(target=self._work, name="wares-jobs", daemon=True)
        self._now: Job | None = None

    def start(self) -> None:
        """Begin to look for work."""
        self._thread.start()

    def ask(self, kind: str, arguments: msgspec.Struct, who: str) -> Job:
        """Put a job in the list."""
        job = self._jobs.ask(kind, msgspec.to_builtins(arguments), who)
        self._bell.set()
        return job

    def rebuild_is_due(self) -> None:
        """Put a rebuild in the list, unless one waits there already."""
        if not any(job.kind == "rebuild" for job in self._jobs.open()):
            self.ask("rebuild", Nothing(), "the server")

    def close(self) -> None:
        """End the job in hand at its next step, and take no other. One that makes no step in time is given up."""
        self._stopping.set()
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(GRACE_S)
        if self._thread.is_alive() and (left := self._now) is not None:
            self._fail(left, "Halted", STOPPED)

    # -- the thread ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        self._tidy()
        while not self._stopping.is_set():
            try:
                job = self._jobs.claim(self._process, _alive)
            except WaresError as busy:
                _log.warning("no job could be looked for: %s", busy)
                job = None
            if job is None:
                self._bell.wait(LOOK_S)
                self._bell.clear()
            else:
                self._now = job
                self._do(job)
                self._now = None

    def _tidy(self) -> None:
        """Remove feeds that no job will read any more."""
        with suppress(WaresError, OSError):
            wanted = {job.arguments.get("file") for job in self._jobs.open()}
            for path in uploads(self._served.shop.path).iterdir():
                if path.name not in wanted and time.time() - path.stat().st_mtime > LEFT_S:
                    path.unlink()

    def _do(self, job: Job) -> None:
        try:
            kind = KINDS[job.kind]
            told = msgspec.convert(job.arguments, kind.arguments)
            result = kind.run(self._served, told, _Telling(self._jobs, job.id, self._stopping))
            self._end(lambda: self._jobs.done(job.id, msgspec.to_builtins(result)))
        except Halt as halted:
            why = str(halted)
            self._end(lambda: self._jobs.halted(job.id, why))
        except WaresError as wrong:
            _log.warning("job %s (%s): %s", job.id, job.kind, wrong)
            self._fail(job, type(wrong).__name__, errors.message_of(wrong))
        except Exception as unforeseen:
            _log.exception("job %s (%s)", job.id, job.kind, exc_info=unforeseen)
            self._fail(job, "InternalError", errors.UNFORESEEN)

    def _fail(self, job: Job, kind: str, message: str) -> None:
        self._end(lambda: self._jobs.failed(job.id, kind, message))

    def _end(self, note: Callable[[], Any]) -> None:
        with suppress(WaresError):  # it cannot be noted: whoever looks next finds it abandoned
            note()


def _alive(process: str) -> bool:
    try:
        return msgspec.json.decode(process, type=Process).alive()
    except msgspec.MsgspecError:
        return False


class _Telling:
    """Notes progress, not too often, and ends a job that is not wanted any more."""

    def __init__(self, jobs: Jobs, id: str, stopping: threading.Event) -> None:
        self._jobs, self._id, self._stopping = jobs, id, stopping
        self._told = 0.0
        self._stage = ""

    def __call__(self, progress: Progress) -> None:
        if self._stopping.is_set():
            raise Halt(STOPPED)
        now = time.monotonic()
        if progress.stage == self._stage and now - self._told < TELL_S:
            return
        self._told, self._stage = now, progress.stage
        if not self._jobs.tell(self._id, progress):
            raise Halt("")
