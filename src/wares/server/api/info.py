"""``/info``: what the shop holds, for those who run it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from wares.reports import ShopInfo
from wares.server import serving
from wares.server.access import Caller, may
from wares.server.messages import Json
from wares.server.openapi import answers

router = APIRouter(tags=["shop"])


@router.get("/info", summary="What the shop holds", responses=answers(ShopInfo, "Counts, fields, versions."))
def info(request: Request, caller: Annotated[Caller, Depends(may("admin"))]) -> Json:
    """Counts, fields of filters, channels, and versions of the index."""
    return Json(serving.of(request).shop.info())
