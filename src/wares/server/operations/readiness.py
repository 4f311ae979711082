"""Whether questions are answered as they should be."""

from __future__ import annotations

import io
import logging
import threading
from contextlib import suppress

from wares.errors import QueryError, WaresError
from wares.records import Part, Query
from wares.shop import Shop

_log = logging.getLogger(__name__)

_LOADING, _STOPPING = "the encoders are being loaded", "the server is stopping"


class Readiness:
    """Of one shop; not ready before it is warm."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._hindrance = _LOADING
        self._warming: threading.Thread | None = None

    def warm(self) -> None:
        """Load what questions need, in a thread of its own: whoever looks whether the process lives gets an answer
        meanwhile, also when a model is being fetched."""
        self._warming = threading.Thread(target=self._warm, name="wares-warming", daemon=True)
        self._warming.start()

    def reasons(self) -> tuple[str, ...]:
        """Why questions cannot be answered as they should; nothing when they can."""
        if self._hindrance:
            return (self._hindrance,)
        try:
            self._shop.search(Query(limit=1))
        except WaresError as error:
            _log.error("not ready: %s", error)
            return ("the shop cannot be searched; the log says why",)
        return ()

    def close(self) -> None:
        """The server stops; what is being loaded is awaited."""
        self._hindrance = _STOPPING
        if self._warming is not None:
            self._warming.join()

    def _warm(self) -> None:
        """Ask once by words and once by a picture: what is opened and read at the first question is there then."""
        try:
            first = next(iter(self._shop.products()), None)
            if first is not None:
                self._shop.suggest(first.title[:2])
                self._shop.search(first.title[:100])
                with suppress(QueryError):  # a model that understands no pictures
                    self._shop.search(Query(parts=(Part("image", _grey()),)))
        except WaresError as error:
            _log.error("the first questions failed: %s", error)
        if self._hindrance == _LOADING:
            self._hindrance = ""


def _grey() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 64), (128, 128, 128)).save(out, "PNG")
    return out.getvalue()
