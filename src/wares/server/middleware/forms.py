"""Forms that were cut off: what a parser would take for whole is refused."""

from __future__ import annotations

from email.message import Message as Head
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from wares.errors import QueryError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Bytes that may stand after the end of a form (RFC 2046, 5.1.1: an epilogue, which nobody reads).
_EPILOGUE = 1_000


class Forms:
    """Refuses a form of several parts that does not end with its boundary."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        boundary = _boundary(Headers(scope=scope)) if scope["type"] == "http" else b""
        if not boundary:
            return await self._app(scope, receive, send)
        end, tail = b"--" + boundary + b"--", b""

        async def watched() -> Message:
            nonlocal tail
            message = await receive()
            if message["type"] == "http.request":
                tail = (tail + message.get("body", b""))[-len(end) - _EPILOGUE :]
                if not message.get("more_body", False) and end not in tail:
                    raise QueryError("the form was cut off: it does not end with its boundary")
            return message

        return await self._app(scope, watched, send)


def _boundary(headers: Headers) -> bytes:
    told = headers.get("content-type", "")
    if not told.lower().startswith("multipart/"):
        return b""
    head = Head()
    head["content-type"] = told
    found = head.get_boundary("")
    return found.encode("latin-1", "replace") if found else b""
