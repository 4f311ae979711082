"""Long work in the store: who asked for it, how far it is, what came of it. Processes share the list.

A job is "queued", then "running", then "done", "failed" or "cancelled"; "cancelling" is one that runs and shall not.
At most one runs at a time. Whose process died is noted as failed by the next that looks for work.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from wares.reports import Progress
from wares.store.database import Database
from wares.store.tables import jobs

#: Jobs that have ended and are kept.
KEPT = 500
_OPEN = ("queued", "running", "cancelling")
_BEGUN = ("running", "cancelling")
ABANDONED = "the process that did it ended before the job; ask again"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One job. Moments are ISO 8601 in UTC; ``error`` has the ``kind`` of what went wrong and its ``message``."""

    id: str
    kind: str
    state: str
    asked_by: str
    created: str
    started: str | None = None
    ended: str | None = None
    arguments: dict[str, Any] = {}
    progress: Progress | None = None
    result: Any = None
    error: dict[str, str] | None = None


class Jobs:
    """The jobs of a shop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, kind: str, arguments: Mapping[str, Any], who: str) -> Job:
        """Put a job at the end of the queue."""
        id = secrets.token_hex(8)
        job = Job(id=id, kind=kind, state="queued", asked_by=who, created=_now(), arguments=dict(arguments))
        row = {name: getattr(job, name) for name in ("id", "kind", "state", "asked_by", "created")}
        with self._database.write() as connection:
            connection.execute(insert(jobs).values(**row, arguments=_json(arguments)))
            last = connection.scalar(select(func.max(jobs.c.number))) or 0
            connection.execute(delete(jobs).where(jobs.c.number <= last - KEPT, jobs.c.state.not_in(_OPEN)))
        return job

    def get(self, id: str) -> Job | None:
        """A job by its id; None when there is none, or no longer."""
        with self._database.read() as connection:
            return _get(connection, id)

    def latest(self, limit: int = 100) -> list[Job]:
        """At most ``limit`` jobs, the latest first."""
        asked = select(jobs).order_by(jobs.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(asked).mappings()]

    def open(self) -> list[Job]:
        """Jobs that have not ended, in their order."""
        asked = select(jobs).where(jobs.c.state.in_(_OPEN)).order_by(jobs.c.number)
        with self._database.read() as connection:
            return [_job(row) for row in connection.execute(asked).mappings()]

    def claim(self, process: str, alive: Callable[[str], bool]) -> Job | None:
        """The job that waits longest, now running; None while another runs, or none waits.

        ``process`` says whose it is from now on; ``alive`` whether the process of such a text still runs.
        """
        if not self._any_open():
            return None
        # Rows are locked first: of two that look at once, the second then sees what the first has taken.
        waiting = select(jobs.c.id).where(jobs.c.state == "queued").order_by(jobs.c.number).with_for_update()
        begun = select(jobs.c.id, jobs.c.process).where(jobs.c.state.in_(_BEGUN))
        with self._database.write() as connection:
            queued = list(connection.scalars(waiting))
            held = dict(connection.execute(begun).all())
            dead = [id for id, holder in held.items() if not alive(holder or "")]
            if dead:
                _end(connection, dead, "failed", error=_error("Abandoned", ABANDONED))
            if len(dead) < len(held) or not queued:
                return None
            taken = {"state": "running", "started": _now(), "process": process}
            connection.execute(update(jobs).where(jobs.c.id == queued[0]).values(**taken))
            return _get(connection, queued[0])

    def tell(self, id: str, progress: Progress) -> bool:
        """Note how far a job is; whether it shall go on."""
        with self._database.write() as connection:
            changed = update(jobs).where(jobs.c.id == id, jobs.c.state == "running")
            return connection.execute(changed.values(progress=_json(progress))).rowcount == 1

    def done(self, id: str, result: Any) -> None:
        """Note the end of a job, and what came of it."""
        with self._database.write() as connection:
            _end(connection, [id], "done", result=_json(result))

    def failed(self, id: str, kind: str, message: str) -> None:
        """Note that a job came to nothing, and why."""
        with self._database.write() as connection:
            _end(connection, [id], "failed", error=_error(kind, message))

    def halted(self, id: str, why: str) -> None:
        """Note that a job ended at a step: cancelled, or failed for another reason."""
        with self._database.write() as connection:
            if (job := _get(connection, id)) is not None and job.state == "cancelling":
                _end(connection, [id], "cancelled")
            else:
                _end(connection, [id], "failed", error=_error("Halted", why))

    def cancel(self, id: str) -> Job | None:
        """Cancel a job that waits; let one that runs end at its next step. None when it has ended, or is none."""
        with self._database.write() as connection:
            job = _get(connection, id)
            if job is None or job.state not in _OPEN:
                return None
            if job.state == "queued":
                _end(connection, [id], "cancelled")
            else:
                connection.execute(update(jobs).where(jobs.c.id == id).values(state="cancelling"))
            return _get(connection, id)

    def _any_open(self) -> bool:
        with self._database.read() as connection:
            return connection.scalar(select(jobs.c.id).where(jobs.c.state.in_(_OPEN)).limit(1)) is not None


def _get(connection: Connection, id: str) -> Job | None:
    row = connection.execute(select(jobs).where(jobs.c.id == id)).mappings().first()
    return None if row is None else _job(row)


def _end(connection: Connection, ids: list[str], state: str, **said: str) -> None:
    connection.execute(update(jobs).where(jobs.c.id.in_(ids)).values(state=state, ended=_now(), **said))


def _job(row: RowMapping) -> Job:
    kept = {name: row[name] for name in ("id", "kind", "state", "asked_by", "created", "started", "ended")}
    documents = ("arguments", "progress", "result", "error")
    read = {name: msgspec.json.decode(row[name]) for name in documents if row[name] is not None}
    return msgspec.convert({**kept, **read}, Job)


def _error(kind: str, message: str) -> str:
    return _json({"kind": kind, "message": message})


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
