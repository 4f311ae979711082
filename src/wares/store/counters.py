"""Counters of changes, and what is made of the store and made anew when one has moved."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import BigInteger, Connection, Text, cast, select, update

from wares.store.tables import meta

T = TypeVar("T")


def read(connection: Connection, counter: str) -> int:
    """How often something has changed; one row of ``meta``."""
    return int(connection.scalar(select(meta.c.value).where(meta.c.key == counter)) or 0)


def advance(connection: Connection, counter: str) -> None:
    """Count a change. On PostgreSQL other writers wait for the row, and then see what this one did."""
    counted = cast(cast(meta.c.value, BigInteger) + 1, Text)
    connection.execute(update(meta).where(meta.c.key == counter).values(value=counted))


class Noticed(Generic[T]):
    """Something made of the store, made anew when a counter has moved. Threads may share it.

    A change is looked for at most once in ``every_s`` seconds, by reading one row: ``revision`` does.
    """

    def __init__(self, revision: Callable[[], int], make: Callable[[], T], every_s: float = 1.0) -> None:
        self._revision = revision
        self._make = make
        self._every_s = every_s
        self._lock = threading.Lock()
        self._made: tuple[int, T] | None = None
        self._looked = 0.0

    def get(self) -> T:
        """The thing itself, as of ``every_s`` seconds ago at most. Raises as ``make``, and as the store does."""
        made = self._made
        if made is not None and time.monotonic() - self._looked < self._every_s:
            return made[1]
        with self._lock:
            looked = time.monotonic()
            revision = self._revision()
            if self._made is None or self._made[0] != revision:
                self._made = revision, self._make()
            self._looked = looked
            return self._made[1]

    def forget(self) -> None:
        """Make it anew the next time: something else that it was made of has changed."""
        with self._lock:
            self._made = None
