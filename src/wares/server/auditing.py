"""Rows of the audit log for what is written over HTTP. Rules, synonyms, stop words and keys write their own."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import WaresError
from wares.store.auditing import FIRST_IDS, batch

if TYPE_CHECKING:
    from concurrent.futures import Future

    from wares.server.access import Caller
    from wares.server.serving import Serving
    from wares.server.writes import Written
    from wares.settings_file import Changed

_log = logging.getLogger(__name__)


def settings(served: Serving, caller: Caller, changes: Iterable[Changed]) -> None:
    """Settings that somebody changed, by their full names."""
    found = list(changes)
    before, after = ({each.name: getattr(each, side) for each in found} for side in ("before", "after"))
    note(served, caller, "settings", "settings", before, after)


def product(served: Serving, caller: Caller, written: Written) -> None:
    """A product that somebody added, changed or removed."""
    if written.outcome != "unchanged":
        before: dict[str, Any] | None = None if written.outcome == "added" else {}
        after = None if written.outcome == "removed" else {"outcome": written.outcome}
        note(served, caller, "product", written.id, before, after)


class Batch:
    """What one request changes of many products: one row, written when the last of it is. Thread-safe."""

    def __init__(self, served: Serving, caller: Caller) -> None:
        self._served, self._caller = served, caller
        self._lock = threading.Lock()
        self._open = 1  # the request itself
        self._counts: Counter[str] = Counter()
        self._first: list[str] = []

    def follow(self, change: Future[Written]) -> Future[Written]:
        """Count a change when it is written."""
        with self._lock:
            self._open += 1
        change.add_done_callback(self._written)
        return change

    def close(self) -> None:
        """Nothing more comes."""
        with self._lock:
            self._open -= 1
            over = self._open == 0 and self._counts.total() > 0
        if over:
            self._note()

    def _written(self, change: Future[Written]) -> None:
        if not change.cancelled() and change.exception() is None and change.result().outcome != "unchanged":
            with self._lock:
                self._counts[change.result().outcome] += 1
                self._first += [change.result().id][: FIRST_IDS - len(self._first)]
        self.close()

    def _note(self) -> None:
        try:
            name = f"{self._counts.total():,} products"
            self._served.store.note_audit(
                self._caller.name, "products", name, None, batch(self._first, **self._counts)
            )
        except WaresError as failed:  # they are stored, and the answer is on its way
            _log.error("%s changed %s, which could not be noted: %s", self._caller.name, dict(self._counts), failed)


def note(served: Serving, caller: Caller, kind: str, name: str, before: Any, after: Any) -> None:
    """A row: who changed what, from what (None: nothing) to what."""
    sides = (None if side is None else msgspec.json.encode(side).decode() for side in (before, after))
    served.store.note_audit(caller.name, kind, name, *sides)
