"""The journal of a served shop: one thread that writes, and callers that do not wait for it, or only for a commit."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from wares.errors import QueryError, ShopBusy, StoreError
from wares.feedback import export
from wares.feedback.records import Event, Question, Receipt, utc
from wares.feedback.rows import asked_row, event_row, stamp
from wares.feedback.ubi import MAX_EVENTS
from wares.settings import JournalSettings
from wares.store.behaviour import BITE, AskedRow, EventRow
from wares.store.store import Store

_log = logging.getLogger(__name__)

#: Questions that wait to be written; more are dropped, and counted.
MOST_WAITING = 10_000
#: Questions, and events, of one commit: so many at most, and more only if one caller sends more.
GROUP = 1_000
#: Seconds after which a caller of :meth:`Journal.record` is told that the store does not answer.
PATIENCE_S = 30.0


class _Batch(NamedTuple):
    """The events of one caller, and what it waits for: the query ids that are unknown."""

    rows: list[EventRow]
    done: Future[set[str]]


class Journal:
    """Keeps questions and events in a store. Threads may share it. A context manager; closing it writes what waits.

    ``every_s``: questions are written that often. ``most_waiting``: so many questions wait at most. ``trim_s``: so
    often what the settings do not keep is taken away, a bite at a time. The store is left open.
    """

    def __init__(
        self,
        store: Store,
        settings: JournalSettings | None = None,
        *,
        every_s: float = 0.5,
        most_waiting: int = MOST_WAITING,
        trim_s: float = 60.0,
    ) -> None:
        self.settings = settings or JournalSettings()
        #: Questions that were not kept: too many waited, or the store took none.
        self.dropped = 0
        self._store = store
        self._every_s = every_s
        self._most_waiting = most_waiting
        self._trim_s = trim_s
        self._trim_at = time.monotonic()
        self._questions: deque[Question] = deque()
        self._events: deque[_Batch] = deque()
        self._handled = 0
        self._hurried = False
        self._changed = threading.Condition()
        self._closing = not self.settings.on
        self._writer = threading.Thread(target=self._write, name="wares-journal", daemon=True)
        if self.settings.on:
            self._writer.start()

    # -- callers ------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Questions that are not written yet."""
        return len(self._questions)

    def note(self, question: Question) -> None:
        """Keep a question soon. Never waits and never raises: what there is no room for is dropped, and counted."""
        if self._closing:
            return
        with self._changed:
            if len(self._questions) < self._most_waiting:
                self._questions.append(question)
            else:
                self.dropped += 1

    def record(self, events: Iterable[Event]) -> Receipt:
        """Keep events; when this returns they are on the disk. Callers at the same time share one commit.

        All of them or none: :class:`~wares.errors.QueryError` for the first that is out of bounds, and as the store
        raises. A journal that is off records none.
        """
        found, now = list(events), utc()
        if len(found) > MAX_EVENTS:
            raise QueryError(f"there are {len(found):,} events; send at most {MAX_EVENTS:,} at once")
        batch = _Batch([event_row(event, now, self.settings) for event in found], Future())
        if not found or not self.settings.on:
            return Receipt(0)
        with self._changed:
            if self._closing:
                raise StoreError("the journal is closed; send the events again when the server is back")
            self._events.append(batch)
            self._changed.notify()
        try:
            unknown = batch.done.result(PATIENCE_S)
        except Late as late:
            raise ShopBusy("events are not being written; send them again later") from late
        return Receipt(len(found), tuple(sorted(unknown & {row.query_id for row in batch.rows})))

    def export(self, folder: Path, *, days: float | None = None) -> tuple[int, int]:
        """Write questions and events as UBI JSONL; see :func:`wares.feedback.export.write`."""
        self.flush()
        return export.write(self._store, folder, days=days)

    def flush(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until what was noted before is written, or dropped."""
        with self._changed:
            noted = self._handled + len(self._questions)
            self._hurried = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._handled >= noted or not self._writer.is_alive(), timeout_s)

    def close(self) -> None:
        """Write what waits, and stop. What cannot be written is dropped, and counted."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._writer.is_alive():
            self._writer.join(PATIENCE_S)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the writer ---------------------------------------------------------------------------------------------

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._urgent, self._every_s)
                self._hurried = False
                closing = self._closing
                questions = list(itertools.islice(self._questions, GROUP))
                batches = self._taken()
            written = self._commit(questions, batches) if questions or batches else True
            if closing and not (written and (self._questions or self._events)):
                break
            self._trim()
            if not written:
                time.sleep(self._every_s)  # the store takes nothing: others write, or the disk is full
        with self._changed:  # what could not be written at the end
            self.dropped += len(self._questions)
            self._handle(len(self._questions))
            _tell(self._events, StoreError("the journal is closed; send the events again when the server is back"))

    def _urgent(self) -> bool:
        """Whether there is something that must not wait for the next round."""
        return bool(self._events) or self._closing or self._hurried or len(self._questions) >= GROUP

    def _handle(self, count: int) -> None:
        """The first questions are written, or dropped."""
        with self._changed:
            for _ in range(count):
                self._questions.popleft()
            self._handled += count
            self._changed.notify_all()

    def _taken(self) -> list[_Batch]:
        """Batches for one commit, in their order."""
        taken, size = list[_Batch](), 0
        while self._events and (not taken or size + len(self._events[0].rows) <= GROUP):
            taken.append(self._events.popleft())
            size += len(taken[-1].rows)
        return taken

    def _commit(self, questions: list[Question], batches: list[_Batch]) -> bool:
        """One transaction; whether it happened. Questions that were not written wait on, if the store may yet take
        them; who sent events is told."""
        gone = len(questions)
        try:
            rows = self._rows(questions)
            unknown = self._store.behaviour.append(rows, [row for batch in batches for row in batch.rows])
        except StoreError as fault:
            gone, written = 0, False
            _log.warning("the journal cannot be written: %s", fault)
            _tell(batches, fault)
        except Exception as fault:  # a fault of ours: these questions will never be written
            written = False
            with self._changed:
                self.dropped += gone
            _log.exception("the journal lost %d questions", gone)
            _tell(batches, fault)
        else:
            written = True
            for batch in batches:
                batch.done.set_result(unknown)
        self._handle(gone)
        return written

    def _rows(self, questions: list[Question]) -> list[AskedRow]:
        return [asked_row(question, self.settings) for question in questions]

    def _trim(self) -> None:
        """Take a bite of what is not kept; while there is more, another soon."""
        if self._closing or time.monotonic() < self._trim_at:
            return
        before = stamp(utc() - timedelta(days=self.settings.keep_days))
        try:
            gone = self._store.behaviour.trim(before, self.settings.most)
        except StoreError as fault:
            gone = 0
            _log.warning("the journal cannot be trimmed: %s", fault)
        self._trim_at = time.monotonic() + (self._every_s if gone >= BITE else self._trim_s)


def _tell(batches: Iterable[_Batch], fault: Exception) -> None:
    for batch in batches:
        batch.done.set_exception(fault)
