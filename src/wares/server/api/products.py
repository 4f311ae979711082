"""``/products``: what the shop holds, read and written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from wares.records import Product
from wares.server import auditing, serving
from wares.server.access import Caller, may
from wares.server.asking import product_of
from wares.server.bulk import Asked, Bulk, Line
from wares.server.changes import Changes
from wares.server.errors import without_paths
from wares.server.incoming import json_of
from wares.server.messages import ENCODER, Json, ProductBody, ProductPage, ProductWritten
from wares.server.middleware.sizes import bulk as long_body
from wares.server.openapi import answers, nothing, streams, takes
from wares.server.sight import Sight
from wares.server.tags import Terms, among, tag

if TYPE_CHECKING:
    from concurrent.futures import Future

    from wares.server.writes import Written

router = APIRouter(tags=["products"])
Reader = Annotated[Caller, Depends(may("search"))]
Author = Annotated[Caller, Depends(may("write"))]
Id = Annotated[str, Path(description="The id of a product.", examples=["87"])]

_NDJSON = "application/x-ndjson"
_PRODUCT = {
    **{"id": "87", "title": "Red mug", "brand": "Acme", "category": ["Kitchen", "Mugs"]},
    **{"attributes": {"colour": "red"}, "price": {"amount": 1290, "currency": "EUR"}, "availability": "in_stock"},
    "media": [{"source": "https://example.com/red-mug.jpg"}],
}
_WRITTEN = {"id": "87", "outcome": "added", "warnings": []}
_REPLACED = {**_WRITTEN, "outcome": "changed"}
_LINES = '{"id": "87", "title": "Red mug"}\n{"patch": {"id": "88", "brand": null}}\n{"delete": "89"}\n'
_MISSING = {404: "there is no such product"}
_WRITING = {
    412: "the product is not as the headers say",
    413: "the request is too large",
    422: "the product is wrong; the message names the item",
    503: "another process writes, or the server stops; Retry-After says when to come again",
}


@router.get(
    "/products",
    summary="Products one after the other",
    responses=answers(ProductPage, "A page.", example={"products": [_PRODUCT], "next": "87"}),
)
def page(
    request: Request,
    caller: Reader,
    after: Annotated[str, Query(description="The id after which to go on.", examples=["86"])] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="How many on a page.")] = 100,
) -> Response:
    """Products in the order of their ids. With ``Accept: application/x-ndjson`` all of them from there on, a line
    each, for exports; a walk that broke off goes on after the last id it got."""
    if _NDJSON in request.headers.get("accept", ""):
        return StreamingResponse(_export(request, caller, after), media_type=_NDJSON)
    found: list[Product] = []
    more = False
    for product in _walk(request, caller, after):
        if more := len(found) == limit:
            break
        found.append(product)
    links = serving.of(request).links
    return Json(ProductPage(tuple(map(links.product, found)), found[-1].id if more else ""))


@router.post(
    "/products/bulk",
    response_class=StreamingResponse,
    summary="Change many products",
    responses=streams(
        Line,
        _NDJSON,
        "A line for each line, in their order, and one that sums up.",
        example='{"line": 1, "id": "87", "status": "added"}\n{"lines": 1, "counts": {"added": 1}, "note": ""}\n',
        others={413: "the request is too large"},
    ),
    openapi_extra={
        "requestBody": {"required": True, "content": {_NDJSON: {"schema": {"type": "object"}, "example": _LINES}}}
    },
)
async def bulk(request: Request, caller: Author, _: Annotated[None, Depends(long_body)]) -> Bulk:
    """Change many products, a JSON line each: a product (or ``{"put": product}``), ``{"patch": …}`` with an id in it,
    or ``{"delete": "id"}``. Each line gets its own status, and one that is wrong stops no other."""
    served = serving.of(request)
    changes, batch = Changes(served, caller), auditing.Batch(served, caller)

    def begin(ask: Asked) -> Future[Written]:
        return batch.follow(served.writes.change(ask.id, changes.of(ask)))

    return Bulk(request.stream(), begin, served.stopping.is_set, batch.close)


@router.get(
    "/products/{id:path}",
    summary="One product",
    responses=answers(ProductBody, "The product.", example={"product": _PRODUCT}, others=_MISSING),
)
def get(request: Request, caller: Reader, id: Id) -> Response:
    """A product with its variants and media, and what its reviews come to. Its ``ETag`` can be sent with a change and
    with the next reading."""
    served = serving.of(request)
    product = product_of(served, caller, id)
    headers = {"ETag": tag(product), "Cache-Control": "private, no-cache"}
    reception = served.shop.reception(product.id)
    # The tag is the product's, which writers go by: it does not tell that there are new reviews.
    if reception is None and among(request.headers.get("if-none-match", ""), headers["ETag"]):
        return Response(None, 304, headers)
    return Json(ProductBody(served.links.product(product), reception), headers=headers)


@router.put(
    "/products/{id:path}",
    summary="Add a product, or replace it whole",
    responses={
        **answers(ProductWritten, "It is new.", status=201, example=_WRITTEN),
        **answers(ProductWritten, "It was there before.", example=_REPLACED, others=_WRITING),
    },
    openapi_extra=takes(Product, example=_PRODUCT),
)
async def put(request: Request, caller: Author, id: Id) -> Response:
    """Store a product. When this answers, it is found. The body may leave the id out. Media come from http(s)
    addresses or as ``data:`` URLs; those that this server showed stay what they are. ``If-Match`` with the ETag that
    was read, or ``If-None-Match: *``, keep two writers from undoing each other's work."""
    return await _change(request, caller, Asked("put", id, await _body(request)))


