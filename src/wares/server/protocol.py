"""HTTP/1.1 as Uvicorn reads it, with bounds on the head of a request, which no route ever sees when it is too long or
never ends, and with our body of errors for what is no HTTP at all."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from wares.server.errors import body

#: Bytes of a head that is not yet whole, and seconds that it may take.
MOST_HEAD = 65_536
HEAD_S = 15.0


class Protocol(HttpToolsProtocol):
    """A connection."""

    _heading = True
    _head = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._heading:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._refuse(431, "TooLong", "the headers are longer than the server takes")
        elif self.cycle.response_complete and self.timeout_keep_alive_task is None:
            self._wait()  # what came began no request, and Uvicorn waits for ever now

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._heading, self._head = True, 0
        self._wait()

    def on_headers_complete(self) -> None:
        self._heading = False
        self._ended()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "QueryError", "this is no HTTP request that can be read")

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(HEAD_S, self._late)

    def _ended(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        self._timer = None
        if self._heading and not self.transport.is_closing():
            self._refuse(408, "TooSlow", "the request did not come in")
        self.transport.close()

    def _refuse(self, status: int, kind: str, message: str) -> None:
        """Answer without a route, and close. In the middle of another answer nothing more can be said."""
        self._ended()
        cycle = self.cycle
        if cycle is None or cycle.response_complete or not (cycle.response_started or self.pipeline):
            answer = body(status, kind, message, "", {"Connection": "close", "X-Content-Type-Options": "nosniff"})
            lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
            lines += [b"%s: %s" % pair for pair in answer.raw_headers]
            self.transport.write(b"\r\n".join([*lines, b"", bytes(answer.body)]))
        self.transport.close()
