"""How sound the catalogue is: what products lack, which media are broken, what is shown as one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from fastapi import Response

from wares.folding.audit import Audit, audit
from wares.insight.coverage import Coverage, coverage
from wares.server.console.here import Asked
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.shop import Shop
from wares.store.entries import Warned
from wares.store.store import Store

router = console_router()

#: Media with warnings, and groups of products, that one page shows.
MOST_WARNINGS = 200
GROUPS = 20


class Broken(NamedTuple):
    """A product, and what is wrong with its media: the address and why."""

    id: str
    media: tuple[tuple[str, str], ...]


class Health(NamedTuple):
    """What is shown of a catalogue."""

    coverage: Coverage
    broken: tuple[Broken, ...]
    broken_count: int
    folds: Audit


def health(shop: Shop, store: Store) -> Health:
    """What is shown of a catalogue."""
    warned, count = store.warnings(MOST_WARNINGS), store.warning_count()
    folds = audit(store, shop.settings.folding, GROUPS)
    return Health(_surveyed(shop, store.last_change()), by_product(warned), count, folds)


def by_product(warned: Sequence[Warned]) -> tuple[Broken, ...]:
    """Warnings, product by product; of a path of this machine only the file's name is told."""
    ordered = sorted(warned, key=lambda one: one.id)
    return tuple(
        Broken(id, tuple((_shown(one.source), one.warning.replace(one.source, _shown(one.source))) for one in own))
        for id, own in groupby(ordered, key=lambda one: one.id)
    )


def _shown(source: str) -> str:
    return source if "://" in source else Path(source).name


@lru_cache(maxsize=4)
def _surveyed(shop: Shop, last_change: int) -> Coverage:
    """What was surveyed stays so until something changes."""
    return coverage(shop)


@router.get("/catalogue")
def show(here: Asked) -> Response:
    """The page."""
    return page(here, "catalogue.html", view=health(here.shop, here.serving.store))
