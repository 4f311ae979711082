"""``/search`` and ``/similar``: questions and answers."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Depends, Path, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError
from wares.records import Heard
from wares.server import answering, asking, serving
from wares.server.access import Caller, may
from wares.server.asking import NONE, Files
from wares.server.messages import Answer, Json, Question, answered
from wares.server.openapi import answers, asks, brings, questions

router = APIRouter(tags=["search"])
Searcher = Annotated[Caller, Depends(may("search"))]

_EXAMPLE = {"text": "red dress under 50", "facets": ["brand", "category"], "limit": 24}
_OTHERS = {501: "what listens, or looks at videos, is not installed"}
_HEARD = Heard(kind="speech", text="red dress under fifty", language="en", certainty=0.87, seconds=2.4)
_ANSWER = {"query_id": "5f0c…", "total": 2, "hits": [], "chips": [], "took_ms": 7.5}


@router.get(
    "/search",
    summary="Search by words",
    responses=answers(Answer, "What was found.", example=_ANSWER, others=_OTHERS),
    openapi_extra=asks(),
)
def by_words(request: Request, caller: Searcher) -> Json:
    """Find products by words, and by whatever else fits into an address."""
    return _answer(request, caller, asking.of_address(request.query_params))


@router.post(
    "/search",
    summary="Search by words, pictures, products or a mix",
    responses=answers(Answer, "What was found.", example=_ANSWER, others=_OTHERS),
    openapi_extra=questions(Question, example=_EXAMPLE),
)
async def by_anything(request: Request, caller: Searcher) -> Json:
    """Find products. The question is JSON; or a form with pictures as files named ``image``, recordings ``audio`` and
    videos ``video``, and the same names as in an address (or one field ``question`` with the JSON). What is said in
    recordings becomes words; ``heard`` of the answer has them."""
    question, files = await asking.read(request)
    return await run_in_threadpool(_answer, request, caller, question, files)


@router.post(
    "/hear",
    summary="What a recording says",
    responses=answers(Heard, "What was heard.", example=_HEARD, others=_OTHERS),
    openapi_extra=brings("audio", about="The recording.", media_type="audio/*"),
)
async def hear(request: Request, caller: Searcher) -> Json:
    """The words of a spoken question, to be shown and mended before they are searched for. The recording is the body,
    or a file named ``audio`` of a form."""
    data, _ = await asking.a_file(request, "audio")
    if not data:
        raise QueryError("there is no recording: send it as the body, or as a file named audio")
    served = serving.of(request)
    return Json(await anyio.to_thread.run_sync(served.shop.hear, data, limiter=served.slowly))


@router.get(
    "/similar/{id:path}",
    summary="Products like one",
    responses=answers(Answer, "What was found.", example=_ANSWER, others={404: "there is no such product"}),
    openapi_extra=asks("where", "facet", "limit", "offset", "user", "session", "client"),
)
def similar(
    request: Request,
    caller: Searcher,
    id: Annotated[str, Path(description="The id of a product.", examples=["87"])],
) -> Json:
    """Products that are like one, the most alike first; it is not among them."""
    asking.product_of(serving.of(request), caller, id)
    question = asking.of_address(request.query_params)
    return _answer(request, caller, msgspec.structs.replace(question, like=(id,)))


def _answer(request: Request, caller: Caller, question: Question, files: Files = NONE) -> Json:
    results = answering.found(request, caller, question, files)
    return Json(answered(results, tuple(map(serving.of(request).links.hit, results.hits))))
