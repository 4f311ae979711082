"""``/why``: why a product is where it is in an answer, or why it is not there."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from wares.server import asking, serving
from wares.server.access import Caller, may
from wares.server.asking import NONE, Files
from wares.server.explaining import explained, heatmap
from wares.server.messages import Explanation, Json, Question
from wares.server.openapi import answers, asks, files, questions
from wares.server.sending import send

router = APIRouter(tags=["search"])
Searcher = Annotated[Caller, Depends(may("search"))]
Id = Annotated[str, Path(description="The id of a product.", examples=["87"])]

_EXAMPLE = {
    "id": "87",
    "title": "Red dress",
    "state": "shown",
    "told": "it is shown, at place 1",
    "place": 1,
    "page": 1,
}
_GONE = {404: "there is no such product", 501: "asking by voice is not installed"}
#: An answer stands as long as nothing is written; a heat map costs dozens of runs of an encoder.
_BRIEFLY = "private, max-age=300"


@router.get(
    "/why/{id:path}/heatmap",
    response_class=Response,
    summary="The region of a picture that matched",
    responses=files(
        ("image/png",),
        "The product's picture, warm where it matched.",
        also={304: "it is as it was"},
        others={404: "there is no such product, or no picture that is compared with the question"},
        keyed=True,
    ),
    openapi_extra=asks(),
)
async def heat(request: Request, caller: Searcher, id: Id) -> Response:
    """The picture of a product as PNG, grey where nothing spoke for the match and warm where something did."""
    served, question = serving.of(request), asking.of_address(request.query_params)
    data = await anyio.to_thread.run_sync(heatmap, served, caller, id, question, limiter=served.slowly)
    return send(request, data, "image/png", _BRIEFLY)


@router.get(
    "/why/{id:path}",
    summary="Why a product is where it is",
    responses=answers(Explanation, "What became of the product.", example=_EXAMPLE, others=_GONE),
    openapi_extra=asks(),
)
async def by_address(request: Request, caller: Searcher, id: Id) -> Json:
    """What became of a product when a question was answered: its place and what its score is made of; or the first
    thing that kept it away. ``limit`` and ``offset`` are those of the page that was looked at."""
    return await _explained(request, caller, id, asking.of_address(request.query_params))


@router.post(
    "/why/{id:path}",
    summary="Why a product is where it is, for pictures and long questions",
    responses=answers(Explanation, "What became of the product.", example=_EXAMPLE, others=_GONE),
    openapi_extra=questions(Question, example={"text": "red dress"}),
)
async def by_anything(request: Request, caller: Searcher, id: Id) -> Json:
    """As GET; the question is JSON or a form, as ``POST /search`` takes it."""
    question, brought = await asking.read(request)
    return await _explained(request, caller, id, question, brought)


async def _explained(request: Request, caller: Caller, id: str, question: Question, brought: Files = NONE) -> Json:
    served = serving.of(request)
    found = await anyio.to_thread.run_sync(explained, served, caller, id, question, brought, limiter=served.slowly)
    return Json(found)
