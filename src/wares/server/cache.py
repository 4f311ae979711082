"""Answers to questions, each worked out once for as long as it stays true.

An answer is kept under the question and the stamp that the shop had *before* it was worked out
(:meth:`wares.shop.Shop.stamp`, which says why that is safe while others write). So a change makes every answer kept
before it unreachable, by whomever and in whichever process it was made. While the shop has no stamp, which is for a
moment after every change, nothing is kept and nothing is found.

Who asks what is just being worked out waits for that answer. Only so many questions are worked out at the same time:
more would share the same cores, and each would take longer.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import NamedTuple, TypeAlias

import msgspec

from wares.records import Query, Results
from wares.server.turns import Turns

#: Bytes of all answers as they are sent; in memory they take some times that.
MAX_BYTES = 64_000_000
#: The share of these bytes that one answer may have.
MAX_SHARE = 0.05

Search: TypeAlias = Callable[[Query], Results]
Key: TypeAlias = tuple[bytes, Hashable]


class _Kept(NamedTuple):
    results: Results
    size: int


class Answers:
    """Searches a shop. Thread-safe. ``entries``: answers kept at most, 0 for none; ``at_once``: questions worked out
    at the same time."""

    def __init__(
        self,
        search: Search,
        stamp: Callable[[], Hashable | None],
        *,
        entries: int,
        at_once: int,
        told: Callable[[str], None] = lambda result: None,
    ) -> None:
        """``told`` hears of each question whether the cache had it: "hit", "miss", "joined" to one in flight, or
        "passed" while nothing is kept."""
        self._search = search
        self._stamp = stamp
        self._entries = entries
        self._told = told
        self._turns = Turns(at_once)
        self._guard = threading.Lock()
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Key, Future[Results]] = {}
        self._latest: Hashable = None

    def search(self, query: Query) -> Results:
        """Answer a question. Raises as :meth:`wares.shop.Shop.search`."""
        if not self._entries:
            return self._found(query)
        started = time.perf_counter()
        stamp = self._stamp()
        if stamp is None:
            self._told("passed")
            return self._found(query)
        key = _identity(query), stamp
        with self._guard:
            kept = self._known(key)
            flight = self._flights.get(key)
            mine = kept is None and flight is None
            if mine:
                flight = self._flights[key] = Future()
        self._told("hit" if kept is not None else "miss" if mine else "joined")
        if kept is not None:
            return _again(kept.results, started)
        assert flight is not None
        return self._flown(query, key, flight) if mine else self._joined(query, flight, started)

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return self._turns.waiting

    def size(self) -> tuple[int, int]:
        """How many answers are kept, and how many bytes they have."""
        return len(self._kept), self._bytes

    def _flown(self, query: Query, key: Key, flight: Future[Results]) -> Results:
        try:
            results = self._found(query)
        except BaseException as error:
            with self._guard:
                del self._flights[key]
            flight.set_exception(error)
            raise
        size = len(msgspec.json.encode(results))
        with self._guard:
            del self._flights[key]
            self._keep(key, results, size)
        flight.set_result(results)
        return results

    def _joined(self, query: Query, flight: Future[Results], started: float) -> Results:
        """The answer of another who asks the same; an error is for each to meet."""
        return self._found(query) if flight.exception() is not None else _again(flight.result(), started)

    def _found(self, query: Query) -> Results:
        with self._turns:
            return self._search(query)

    # -- what is kept; called with the guard ---------------------------------------------------------------------

    def _known(self, key: Key) -> _Kept | None:
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def _keep(self, key: Key, results: Results, size: int) -> None:
        if key[1] != self._latest:  # what was kept under other stamps is not asked for any more
            self._kept.clear()
            self._bytes, self._latest = 0, key[1]
        if size > MAX_BYTES * MAX_SHARE:
            return
        before = self._kept.pop(key, None)
        self._bytes += size - (before.size if before else 0)
        self._kept[key] = _Kept(results, size)
        while len(self._kept) > self._entries or self._bytes > MAX_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].size


def _again(results: Results, started: float) -> Results:
    """An answer given again: to a question of its own, which took so long."""
    took = round((time.perf_counter() - started) * 1000, 3)
    return msgspec.structs.replace(results, query_id=uuid.uuid4().hex, took_ms=took, timings_ms={"cache": took})


def _identity(query: Query) -> bytes:
    """What a question is known by: all of it, but of pictures only a hash. By its ``repr``, since 1, 1.0 and True are
    equal to Python and not to a filter."""
    parts = tuple(
        msgspec.structs.replace(part, value=_digest(part.value)) if isinstance(part.value, bytes) else part
        for part in query.parts
    )
    return _digest(repr(msgspec.structs.replace(query, parts=parts)).encode())


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=20).digest()
