"""``/identify``: what is in a picture, as the catalogue knows it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError
from wares.identify import Identification, Reading
from wares.server import pictures, serving
from wares.server.access import Caller, may
from wares.server.asking import a_file
from wares.server.messages import Json
from wares.server.openapi import answers, brings

router = APIRouter(tags=["search"])


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of a picture: an address or a name in place of a file, how many of the nearest products, and how
    sure an answer must be to be given."""

    image: str = ""
    k: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    sure: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5


_FIELDS: dict[str, dict[str, Any]] = {
    "k": {"type": "integer", "minimum": 1, "maximum": 100, "default": 5},
    "sure": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5},
}
_ABOUT = {
    "image": "A picture's http(s) address or name, in place of a file.",
    "k": "How many of the nearest products.",
    "sure": "Say nothing that is less sure than this.",
}
_PARAMETERS = [
    {"name": name, "in": "query", "schema": _FIELDS.get(name, {"type": "string"}), "description": about}
    for name, about in _ABOUT.items()
]

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
    openapi_extra={
        "parameters": _PARAMETERS,
        **brings("image", about="The picture.", required=False, fields=_FIELDS),
    },
)
async def identify(request: Request, caller: Annotated[Caller, Depends(may("search"))]) -> Json:
    """Category, brand, colour and whatever else the catalogue knows of such things, each with how sure that is; the
    nearest products; and whether such things are sold here at all. The picture is the body, a file named ``image`` of
    a form, or named in the address or the form; ``k`` and ``sure`` may stand in either. The first picture after a
    change may be answered with 503 while the catalogue is learnt from."""
    caller.whole("identifying")
    data, texts = await a_file(request, "image")
    try:
        asked = msgspec.convert({**request.query_params, **texts}, Asked, strict=False)
    except msgspec.ValidationError as wrong:
        raise QueryError(f"what is asked of the picture is not as it should be: {wrong}") from wrong
    return await run_in_threadpool(_identified, request, data, asked)


def _identified(request: Request, data: bytes, asked: Asked) -> Json:
    served = serving.of(request)
    limits = pictures.limits_of(served.shop.settings.media, served.config.limits)
    found = [data] if data else pictures.fetched([asked.image], limits, served.pictures.get) if asked.image else ()
    if not found:
        raise QueryError("there is no picture: send it as the body, as a file named image, or name it in the address")
    return Json(served.identifying.identify(pictures.checked(found[0], limits), asked.k, asked.sure))