@router.patch(
    "/products/{id:path}",
    summary="Change parts of a product",
    responses=answers(ProductWritten, "What became of it.", example=_REPLACED, others={**_MISSING, **_WRITING}),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "object"}, "example": {"price": {"amount": 990}, "brand": None}}
                for kind in ("application/merge-patch+json", "application/json")
            },
        }
    },
)
async def patch(request: Request, caller: Author, id: Id) -> Response:
    """Change what the body names, and nothing else (JSON merge patch, RFC 7396): null removes, lists are replaced."""
    return await _change(request, caller, Asked("patch", id, await _body(request)))


@router.delete(
    "/products/{id:path}",
    status_code=204,
    summary="Remove a product",
    responses=nothing("It is gone.", others={**_MISSING, **_WRITING}),
)
async def delete(request: Request, caller: Author, id: Id) -> Response:
    """Remove a product. When this answers, it is not found any more."""
    return await _change(request, caller, Asked("delete", id, None))


async def _body(request: Request) -> object:
    return await run_in_threadpool(json_of, await request.body())


async def _change(request: Request, caller: Caller, ask: Asked) -> Response:
    served = serving.of(request)
    make = Changes(served, caller, Terms(request)).of(ask)
    written: Written = await asyncio.wrap_future(served.writes.change(ask.id, make))
    await run_in_threadpool(auditing.product, served, caller, written)
    if written.product is None:
        return Response(None, 204)
    told = ProductWritten(written.id, written.outcome, tuple(map(without_paths, written.warnings)))
    return Json(told, 201 if written.outcome == "added" else 200, {"ETag": tag(written.product)})


def _walk(request: Request, caller: Caller, after: str) -> Iterator[Product]:
    """Every product that the caller may see, in the order of ids."""
    shop = serving.of(request).shop
    sight = Sight(caller, shop)
    while found := shop.page(after, 200):
        yield from filter(sight.sees, found)
        after = found[-1].id


def _export(request: Request, caller: Caller, after: str) -> Iterator[bytes]:
    links = serving.of(request).links
    for product in _walk(request, caller, after):
        yield ENCODER.encode(links.product(product)) + b"\n"
