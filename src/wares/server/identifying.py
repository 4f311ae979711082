"""Identification for a server: one picture after the other, by what was learnt once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import TYPE_CHECKING

from wares.server.errors import NotNow

if TYPE_CHECKING:
    from wares.identify import Identification, Identifier
    from wares.reports import Progress
    from wares.shop import Shop

#: Seconds that a picture waits for its turn and its answer, and how many wait at most.
PATIENCE_S = 20.0
WAITING = 16


class Identifying:
    """The identifier of a served shop. Threads may share it.

    The first picture makes it ask the catalogue about itself, which may take minutes: whoever asks meanwhile is told
    to come again, and the learning goes on.
    """

    def __init__(self, shop: Shop, patience_s: float = PATIENCE_S) -> None:
        self._shop = shop
        self._patience_s = patience_s
        self._identifier: Identifier | None = None
        self._turn = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wares-identify")
        self._places = threading.BoundedSemaphore(WAITING)
        self._closing = False

    def identify(self, data: bytes, k: int, sure: float) -> Identification:
        """What is in a picture; see :func:`wares.identify.identify`. :class:`NotNow` when that takes too long."""
        if not self._places.acquire(blocking=False):
            raise NotNow("too many pictures wait to be identified; send this one again later")
        try:
            asked = self._turn.submit(self._identified, data, k, sure)
        except RuntimeError as closed:
            self._places.release()
            raise NotNow("the server is being stopped") from closed
        asked.add_done_callback(lambda _: self._places.release())
        try:
            return asked.result(self._patience_s)
        except Late as late:
            asked.cancel()
            raise NotNow("the catalogue is being learnt from, which takes minutes; send the picture again") from late

    def close(self) -> None:
        """Give up what is being learnt, and let nobody in."""
        self._closing = True
        self._turn.shutdown(wait=True, cancel_futures=True)

    def _identified(self, data: bytes, k: int, sure: float) -> Identification:
        from wares.identify import Identifier

        if self._identifier is None:
            self._identifier = Identifier(self._shop, self._told)
        return self._identifier.identify(data, k, sure)

    def _told(self, progress: Progress) -> None:
        if self._closing:
            raise NotNow("the server is being stopped")
