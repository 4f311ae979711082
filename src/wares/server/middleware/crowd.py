"""How many requests are answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.server import errors
from wares.server.errors import NotNow

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

#: Those who watch a server must get an answer when nobody else does.
WATCHED = ("/healthz", "/readyz", "/metrics")


class Crowd:
    """Refuses a request while ``at_once`` others are being answered."""

    def __init__(self, app: ASGIApp, at_once: int) -> None:
        self._app = app
        self._most = at_once
        self._now = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in WATCHED:
            return await self._app(scope, receive, send)
        if self._now >= self._most:
            full = NotNow("the server answers as many requests as it can; come again in a moment")
            return await errors.answer(full, scope.get("wares.request_id", ""))(scope, receive, send)
        self._now += 1
        try:
            return await self._app(scope, receive, send)
        finally:
            self._now -= 1
