"""``/products``: what the shop holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from wares.records import Price, Product
from wares.server import asking, serving
from wares.server.access import Caller, may
from wares.server.messages import Json, ProductBody
from wares.server.openapi import answers

router = APIRouter(tags=["products"])

_EXAMPLE = ProductBody(Product(id="87", title="Red dress", brand="Acme", price=Price(4990, "EUR")))
Id = Annotated[str, Path(description="The id of a product.", examples=["87"])]


@router.get(
    "/products/{id:path}",
    summary="One product",
    responses=answers(ProductBody, "The product.", example=_EXAMPLE, others={404: "there is no such product"}),
)
def get(request: Request, caller: Annotated[Caller, Depends(may("search"))], id: Id) -> Json:
    """A product with its variants and media."""
    served = serving.of(request)
    return Json(ProductBody(served.links.product(asking.product_of(served, caller, id))))
