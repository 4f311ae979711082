"""``/suggest``: completions while somebody types."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from wares.records import Suggestion
from wares.server import serving
from wares.server.access import Caller, may
from wares.server.messages import Json, Suggestions
from wares.server.openapi import answers

router = APIRouter(tags=["search"])

_EXAMPLE = Suggestions((Suggestion("red dress", "query", 12),))


@router.get(
    "/suggest",
    summary="Complete what is being typed",
    responses=answers(Suggestions, "Most frequent first.", example=_EXAMPLE),
)
def suggest(
    request: Request,
    caller: Annotated[Caller, Depends(may("search"))],
    q: Annotated[str, Query(description="What was typed so far.", examples=["red dr"])] = "",
    limit: Annotated[int, Query(ge=1, le=50, description="How many.")] = 8,
) -> Json:
    """What somebody who has typed this may go on to ask: queries, categories, brands, products."""
    return Json(Suggestions(serving.of(request).shop.suggest(q, limit, caller.where)))
