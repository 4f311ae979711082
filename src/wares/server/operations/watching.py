"""What surrounds every request: an id, and when it has been answered a figure, a log line and the end of a span."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING

from wares.server.operations import tracing
from wares.server.operations.logs import REQUESTS, RequestLine

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from wares.server.operations.metrics import Metrics

_log = logging.getLogger(REQUESTS)

#: Where the id of a request stands in its scope.
ID = "wares.request_id"
#: What is noted of the request that is being answered, for its line in the log.
_NOTES: ContextVar[dict[str, str] | None] = ContextVar("wares.notes", default=None)
HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9._:/+=@-]{1,100}")
#: The status that is noted when a client went away before it was answered.
GONE = 499


class Watched:
    """An application, with every request of it watched. Routes are known by their templates; those that were put
    under one of ``prefixes`` do not tell it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, prefixes: Sequence[str]) -> None:
        self._app = app
        self._metrics = metrics
        self._prefixes = prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._watch(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _watch(self, scope: Scope, receive: Receive, send: Send) -> None:
        id = scope[ID] = _id(scope)
        notes: dict[str, str] = {}
        _NOTES.set(notes)
        started = time.perf_counter()
        status = size = 0

        async def sent(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (HEADER, id.encode())]
            else:
                size += len(message.get("body", b""))
            await send(message)

        with tracing.request(scope) as span:
            try:
                await self._app(scope, receive, sent)
            except asyncio.CancelledError:
                status = status or GONE
                raise
            except Exception:
                if not status:
                    status = 500
                    raise
                # It has been answered and logged; the server need not tell it again.
            finally:
                seconds = time.perf_counter() - started
                route = self._route(scope)
                tracing.ended(span, scope["method"], route, status, id)
                self._metrics.requested(scope["method"], route, status or GONE, seconds, notes.get("error", ""))
                if _log.isEnabledFor(logging.INFO):
                    line = RequestLine(
                        id=id,
                        method=scope["method"],
                        route=route,
                        status=status or GONE,
                        ms=round(seconds * 1000, 2),
                        bytes=size,
                        **notes,
                    )
                    _log.info("%s", line, extra={"request": line})

    def _route(self, scope: Scope) -> str:
        """The template of the route that answered, "/api/v1/products/{id:path}"; "none" where none did."""
        path = getattr(scope.get("route"), "path", None)
        if path is None:
            return str(scope.get("root_path") or "none") if "endpoint" in scope else "none"
        asked = f"{scope['path']}/"
        above = next((each for each in self._prefixes if asked.startswith(f"{each}/")), "")
        return str(path) if path.startswith(above) else f"{above}{path}"


def note(**said: str) -> None:
    """Note something of the request that is being answered: who sent it (``caller``), what was asked (``question``),
    what kind of error it was answered with (``error``)."""
    notes = _NOTES.get()
    if notes is not None:
        notes.update(said)


def _id(scope: Scope) -> str:
    """The id that the client, or a proxy before us, gave the request, if it is fit to be written anywhere; a new one
    otherwise."""
    given = next((value for name, value in scope["headers"] if name == HEADER), b"")
    return given.decode() if _SANE.fullmatch(given) else secrets.token_hex(8)
