"""How long an answer may take.

A thread cannot be stopped: what is late goes on, and what it makes is thrown away. So its place in the
:mod:`~wares.server.middleware.crowd` stays taken until it has ended.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect

from wares.server import errors
from wares.server.errors import Overdue
from wares.server.middleware.sizes import bounds_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Deadlines:
    """Answers in place of a route that does not within its time. What has begun to answer may go on, as long as the
    client takes each piece within that time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        clock = _Clock(scope, receive, send)
        try:
            await self._app(scope, clock.receive, clock.send)
        except Exception:
            if clock.late is None:
                raise
        finally:
            await clock.stop()


class _Clock:
    """Runs from the last that came of a request until its answer begins."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._begun = False
        self.late: asyncio.Task[None] | None = None
        self._start()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and not self._begun:
            self._timer.cancel()
            self._start()
        return message

    async def send(self, message: Message) -> None:
        if self.late is not None:
            return
        self._begun = True
        try:
            async with asyncio.timeout(bounds_of(self._scope).answer_s):
                await self._send(message)
        except TimeoutError:  # nobody reads what is sent
            raise ClientDisconnect from None

    async def stop(self) -> None:
        self._timer.cancel()
        if self.late is not None:
            with suppress(OSError):
                await self.late

    def _start(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(bounds_of(self._scope).answer_s, self._over)

    def _over(self) -> None:
        if not self._begun and self.late is None and not bounds_of(self._scope).patient:
            self.late = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        seconds = bounds_of(self._scope).answer_s
        late = Overdue(
            f"the answer took longer than {seconds:g} s; ask for less, or come again when there is less to do"
        )
        await errors.answer(late, self._scope.get("wares.request_id", ""))(self._scope, self._receive, self._send)
