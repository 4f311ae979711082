"""Who changed what, and when."""

from __future__ import annotations

import difflib
from typing import Any, NamedTuple

import msgspec
from fastapi import Response

from wares.errors import StoreError
from wares.server.console.here import Asked
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.store.entries import Audited
from wares.store.store import Store

router = console_router()

#: Entries of the log that one page shows; lines of a difference that are told.
MOST = 200
MOST_LINES = 60


class Line(NamedTuple):
    """A line of a difference: "plus", "minus", or "" for what stayed."""

    sign: str
    text: str


class Entry(NamedTuple):
    """A change, and how it reads."""

    change: Audited
    what: str
    lines: tuple[Line, ...]


def entries(store: Store, kind: str | None = None, name: str | None = None, limit: int = MOST) -> list[Entry]:
    """The latest changes, with what differs."""
    return [told(one) for one in store.audit(kind, name, limit)]


def told(change: Audited) -> Entry:
    """A change as people read it."""
    what = "added" if change.before is None else "removed" if change.after is None else "changed"
    return Entry(change, what, tuple(differing(change.before, change.after)))


def differing(before: str | None, after: str | None) -> list[Line]:
    """What differs between two JSON documents, line by line."""
    old, new = (_lines(document) for document in (before, after))
    found = []
    for line in difflib.unified_diff(old, new, lineterm="", n=1):
        if line.startswith(("---", "+++", "@@")):
            continue
        sign = {"+": "plus", "-": "minus"}.get(line[:1], "")
        found.append(Line(sign, line[1:]))
    more = len(found) - MOST_LINES
    return [*found[:MOST_LINES], *([Line("", f"… {more}")] if more > 0 else [])]


def _lines(document: str | None) -> list[str]:
    if document is None:
        return []
    try:
        decoded: Any = msgspec.json.decode(document)
    except msgspec.MsgspecError as damage:
        raise StoreError(f"the log is damaged: {damage}") from damage
    return msgspec.json.format(msgspec.json.encode(decoded), indent=2).decode().split("\n")


@router.get("/audit")
def show(here: Asked) -> Response:
    """The log of all that was written."""
    return page(here, "audit.html", entries=entries(here.serving.store))
