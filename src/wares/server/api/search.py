"""``/search`` and ``/similar``: questions and answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from wares.errors import QueryError
from wares.server import asking, pictures, serving
from wares.server.access import Caller, may
from wares.server.messages import Answer, Json, Question, answered
from wares.server.openapi import answers, takes

router = APIRouter(tags=["search"])
Searcher = Annotated[Caller, Depends(may("search"))]

_EXAMPLE = {"text": "red dress under 50", "facets": ["brand", "category"], "limit": 24}
_ANSWER = {"query_id": "5f0c…", "total": 2, "hits": [], "chips": [], "took_ms": 7.5}


@router.get("/search", summary="Search by words", responses=answers(Answer, "What was found.", example=_ANSWER))
def by_words(
    request: Request,
    caller: Searcher,
    q: Annotated[str, Query(description="Words to look for.", examples=["red dress under 50"])] = "",
    where: Annotated[str, Query(description="A filter: docs/filters.md.", examples=["price < 30"])] = "",
    facet: Annotated[list[str], Query(description="Fields to count the values of.")] = [],  # noqa: B006
    sort: Annotated[str, Query(description="A field; -field for downwards.")] = "",
    limit: Annotated[int, Query(description="How many hits.")] = 10,
    offset: Annotated[int, Query(description="How many hits to skip.")] = 0,
    like: Annotated[list[str], Query(description="Ids of products to be like.")] = [],  # noqa: B006
    unlike: Annotated[list[str], Query(description="Ids of products to be unlike.")] = [],  # noqa: B006
    without: Annotated[list[str], Query(description="Words that are not meant.")] = [],  # noqa: B006
    image: Annotated[list[str], Query(description="Addresses of pictures.")] = [],  # noqa: B006
    crop: Annotated[str, Query(description="Part of the picture: left,top,width,height as shares.")] = "",
    weight: Annotated[list[str], Query(description="As in image=0.7.")] = [],  # noqa: B006
    parse: Annotated[bool, Query(description="Read filters out of the words and correct them.")] = True,
    ignore: Annotated[list[str], Query(description="Chips and corrections that were not meant.")] = [],  # noqa: B006
    user: Annotated[str, Query(description="Who asks, as the shop calls them.")] = "",
    session: Annotated[str, Query(description="The visit, for the journal.")] = "",
) -> Json:
    """Find products by words, and by whatever else fits into an address."""
    return _answer(request, caller, asking.of_address(request.query_params), ())


@router.post(
    "/search",
    summary="Search by words, pictures, products or a mix",
    responses=answers(Answer, "What was found.", example=_ANSWER),
    openapi_extra=takes(Question, example=_EXAMPLE),
)
async def by_anything(request: Request, caller: Searcher) -> Json:
    """Find products. The question is JSON; or a form with pictures as files named ``image``, and the same names as in
    an address (or one field ``question`` with the JSON)."""
    question, files = await asking.read(request)
    return await run_in_threadpool(_answer, request, caller, question, files)


@router.get(
    "/similar/{id:path}", summary="Products like one", responses=answers(Answer, "What was found.", example=_ANSWER)
)
def similar(
    request: Request,
    caller: Searcher,
    id: Annotated[str, Path(description="The id of a product.", examples=["87"])],
    where: Annotated[str, Query(description="A filter.")] = "",
    limit: Annotated[int, Query(description="How many hits.")] = 10,
) -> Json:
    """Products that are like one."""
    return _answer(request, caller, Question(like=(id,), where=where, limit=limit), ())


def _answer(request: Request, caller: Caller, question: Question, files: tuple[bytes, ...]) -> Json:
    served = serving.of(request)
    limits = pictures.limits_of(served.shop.settings.media, served.config.limits)
    images = [*files, *pictures.fetched(question.image, limits, served.pictures)]
    if question.crop is not None and len(images) != 1:
        raise QueryError("crop is the part of one picture; give one picture")
    images = [pictures.cut(data, question.crop, limits) for data in images]
    found = served.shop.search(asking.query_of(question, caller, images))
    return Json(answered(found, tuple(map(served.links.hit, found.hits))))
