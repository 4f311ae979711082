"""``/journal``: what was asked, what found nothing, what took long; for those who run the shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request

from wares.feedback import Reading
from wares.feedback.reading import MAX_HOURS, Happened, Told
from wares.server import serving
from wares.server.access import Caller, may
from wares.server.errors import NotThere
from wares.server.messages import Json
from wares.server.openapi import answers
from wares.store.asked import Hour, Totals, Words

router = APIRouter(tags=["journal"])
Admin = Annotated[Caller, Depends(may("admin"))]
Hours = Annotated[float, Query(gt=0, le=MAX_HOURS, description="How far to look back.", examples=[24])]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many.")]


class Overview(msgspec.Struct, frozen=True):
    """The journal at a glance: totals, hour by hour, and how often each action was taken."""

    totals: Totals
    hours: tuple[Hour, ...]
    actions: dict[str, int]


class WordsAsked(msgspec.Struct, frozen=True):
    """Words, the most frequent first."""

    words: tuple[Words, ...]


class QuestionsAsked(msgspec.Struct, frozen=True):
    """Questions with all that is known of them."""

    questions: tuple[Told, ...]


class History(msgspec.Struct, frozen=True):
    """A question and what came of it."""

    question: Told
    events: tuple[Happened, ...]


_OVERVIEW = Overview(
    Totals(120, 3, 0, 7.5, 31.0, 45), (Hour("2026-03-01T14", 120, 3, 0, 8.1),), {"click": 40, "purchase": 5}
)
_TOLD = Told(
    query_id="5f0c",
    at=datetime(2026, 3, 1, 14, 5, tzinfo=UTC),
    text="red dress",
    language="en",
    application="visitors",
    client_id="browser-7",
    session_id="visit-1",
    user_id="",
    query={"limit": 24},
    chips=('colour = "red"',),
    total=12,
    hits=("87",),
    took_ms=7.5,
    stages={"encode": 2.5},
    error="",
)

Look: TypeAlias = Callable[[Reading, float, int], Sequence[Any]]
_WORDS: Mapping[str, Look] = {"most-asked": Reading.most_asked, "in-vain": Reading.in_vain}
_QUESTIONS: Mapping[str, Look] = {"slowest": Reading.slowest, "latest": Reading.latest}


@router.get(
    "/journal", summary="The journal at a glance", responses=answers(Overview, "What there was.", example=_OVERVIEW)
)
def overview(request: Request, caller: Admin, hours: Hours = 24) -> Json:
    """How many questions there were, how many found nothing, how long they took, and what was done with answers."""
    reading = _reading(request)
    return Json(Overview(reading.totals(hours), tuple(reading.by_hour(hours)), reading.actions(hours)))


@router.get(
    "/journal/words/{which}",
    summary="What was asked",
    responses=answers(
        WordsAsked, "The words.", example=WordsAsked((Words("red dress", 12, 0, 7.5, "2026-03-01T09:30:00Z"),))
    ),
)
def words(
    request: Request,
    caller: Admin,
    which: Annotated[Literal["most-asked", "in-vain"], Path(description="All, or those that found nothing.")],
    hours: Hours = 24,
    limit: Limit = 20,
) -> Json:
    """What was asked most often, or found nothing most often; without regard to case."""
    return Json(WordsAsked(tuple(_WORDS[which](_reading(request), hours, limit))))


@router.get(
    "/journal/questions/{which}",
    summary="Questions",
    responses=answers(QuestionsAsked, "The questions.", example=QuestionsAsked((_TOLD,))),
)
def questions(
    request: Request,
    caller: Admin,
    which: Annotated[Literal["latest", "slowest"], Path(description="The latest, or those that took longest.")],
    hours: Hours = 24,
    limit: Limit = 20,
) -> Json:
    """Questions with their stages, the latest or the slowest first."""
    return Json(QuestionsAsked(tuple(_QUESTIONS[which](_reading(request), hours, limit))))


@router.get(
    "/journal/question/{query_id}",
    summary="A question and what came of it",
    responses=answers(
        History, "The question and its events.", example=History(_TOLD, ()), others={404: "there is no such question"}
    ),
)
def question(
    request: Request,
    caller: Admin,
    query_id: Annotated[str, Path(description="The query_id of an answer.", examples=["5f0c"])],
) -> Json:
    """One question by the id of its answer, with the events that name it."""
    reading = _reading(request)
    told = reading.question(query_id)
    if told is None:
        raise NotThere("the journal has no such question, or no longer")
    return Json(History(told, tuple(reading.events(query_id))))


def _reading(request: Request) -> Reading:
    return Reading(serving.of(request).store)
