"""``/audit``: who changed what, and when."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request

from wares.server import serving
from wares.server.access import Caller, may
from wares.server.messages import Json
from wares.server.openapi import answers
from wares.store.entries import Audited

router = APIRouter(tags=["shop"])


class Entry(msgspec.Struct, frozen=True):
    """A change; ``before`` and ``after`` are what there was and is, null for nothing."""

    number: int
    at: str
    who: str
    kind: str
    name: str
    before: Any
    after: Any


class Audit(msgspec.Struct, frozen=True):
    """Changes, the latest first."""

    audit: tuple[Entry, ...]


_ENTRY = Entry(7, "2026-03-01T09:30:00.000+00:00", "ann", "rule", "summer sandals", {"priority": 0}, {"priority": 5})


@router.get("/audit", summary="Who changed what", responses=answers(Audit, "The log.", example=Audit((_ENTRY,))))
def log(
    request: Request,
    caller: Annotated[Caller, Depends(may("admin"))],
    kind: Annotated[
        str, Query(description="Of one kind only: rule, synonyms, stop words, key, products.", examples=["rule"])
    ] = "",
    name: Annotated[str, Query(description="Of one name only.", examples=["summer sandals"])] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 100,
) -> Json:
    """Changes of rules, synonyms, stop words, keys and products, the latest first, with who made them."""
    found = serving.of(request).store.audit(kind or None, name or None, limit)
    return Json(Audit(tuple(map(_entry, found))))


def _entry(one: Audited) -> Entry:
    sides = [None if doc is None else msgspec.json.decode(doc) for doc in (one.before, one.after)]
    return Entry(one.number, one.at, one.who, one.kind, one.name, *sides)
