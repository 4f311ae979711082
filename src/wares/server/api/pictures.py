"""``/pictures``: a picture is brought once, and asked about by a name that fits into an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError
from wares.server import pictures, serving
from wares.server.access import Caller, may
from wares.server.asking import a_file
from wares.server.messages import Json
from wares.server.openapi import answers, brings
from wares.server.pictures import Picture

router = APIRouter(tags=["search"])

_EXAMPLE = Picture("Zm9vYmFyMTIzNDU2Nzg5MA", 1200, 1600, "/pictures/Zm9vYmFyMTIzNDU2Nzg5MA")


@router.post(
    "/pictures",
    status_code=201,
    summary="Keep a picture to ask about",
    responses=answers(
        Picture,
        "The picture's name, for `image` of a question.",
        status=201,
        example=_EXAMPLE,
        others={413: "the picture is too large", 415: "the body is neither a picture nor a form"},
    ),
    openapi_extra=brings("image", about="The picture."),
)
async def keep(request: Request, caller: Annotated[Caller, Depends(may("search"))]) -> Json:
    """Keep a picture for a day, re-encoded and at most 1,600 pixels wide and high. The body is the picture, or a form
    with a file named ``image``. Whoever has its name can see it; nobody can guess the name."""
    data, _ = await a_file(request, "image")
    if not data:
        raise QueryError("there is no picture: send it as the body, or as a file named image")
    served = serving.of(request)
    limits = pictures.limits_of(served.shop.settings.media, served.config.limits)
    return Json(await run_in_threadpool(served.pictures.keep, data, limits), 201)
