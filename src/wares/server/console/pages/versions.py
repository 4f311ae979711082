"""The versions of the index: which answers, which could; building anew and going back."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Response

from wares.reports import VersionInfo
from wares.server.console.here import Asked
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.shop import Shop

router = console_router()


class Versions(NamedTuple):
    """The versions, the newest first, and the settings that the live one was not built with."""

    versions: tuple[VersionInfo, ...]
    outdated: tuple[str, ...]
    products: int

    @property
    def back(self) -> bool:
        """Whether there is an earlier one to go back to."""
        live = next((at for at, one in enumerate(self.versions) if one.live), len(self.versions))
        return live + 1 < len(self.versions)


def versions(shop: Shop) -> Versions:
    """The versions of a shop's index."""
    info = shop.info()
    return Versions(tuple(reversed(info.versions)), shop.outdated() if info.versions else (), info.products)


@router.get("/versions")
def show(here: Asked) -> Response:
    """The page."""
    return page(here, "versions.html", view=versions(here.shop))
