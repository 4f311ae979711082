"""How the shop is: what it holds, what is asked, what needs attention."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import NamedTuple

import msgspec
from fastapi import Response

from wares.feedback import Reading
from wares.reports import Check, ShopInfo, VersionInfo
from wares.server.console.charts import Bars, bars
from wares.server.console.here import Asked
from wares.server.console.here import router as console_router
from wares.server.console.pages.queries import by_hour
from wares.server.console.rendering import page
from wares.server.errors import without_paths
from wares.shop import Shop
from wares.store.asked import Totals
from wares.store.jobs import Job
from wares.store.store import Store

router = console_router()

#: Seconds for which a check-up holds, unless products change.
CHECKED_S = 60
#: Hours of the journal that are told.
DAY = 24


class Overview(NamedTuple):
    """What the first page shows of the shop itself."""

    info: ShopInfo
    live: VersionInfo | None
    checks: tuple[Check, ...]
    outdated: tuple[str, ...]
    totals: Totals
    hours: Bars | None
    jobs: tuple[Job, ...]

    @property
    def troubles(self) -> int:
        """How much needs attention."""
        return sum(not check.ok for check in self.checks) + bool(self.outdated) + bool(self.info.warnings)


def overview(shop: Shop, store: Store) -> Overview:
    """What the first page shows of the shop itself."""
    info = shop.info()
    live = next((version for version in info.versions if version.live), None)
    checks = _checked(shop, info.last_change, int(time.monotonic() // CHECKED_S))
    reading = Reading(store)
    hours = bars(by_hour(reading.by_hour(DAY)))
    return Overview(
        info, live, checks, shop.outdated() if live else (), reading.totals(DAY), hours, tuple(store.jobs.open())
    )


@lru_cache(maxsize=4)
def _checked(shop: Shop, last_change: int, time_slot: int) -> tuple[Check, ...]:
    """A check-up reads the whole store: it holds for a while."""
    return tuple(
        msgspec.structs.replace(one, detail=without_paths(one.detail), mend=without_paths(one.mend))
        for one in shop.check()
    )


@router.get("")
def show(here: Asked) -> Response:
    """The first page."""
    return page(here, "overview.html", view=overview(here.shop, here.serving.store))
