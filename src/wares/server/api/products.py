"""``/products``: what the shop holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from wares.errors import QueryError
from wares.server import serving
from wares.server.access import Caller, may
from wares.server.errors import NotThere
from wares.server.messages import Json, ProductBody
from wares.server.openapi import answers

router = APIRouter(tags=["products"])
Id = Annotated[str, Path(description="The id of a product.", examples=["87"])]


@router.get(
    "/products/{id:path}",
    summary="One product",
    responses=answers(ProductBody, "The product.", others={404: "there is no such product"}),
)
def get(request: Request, caller: Annotated[Caller, Depends(may("search"))], id: Id) -> Json:
    """A product with its variants and media."""
    served = serving.of(request)
    try:
        product = served.shop.get(id)
    except QueryError as unknown:
        raise NotThere(str(unknown)) from unknown
    return Json(ProductBody(served.links.product(product)))
