"""``/facets``: counts beside an answer, without its hits."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request

from wares.query.names import resolve
from wares.server import asking, facets, serving
from wares.server.access import Caller, may
from wares.server.facets import Facet, FacetOption
from wares.server.messages import Json
from wares.server.openapi import answers, asks

router = APIRouter(tags=["search"])


class Facets(msgspec.Struct, frozen=True):
    """Fields to narrow an answer by, and how many products it has."""

    total: int
    facets: tuple[Facet, ...]


_BRAND = Facet(field="brand", kind="values", options=(FacetOption("Acme", 12, 'brand = "Acme"'),))


@router.get(
    "/facets",
    summary="Count values",
    responses=answers(Facets, "The fields and their counts.", example=Facets(40, (_BRAND,))),
    openapi_extra=asks(
        *("q", "where", "facet", "image", "crop", "like", "unlike", "without", "weight", "parse", "ignore", "user")
    ),
)
def count(request: Request, caller: Annotated[Caller, Depends(may("search"))]) -> Json:
    """Count the products that a question finds by the values of fields. Without ``facet`` the fields are chosen that
    part what was found into a handful; number fields are counted in round ranges."""
    served = serving.of(request)
    question = asking.of_address(request.query_params)
    fields = served.shop.fields()
    wanted = question.facets or facets.candidates(fields)
    asked = msgspec.structs.replace(question, facets=wanted, limit=1, offset=0, sort="")
    found = served.search(asking.asked(served, caller, asked))
    if question.facets:
        names = dict.fromkeys(resolve(name, fields) for name in question.facets)
        shown = tuple(facets.facet(fields[name], found.facets[name]) for name in names if name in found.facets)
    else:
        shown = facets.chosen(found, fields)
    return Json(Facets(found.total, shown))
