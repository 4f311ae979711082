"""How long a request may be, and how long it may take to come in.

A body that is said to be too long is refused before any of it is read, and one that turns out to be so at once. Then
the connection is closed, but not before the client could read why: what it still sends is thrown away for a moment.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

from wares.server import errors
from wares.server.errors import TooLarge, TooLong, TooSlow, WrongType

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from wares.errors import WaresError
    from wares.server.config import Limits

#: Bytes of an address, and of all headers.
MOST_ADDRESS, MOST_HEADERS = 16_384, 32_768
#: Seconds for which a client that sends too much is still listened to.
LINGER_S = 2.0
_BOUNDS = "wares.bounds"


class Bounds(msgspec.Struct, kw_only=True):
    """Those of one request, which its route may widen: see :func:`bulk`. ``body`` is in bytes, ``receive_s`` seconds
    for all of it, or with ``patient`` for each piece; ``answer_s`` is for the answer, without end if ``patient``."""

    body: int
    upload: int
    receive_s: float
    answer_s: float
    patient: bool = False


async def bulk(request: Request) -> None:
    """A dependency of routes that take products or feeds: the body may be long, and all may take its time. It stands
    after :func:`wares.server.access.may`, so that strangers cannot send much."""
    bounds: Bounds = request.scope[_BOUNDS]
    bounds.body = max(bounds.body, bounds.upload)
    bounds.patient = True


def bounds_of(scope: Scope) -> Bounds:
    """The bounds of a request."""
    found: Bounds = scope[_BOUNDS]
    return found


class Sizes:
    """Holds requests to their bounds."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limits = self._limits
        scope[_BOUNDS] = Bounds(
            body=limits.body, upload=limits.upload, receive_s=limits.receive_s, answer_s=limits.answer_s
        )
        headers = Headers(scope=scope)
        body = _Body(scope, receive, send, int(headers.get("content-length") or 0))
        wrong = _wrong(scope, headers) or body.too_large(max(limits.body, limits.upload))
        if wrong is not None:
            body.refused = True
            return await errors.answer(wrong, scope.get("wares.request_id", ""))(scope, receive, body.send)
        return await self._app(scope, body.receive, body.send)


def _wrong(scope: Scope, headers: Headers) -> WaresError | None:
    if len(scope["raw_path"]) + len(scope["query_string"]) > MOST_ADDRESS:
        return TooLong(f"the address is longer than {MOST_ADDRESS:,} bytes; send the question with POST")
    if sum(len(name) + len(value) for name, value in headers.raw) > MOST_HEADERS:
        return TooLong(f"the headers are longer than {MOST_HEADERS:,} bytes")
    if (packed := headers.get("content-encoding", "identity").strip().lower()) not in ("", "identity"):
        return WrongType(f"send the body as it is, without Content-Encoding: {packed[:20]!r}")
    return None


class _Body:
    """A request's body as it comes in, and the answer to it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, told: int) -> None:
        self._bounds = bounds_of(scope)
        self._receive = receive
        self._send = send
        self._told = told
        self._came = 0
        self._whole = False
        self._began = time.monotonic()
        self.refused = False

    def too_large(self, most: int) -> TooLarge | None:
        """Why the body is refused, for what is said or known of its length."""
        if max(self._told, self._came) <= most:
            return None
        return TooLarge(f"the body is longer than the {most:,} bytes that are taken here")

    async def receive(self) -> Message:
        if self._whole:  # nothing but the end of the connection can come
            return await self._receive()
        self._check()
        try:
            async with asyncio.timeout(self._left()):
                message = await self._receive()
        except TimeoutError:
            self.refused = True
            raise TooSlow(f"the request did not come in within {self._bounds.receive_s:g} s") from None
        self._came += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        self._check()
        return message

    async def send(self, message: Message) -> None:
        if not self.refused:
            return await self._send(message)
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["Connection"] = "close"
            return await self._send(message)
        await self._send({**message, "more_body": True})
        if not message.get("more_body", False):
            await self._listen()
            with suppress(OSError):
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def _check(self) -> None:
        wrong = self.too_large(self._bounds.body)
        if wrong is not None:
            self.refused = True
            raise wrong

    def _left(self) -> float:
        spent = 0.0 if self._bounds.patient else time.monotonic() - self._began
        return max(0.0, self._bounds.receive_s - spent)

    async def _listen(self) -> None:
        """Throw away what still comes, until the client has read the answer and gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_S):
                while not self._whole:
                    message = await self._receive()
                    self._whole = not message.get("more_body", False)
