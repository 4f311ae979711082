"""``/identify``: what is in a picture, as the catalogue knows it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError
from wares.identify import Identification, Reading
from wares.server import pictures, serving
from wares.server.access import Caller, may
from wares.server.asking import a_file
from wares.server.messages import Json
from wares.server.openapi import answers, brings

router = APIRouter(tags=["search"])

_READING = Reading(field="category", value="Clothing/Shirts", confidence=0.93, source="look-alikes")
_EXAMPLE = Identification(known=True, score=0.91, own=0.82, strange=0.6, readings=(_READING,), unsure=(), alike=())


@router.post(
    "/identify",
    summary="What is in a picture",
    responses=answers(
        Identification,
        "What the picture shows.",
        example=_EXAMPLE,
        others={
            403: "the key may not search, or sees a part of the catalogue only",
            409: "the model does not see",
            415: "the body is neither a picture nor a form",
            422: "the shop has no pictures to learn from",
            503: "the catalogue is being learnt from; Retry-After says when to come again",
        },
    ),
    openapi_extra=brings("image", about="The picture.", required=False),
)
async def identify(
    request: Request,
    caller: Annotated[Caller, Depends(may("search"))],
    image: Annotated[str, Query(description="A picture's http(s) address or name, in place of a body.")] = "",
    k: Annotated[int, Query(ge=1, le=100, description="How many of the nearest products.")] = 5,
    sure: Annotated[float, Query(ge=0, le=1, description="Say nothing that is less sure than this.")] = 0.5,
) -> Json:
    """Category, brand, colour and whatever else the catalogue knows of such things, each with how sure that is; the
    nearest products; and whether such things are sold here at all. The picture is the body, or a file named ``image``
    of a form, or named in the address. The first picture after a change may be answered with 503 while the catalogue
    is learnt from."""
    caller.whole("identifying")
    body = b"" if image else await a_file(request, "image")
    return await run_in_threadpool(_identified, request, body, image, k, sure)


def _identified(request: Request, body: bytes, image: str, k: int, sure: float) -> Json:
    served = serving.of(request)
    limits = pictures.limits_of(served.shop.settings.media, served.config.limits)
    found = pictures.fetched([image], limits, served.pictures) if image else [body] if body else []
    if not found:
        raise QueryError("there is no picture: send it as the body, as a file named image, or name it in the address")
    return Json(served.identifying.identify(pictures.checked(found[0], limits), k, sure))
