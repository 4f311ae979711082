"""``/clips``: a sound or a video is brought once, and asked about by a name that fits into an address."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Request

from wares.errors import QueryError
from wares.server import asking, pictures, serving
from wares.server.access import Caller, may
from wares.server.clips import Clip
from wares.server.messages import Json, Question
from wares.server.openapi import answers, brings

router = APIRouter(tags=["search"])

_EXAMPLE = Clip("Zm9vYmFyMTIzNDU2Nzg5MA", "video", "/pictures/MDk4NzY1NDMyMXJhYm9vZg")


@router.post(
    "/clips",
    status_code=201,
    summary="Keep a sound or a video to ask about",
    responses=answers(
        Clip,
        "The clip's name, for `audio` or `video` of a question, as `modality` says.",
        status=201,
        example=_EXAMPLE,
        others={
            413: "the clip is too large",
            415: "the body is neither a sound, a video nor a form",
            501: "what listens, or looks at videos, is not installed",
        },
    ),
    openapi_extra=brings("clip", about="The sound or the video.", media_type="video/*"),
)
async def keep(request: Request, caller: Annotated[Caller, Depends(may("search"))]) -> Json:
    """Keep a sound or a video for a day. The body is the file, or a form with a file named ``clip``. What this shop
    has nothing to compare with is refused. It is shown to nobody; whoever has the name of a video can see a small
    picture of it, and nobody can guess the name."""
    data, _ = await asking.a_file(request, "clip")
    if not data:
        raise QueryError("there is no sound or video: send it as the body, or as a file named clip")
    made = await anyio.to_thread.run_sync(_kept, request, caller, data, limiter=serving.of(request).slowly)
    return Json(made, 201)


def _kept(request: Request, caller: Caller, data: bytes) -> Clip:
    """The clip kept, after it was asked about once."""
    served = serving.of(request)
    made = served.clips.keep(data, pictures.limits_of(served.shop.settings.media, served.config.limits))
    question = Question(audio=(made.clip,), limit=1) if made.modality == "audio" else Question(video=(made.clip,))
    served.search(asking.asked(served, caller, question))
    return made
