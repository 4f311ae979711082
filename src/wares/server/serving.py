"""What lives as long as a server: the opened shop and what serves it. A request gets it by :func:`of`."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from wares.access import Keyring
from wares.feedback import Journal
from wares.server import access
from wares.server.access import Door
from wares.server.config import ServerConfig
from wares.server.gallery import Gallery
from wares.server.identifying import Identifying
from wares.server.linking import Links
from wares.server.pages.home import Homes
from wares.server.pictures import Pictures
from wares.server.secret import Secret
from wares.server.sessions import Sessions
from wares.shop import Shop
from wares.store.store import Store

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


class Serving:
    """One shop, served. A context manager: leaving it finishes what was begun and lets go of the shop."""

    def __init__(self, shop: Shop, store: Store, config: ServerConfig) -> None:
        self.shop = shop
        self.store = store
        self.config = config
        self.secret = Secret.of(shop.path)
        self.links = Links(self.secret)
        self.gallery = Gallery(shop)
        self.pictures = Pictures(shop.path, self.secret)
        self.identifying = Identifying(shop)
        #: What runs encoders dozens of times waits for its turn in threads of its own.
        self.slowly = anyio.CapacityLimiter(2)
        self.journal = Journal(store, shop.settings.journal)
        self.keyring = Keyring(store)
        self.sessions = Sessions(self.keyring, self.secret)
        access.check(self.keyring, config, shop.path)
        self.door = Door(self.keyring, self.sessions, config)
        self.homes = Homes()

    @classmethod
    def open(cls, folder: Path, config: ServerConfig) -> Serving:
        """Open a shop to serve it. Raises as :meth:`wares.shop.Shop.open`, and
        :class:`~wares.errors.SetupError` when nobody could call."""
        with ExitStack() as opened:
            shop = opened.enter_context(Shop.open(folder, create=False))
            store = opened.enter_context(Store.open(folder / "shop.db"))
            served = cls(shop, store, config)
            opened.pop_all()
        return served

    def close(self) -> None:
        """Finish what was begun, and let go of the shop."""
        self.identifying.close()
        self.journal.close()
        self.keyring.close()
        self.store.close()
        self.shop.close()


def of(request: HTTPConnection) -> Serving:
    """What serves the request's shop."""
    found: Serving = request.app.state.serving
    return found
