"""Everything that is written over HTTP, in one order: one thread takes what waits and writes it together.

No timer gathers writes: whatever comes while one group is written makes the next, so that a single write does not
wait, and a thousand at once do not cost a thousand commits. Who asked gets the outcome of its own change: when it has
one, the product is stored and indexed, outlives the process and is found by the next search.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

from wares.errors import ShopBusy, WaresError
from wares.records import Product
from wares.server.errors import NotNow

if TYPE_CHECKING:
    from wares.shop import Shop

_log = logging.getLogger(__name__)

Result = TypeVar("Result")
#: From what is stored (None: nothing) to what shall be (None: nothing); what it raises, the asker gets. It may be
#: called more than once, and sees what others, in other processes too, have written until then.
Make: TypeAlias = Callable[[Product | None], Product | None]
Outcome: TypeAlias = Literal["added", "changed", "unchanged", "removed"]

#: Products written together: as many as the shop stores in one transaction.
TOGETHER = 64
#: Changes that may wait; who comes then is told to come again.
MOST_WAITING = 2_000
#: Seconds for which another process that writes is waited for, and between two tries.
BUSY_S = 20.0
PAUSE_S = 0.05


class Written(NamedTuple):
    """What became of a change. ``product`` is what is stored now; ``warnings`` is what is wrong with its media."""

    id: str
    outcome: Outcome
    product: Product | None
    warnings: tuple[str, ...] = ()


class _Change(NamedTuple):
    id: str
    make: Make
    done: Future[Written]


class _Turn(NamedTuple):
    work: Callable[[], Any]
    done: Future[Any]


class Writes:
    """The writing thread of a served shop. ``due`` is called when the index should be built anew."""

    def __init__(self, shop: Shop, due: Callable[[], None] = lambda: None) -> None:
        self._shop = shop
        self._due = due
        self._waiting: deque[_Change | _Turn] = deque()
        self._bell = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="wares-writes", daemon=True)
        self._thread.start()

    def change(self, id: str, make: Make) -> Future[Written]:
        """Change one product. :class:`NotNow` when too many wait or the server stops; the future's errors are those
        of ``make`` and of the shop."""
        done: Future[Written] = Future()
        self._put(_Change(id, make, done))
        return done

    def turn(self, work: Callable[[], Result]) -> Future[Result]:
        """Do something larger in its turn, alone. Raises as :meth:`change`."""
        done: Future[Result] = Future()
        self._put(_Turn(work, done))
        return done

    @property
    def waiting(self) -> int:
        """How many changes wait."""
        return len(self._waiting)

    def close(self) -> None:
        """Finish what was begun; what still waits is told so."""
        with self._bell:
            self._stopping.set()
            left, self._waiting = self._waiting, deque()
            self._bell.notify_all()
        for one in left:
            if one.done.set_running_or_notify_cancel():
                one.done.set_exception(_stopped())
        self._thread.join()

    def _put(self, one: _Change | _Turn) -> None:
        with self._bell:
            if self._stopping.is_set():
                raise _stopped()
            if len(self._waiting) >= MOST_WAITING:
                raise NotNow(f"{MOST_WAITING:,} changes wait to be written; send this one again")
            self._waiting.append(one)
            self._bell.notify_all()

    # -- the thread ---------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while taken := self._take():
            try:
                if isinstance(taken, _Turn):
                    self._turn(taken)
                else:
                    self._group(taken)
            except Exception as unforeseen:
                _log.exception("writing", exc_info=unforeseen)

    def _turn(self, turn: _Turn) -> None:
        if not turn.done.set_running_or_notify_cancel():
            return
        try:
            turn.done.set_result(self._patiently(turn.work))
        except BaseException as failure:
            turn.done.set_exception(failure)

    def _take(self) -> _Turn | list[_Change] | None:
        """The next piece of work, or changes of different products that wait one behind another; None at the end."""
        with self._bell:
            while not self._waiting:
                if self._stopping.is_set():
                    return None
                self._bell.wait()
            group: dict[str, _Change] = {}
            while self._waiting and len(group) < TOGETHER:
                first = self._waiting[0]
                if isinstance(first, _Turn):
                    if group:
                        break
                    return self._waiting.popleft()  # type: ignore[return-value]
                if first.id in group:
                    break
                group[first.id] = first
                self._waiting.popleft()
            return list(group.values())

    def _group(self, changes: Sequence[_Change]) -> None:
        begun = [change for change in changes if change.done.set_running_or_notify_cancel()]
        if not begun:
            return
        group = _Group(self._shop, begun)
        try:
            self._patiently(group.write)
        except ShopBusy as busy:
            group.fail(busy)
        except Exception:  # one of them cannot be written: each gets its own answer
            group.each(self._patiently)
        group.answer()
        with suppress(WaresError):
            if self._shop.rebuild_is_due():
                self._due()

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """Do something that writes; try again while another process writes."""
        until = time.monotonic() + BUSY_S
        while True:
            try:
                return work()
            except ShopBusy:
                if time.monotonic() >= until or self._stopping.wait(PAUSE_S):
                    raise


class _Group:
    """Changes of different products that are written together."""

    def __init__(self, shop: Shop, changes: Sequence[_Change]) -> None:
        self._shop = shop
        self._changes = changes
        self._made: dict[str, Product | None] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._failed: dict[str, BaseException] = {}

    def write(self) -> None:
        """Write all that has no outcome yet."""
        self._write(self._open())

    def each(self, patiently: Callable[[Callable[[], None]], None]) -> None:
        """Write one by one what has no outcome yet; what fails fails alone."""
        for change in self._open():
            try:
                patiently(lambda change=change: self._write([change]))  # type: ignore[misc]
            except Exception as failure:
                self._failed[change.id] = failure

    def fail(self, failure: BaseException) -> None:
        """Nothing without an outcome could be written."""
        self._failed.update({change.id: failure for change in self._open()})

    def answer(self) -> None:
        """Tell everybody."""
        try:
            warnings = self._shop.warnings(id for id, outcome in self._outcomes.items() if outcome != "removed")
        except WaresError:
            warnings = {}
        for id, _, done in self._changes:
            if id in self._failed:
                done.set_exception(self._failed[id])
            else:
                done.set_result(Written(id, self._outcomes[id], self._made[id], warnings.get(id, ())))

    def _open(self) -> list[_Change]:
        return [one for one in self._changes if one.id not in self._outcomes and one.id not in self._failed]

    def _write(self, changes: Sequence[_Change]) -> None:
        gone: list[str] = []
        self._shop.add(self._wanted(changes, gone), told=self._outcomes.__setitem__, build=False)
        if gone:
            self._shop.remove(gone)
            self._outcomes.update(dict.fromkeys(gone, "removed"))

    def _wanted(self, changes: Sequence[_Change], gone: list[str]) -> Iterator[Product]:
        """The products to store. The shop reads them when nobody else can write, so what is stored now is so until
        they are."""
        present = self._shop.find([change.id for change in changes])
        for id, make, _ in changes:
            try:
                made = make(present.get(id))
            except Exception as refusal:
                self._failed[id] = refusal
                continue
            self._made[id] = made
            if made is None:
                gone.append(id)
            else:
                yield made


def _stopped() -> NotNow:
    return NotNow("the server is stopping; send this again")
