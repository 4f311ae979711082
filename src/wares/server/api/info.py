"""``/info``: what the shop holds, for those who run it."""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request

from wares.reports import ShopInfo
from wares.server import serving
from wares.server.access import Caller, may
from wares.server.messages import Json
from wares.server.openapi import answers

router = APIRouter(tags=["shop"])

_EXAMPLE = ShopInfo(
    path="my-shop",
    model="default",
    products=1200,
    media=2400,
    warnings=0,
    fields={"brand": "keyword", "price": "number"},
    channels=("words", "use.text"),
    versions=(),
    last_change=1200,
    bytes_on_disk=48_000_000,
)


@router.get(
    "/info", summary="What the shop holds", responses=answers(ShopInfo, "Counts, fields, versions.", example=_EXAMPLE)
)
def info(request: Request, caller: Annotated[Caller, Depends(may("admin"))]) -> Json:
    """Counts, fields of filters, channels, and versions of the index."""
    found = serving.of(request).shop.info()
    return Json(msgspec.structs.replace(found, path=PurePath(found.path).name))
