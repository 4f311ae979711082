"""How sound the catalogue is: what products lack, which media are broken, what is shown as one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec
from fastapi import Response

from wares.errors import QueryError
from wares.folding.audit import Audit, audit
from wares.insight.coverage import Coverage, coverage
from wares.insight.findable import SAMPLE, Findable
from wares.reports import Tally
from wares.server import studies
from wares.server.console.forms import Posted
from wares.server.console.here import Asked
from wares.server.console.here import router as console_router
from wares.server.console.pages.jobs import start
from wares.server.console.rendering import page
from wares.server.studies import Seek
from wares.shop import Shop
from wares.store.entries import Warned
from wares.store.extracts import Unread
from wares.store.jobs import Job
from wares.store.store import Store

router = console_router()

#: Media with warnings, and groups of products, that one page shows.
MOST_WARNINGS = 200
GROUPS = 20
#: Feeds with problems that are told, rows of each, and jobs among which they are looked for.
IMPORTS, MOST_ROWS, JOBS = 5, 20, 200


class Broken(NamedTuple):
    """A product, and what is wrong with its media: the address and why."""

    id: str
    media: tuple[tuple[str, str], ...]


class Import(NamedTuple):
    """A feed that was not read whole: its job, its first bad rows, and how many there were."""

    job: Job
    problems: tuple[str, ...]
    bad_rows: int


class Health(NamedTuple):
    """What is shown of a catalogue."""

    coverage: Coverage
    broken: tuple[Broken, ...]
    broken_count: int
    read: tuple[Tally, ...]
    unread: tuple[Unread, ...]
    folds: Audit
    sought: Findable | None
    problems: tuple[Import, ...]
    last_change: int


def health(shop: Shop, store: Store) -> Health:
    """What is shown of a catalogue."""
    warned, count = store.warnings(MOST_WARNINGS), store.warning_count()
    folds = audit(store, shop.settings.folding, GROUPS)
    last = store.last_change()
    surveyed = _surveyed(shop, last)
    read, unread = store.extracts.tallies(), store.extracts.problems(MOST_WARNINGS)
    return Health(
        surveyed,
        by_product(warned),
        count,
        tuple(read),
        tuple(map(_pathless, unread)),
        folds,
        studies.sought(shop),
        imports(store),
        last,
    )


def imports(store: Store) -> tuple[Import, ...]:
    """The last feeds that had bad rows or could not be read, the latest first."""
    jobs = (job for job in store.jobs.latest(JOBS) if job.kind == "index" and job.ended)
    found = (Import(job, _problems(job), _bad_rows(job)) for job in jobs)
    return tuple(one for one in found if one.problems)[:IMPORTS]


def _problems(job: Job) -> tuple[str, ...]:
    told = [job.error["message"]] if job.error else []
    rows = job.result.get("problems", ()) if isinstance(job.result, dict) else ()
    return (*told, *rows)[:MOST_ROWS]


def _bad_rows(job: Job) -> int:
    return int(job.result.get("bad_rows", 0)) if isinstance(job.result, dict) else 0


def by_product(warned: Sequence[Warned]) -> tuple[Broken, ...]:
    """Warnings, product by product; of a path of this machine only the file's name is told."""
    ordered = sorted(warned, key=lambda one: one.id)
    return tuple(
        Broken(id, tuple((_shown(one.source), one.warning.replace(one.source, _shown(one.source))) for one in own))
        for id, own in groupby(ordered, key=lambda one: one.id)
    )


def _pathless(one: Unread) -> Unread:
    name = _shown(one.source)
    return msgspec.structs.replace(one, source=name, problem=one.problem.replace(one.source, name))


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


@router.post("/catalogue/findable")
def seek(here: Asked, form: Posted) -> Response:
    """Ask for products by their titles and pictures."""
    try:
        sample = int(form.number("sample", "how many products", SAMPLE))
        told = Seek(sample=sample, anew=form.one("anew") == "1")
    except ValueError as wrong:
        raise QueryError(str(wrong)) from wrong
    return start(here, "findable", told)
