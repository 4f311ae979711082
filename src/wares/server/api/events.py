"""``/events``: what people do with answers, as UBI 1.3 has it."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from wares.feedback import Event, ubi
from wares.feedback.ubi import EventSaid
from wares.server import serving
from wares.server.access import Caller, may
from wares.server.messages import Json
from wares.server.openapi import answers, takes

router = APIRouter(tags=["events"])


class Recorded(msgspec.Struct, frozen=True):
    """How many events are kept, and the query ids among them that no answer had."""

    recorded: int
    unknown: tuple[str, ...]


_EVENT = EventSaid(
    action_name="click",
    query_id="5f0c…",
    client_id="browser-7",
    event_attributes={"object": {"object_id": "87"}, "position": {"ordinal": 1}},
)


@router.post(
    "/events",
    status_code=202,
    summary="Keep what was done",
    responses=answers(Recorded, "They are on the disk.", status=202, example=Recorded(1, ())),
    openapi_extra=takes(EventSaid | tuple[EventSaid, ...], example=_EVENT),
)
async def record(request: Request, caller: Annotated[Caller, Depends(may("search"))]) -> Json:
    """Keep events: one, or a list of at most 1,000. All of them or none; answered when they are on the disk."""
    body = await request.body()

    def kept() -> Recorded:
        named = (event if event.application else _of(event, caller) for event in ubi.read(body))
        receipt = serving.of(request).journal.record(named)
        return Recorded(receipt.recorded, receipt.unknown)

    return Json(await run_in_threadpool(kept), 202)


def _of(event: Event, caller: Caller) -> Event:
    return msgspec.structs.replace(event, application=caller.name)
