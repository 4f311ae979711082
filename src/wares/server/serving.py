"""What lives as long as a server: the opened shop and what serves it. A request gets it by :func:`of`."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from wares.access import Keyring
from wares.feedback import Journal
from wares.records import Query, Results
from wares.server import access
from wares.server.access import Door
from wares.server.cache import Answers
from wares.server.clips import Clips
from wares.server.config import ServerConfig
from wares.server.gallery import Gallery
from wares.server.identifying import Identifying
from wares.server.jobs import Runner
from wares.server.linking import Links
from wares.server.operations import tracing, watching
from wares.server.operations.metrics import Metrics
from wares.server.operations.readiness import Readiness
from wares.server.operations.sizes import Sizes
from wares.server.pages.home import Homes
from wares.server.pictures import Pictures
from wares.server.secret import Secret
from wares.server.sessions import Sessions
from wares.server.writes import Writes
from wares.shop import Shop
from wares.store.store import Store

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


class Serving:
    """One shop, served. A context manager: leaving it finishes what was begun and lets go of the shop."""

    def __init__(self, shop: Shop, store: Store, config: ServerConfig, metrics: Metrics) -> None:
        self.shop = shop
        self.store = store
        self.config = config
        self.secret = Secret.of(shop.path)
        self.links = Links(self.secret)
        self.gallery = Gallery(shop)
        #: Set as soon as the server is told to stop: what streams comes to its end.
        self.stopping = threading.Event()
        self.pictures = Pictures(shop.path, self.secret)
        self.clips = Clips(shop.path, self.secret, self.pictures)
        self.identifying = Identifying(shop)
        #: What runs encoders dozens of times waits for its turn in threads of its own.
        self.slowly = anyio.CapacityLimiter(2)
        self.journal = Journal(store, shop.settings.journal)
        self.keyring = Keyring(store)
        self.sessions = Sessions(self.keyring, self.secret)
        access.check(self.keyring, config, shop.path)
        self.runner = Runner(self)
        self.writes = Writes(shop, due=self.runner.rebuild_is_due)
        self.door = Door(self.keyring, self.sessions, config)
        self.homes = Homes()
        self.metrics = metrics
        self.readiness = Readiness(shop)
        self.answers = Answers(
            self._searched, shop.stamp, entries=config.cache, at_once=config.searches, told=metrics.cached
        )
        self.sizes = Sizes(self)
        metrics.measure(self.sizes)

    @classmethod
    def open(cls, folder: Path, config: ServerConfig, metrics: Metrics | None = None) -> Serving:
        """Open a shop to serve it. Raises as :meth:`wares.shop.Shop.open`, and
        :class:`~wares.errors.SetupError` when nobody could call."""
        with ExitStack() as opened:
            shop = opened.enter_context(Shop.open(folder, create=False))
            store = opened.enter_context(Store.open(folder / "shop.db"))
            served = cls(shop, store, config, metrics or Metrics())
            opened.pop_all()
        return served

    def search(self, query: Query) -> Results:
        """Answer a question, from the cache where it is known. Raises as :meth:`wares.shop.Shop.search`."""
        if self.config.log_questions:
            said = [str(part.value) for part in query.parts if part.kind == "text"]
            watching.note(question=" · ".join(said))
        return self.answers.search(query)

    def close(self) -> None:
        """Finish what was begun, and let go of the shop."""
        self.stopping.set()
        self.readiness.close()
        self.runner.close()
        self.writes.close()
        self.identifying.close()
        self.journal.close()
        self.keyring.close()
        self.store.close()
        self.shop.close()

    def _searched(self, query: Query) -> Results:
        found = self.shop.search(query)
        self.metrics.searched(found.timings_ms)
        tracing.stages(found.timings_ms)
        return found


def of(request: HTTPConnection) -> Serving:
    """What serves the request's shop."""
    found: Serving = request.app.state.serving
    return found
