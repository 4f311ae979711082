"""How much there is: sizes of a served shop, read when somebody asks for the figures."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wares.server.serving import Serving
    from wares.shop import Shop

#: Seconds for which sizes of the shop are remembered: to count some of them takes a while.
_FRESH_S = 5.0


class Size(NamedTuple):
    """A number and what it is of."""

    about: str
    value: float


class Sizes:
    """The sizes by the names of their figures, without "wares_"."""

    def __init__(self, served: Serving) -> None:
        self._served = served
        self._guard = threading.Lock()
        self._counted: dict[str, Size] = {}
        self._until = 0.0

    def __call__(self) -> Mapping[str, Size]:
        with self._guard:
            if time.monotonic() >= self._until:
                self._counted = _counted(self._served.shop)
                self._until = time.monotonic() + _FRESH_S
        served = self._served
        entries, size = served.answers.size()
        open_jobs = [job.state for job in served.store.jobs.open()]
        return {
            **self._counted,
            "cache_answers": Size("Answers in the cache of this worker", entries),
            "cache_bytes": Size("Bytes of the answers in the cache of this worker", size),
            "searches_waiting": Size("Questions that wait for their turn in this worker", served.answers.waiting),
            "writes_waiting": Size(
                "Changes of products that wait to be written by this worker", served.writes.waiting
            ),
            "journal_waiting": Size("Questions that wait to be noted by this worker", served.journal.waiting),
            "journal_dropped": Size("Questions that this worker could not note", served.journal.dropped),
            "jobs_waiting": Size("Jobs that wait", open_jobs.count("queued")),
            "jobs_running": Size("Jobs that are being done", open_jobs.count("running")),
        }


def _counted(shop: Shop) -> dict[str, Size]:
    info = shop.info()
    live = next((version for version in info.versions if version.live), None)
    return {
        "products": Size("Products of the shop", info.products),
        "media": Size("Media of the products", info.media),
        "warnings": Size("Media that could not be used", info.warnings),
        "media_unread": Size("Media in which nothing could be read", info.unread),
        "index_points": Size(
            "Products in the live version of the index when it was built", live.points if live else 0
        ),
        "index_version": Size(
            "Number of the live version of the index", int(live.name) if live and live.name.isdigit() else 0
        ),
        "index_versions": Size("Versions of the index that are kept", len(info.versions)),
        "last_change": Size("Number of the last change of products", info.last_change),
        "disk_bytes": Size("Bytes of the shop on the disk", info.bytes_on_disk),
    }
