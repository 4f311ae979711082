"""What people ask: the latest questions, the most frequent, those in vain and the slow ones; and one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

import msgspec
from fastapi import Response

from wares.errors import QueryError, WaresError
from wares.feedback import Reading
from wares.feedback.reading import Happened, Told
from wares.records import Query
from wares.server.console.charts import Bars, bars
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.server.errors import NotThere, message_of
from wares.store.asked import Hour, Totals

router = console_router()

#: Spans by their names in an address, in hours; rows of a list on one page, and pages.
SPANS = {"1h": 1, "24h": 24, "7d": 168}
ROWS = 50
PAGES = 19

Row = TypeVar("Row")
_Read: TypeAlias = Callable[[Reading, float, int], Sequence[Any]]
_READS: Mapping[str, _Read] = {
    "latest": Reading.latest,
    "most": Reading.most_asked,
    "vain": Reading.in_vain,
    "slow": Reading.slowest,
}


class Page(NamedTuple):
    """A part of a list; whether there is more."""

    rows: tuple[Any, ...]
    number: int
    more: bool


class Queries(NamedTuple):
    """What was asked in a span."""

    totals: Totals
    view: str
    span: str
    page: Page
    hours: Bars | None


class Answer(NamedTuple):
    """A product that was shown: its title and picture, "" if it is gone."""

    id: str
    title: str
    picture: str


class Compared(NamedTuple):
    """A question: what it found when it was asked, and now. ``trouble``: why it cannot be asked again."""

    told: Told
    events: tuple[Happened, ...]
    then: tuple[Answer, ...]
    now: tuple[Answer, ...] | None = None
    total: int = 0
    took_ms: float = 0.0
    trouble: str = ""


def asked(reading: Reading, view: str, span: str, number: int) -> Queries:
    """One list over one span. :class:`QueryError` for a list or a span that there is not."""
    if view not in _READS or span not in SPANS or not 1 <= number <= PAGES:
        raise QueryError(f"a list is one of {', '.join(_READS)}, a span of {', '.join(SPANS)}, a page 1 … {PAGES}")
    hours, wanted = SPANS[span], number * ROWS + 1
    rows = _READS[view](reading, hours, wanted)
    drawn = bars(by_hour(reading.by_hour(hours))) if hours > 1 else None
    return Queries(reading.totals(hours), view, span, paged(rows, number), drawn)


def paged(rows: Sequence[Row], number: int) -> Page:
    """The rows of a page, of all those up to its end and one more."""
    return Page(tuple(rows[(number - 1) * ROWS : number * ROWS]), number, len(rows) > number * ROWS)


def by_hour(hours: Sequence[Hour]) -> list[tuple[str, float, float]]:
    """Questions an hour, and those without a hit as their part."""
    return [
        (f"{hour.hour[5:].replace('T', ' ')}h: {hour.questions:,} ({hour.zero:,})", hour.questions, hour.zero)
        for hour in hours
    ]


def compared(here: Here, told: Told, again: bool) -> Compared:
    """A question and what came of it; with ``again`` asked once more."""
    events = tuple(Reading(here.serving.store).events(told.query_id))
    found = Compared(told, events, tuple(_answer(here, id) for id in told.hits))
    if not again:
        return found
    try:
        query = msgspec.convert(told.query, Query)
        results = here.shop.search(msgspec.structs.replace(query, limit=max(len(told.hits), 10), offset=0))
    except WaresError as wrong:
        return found._replace(trouble=message_of(wrong))
    except msgspec.ValidationError as wrong:
        return found._replace(trouble=str(wrong))
    now = tuple(_answer(here, hit.id) for hit in results.hits)
    return found._replace(now=now, total=results.total, took_ms=results.took_ms)


def _answer(here: Here, id: str) -> Answer:
    try:
        product = here.serving.links.product(here.shop.get(id))
    except QueryError:
        return Answer(id, "", "")
    picture = next((str(medium.source) for medium in product.media if medium.modality == "image"), "")
    return Answer(id, product.title, picture)


@router.get("/queries")
def show(here: Asked, view: str = "latest", span: str = "24h", page_number: int = 1) -> Response:
    """The lists."""
    found = asked(Reading(here.serving.store), view, span, page_number)
    return page(here, "queries.html", view=found, spans=SPANS, views=tuple(_READS))


@router.get("/queries/{query_id}")
def one(here: Asked, query_id: str, again: bool = False) -> Response:
    """One question."""
    told = Reading(here.serving.store).question(query_id)
    if told is None:
        raise NotThere(f"no question {query_id[:60]!r} is known; it may have been trimmed")
    return page(here, "query.html", view=compared(here, told, again))
