"""What lives as long as a server: the opened shop and what serves it. A request gets it by :func:`of`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from wares.server.config import ServerConfig
from wares.server.gallery import Gallery
from wares.server.identifying import Identifying
from wares.server.linking import Links
from wares.server.pictures import Pictures
from wares.server.secret import Secret
from wares.shop import Shop

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection


class Serving:
    """One shop, served. A context manager: leaving it finishes what was begun and lets go of the shop."""

    def __init__(self, shop: Shop, config: ServerConfig) -> None:
        self.shop = shop
        self.config = config
        self.secret = Secret.of(shop.path)
        self.links = Links(self.secret)
        self.gallery = Gallery(shop)
        self.pictures = Pictures(shop.path, self.secret)
        self.identifying = Identifying(shop)
        #: What runs encoders dozens of times waits for its turn in threads of its own.
        self.slowly = anyio.CapacityLimiter(2)

    @classmethod
    def open(cls, folder: Path, config: ServerConfig) -> Serving:
        """Open a shop to serve it. Raises as :meth:`wares.shop.Shop.open`."""
        return cls(Shop.open(folder, create=False), config)

    def close(self) -> None:
        """Finish what was begun, and let go of the shop."""
        self.identifying.close()
        self.shop.close()


def of(request: HTTPConnection) -> Serving:
    """What serves the request's shop."""
    found: Serving = request.app.state.serving
    return found
