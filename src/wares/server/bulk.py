"""Many changes in one request: a line each, told line by line, in bounded memory.

    {"put": {"id": "87", "title": "Red mug"}}     or the product by itself
    {"patch": {"id": "87", "price": {"amount": 990, "currency": "EUR"}}}
    {"delete": "87"}

The answer goes out while lines still come in. What a client does not fetch yet waits in a file: one that first sends
everything and then reads must not stand in its own way.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from wares.errors import CatalogueError, QueryError, WaresError
from wares.server import errors
from wares.server.errors import NotNow
from wares.server.incoming import json_of
from wares.server.messages import ENCODER
from wares.server.writes import Written

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.types import Receive, Scope, Send

_log = logging.getLogger(__name__)

#: Bytes of one line; lines that are being written at once, and bytes of them.
MOST_LINE = 8_000_000
AT_ONCE = 256
MOST_HELD = 32_000_000
#: What waits for its reader in memory; more than that waits in a file.
_IN_MEMORY = 1_000_000
#: Seconds after which a line is offered again that found no room.
_AGAIN_S = 0.05

Verb = Literal["put", "patch", "delete"]


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one line. ``status`` is "added", "changed", "unchanged", "removed" or "error"."""

    line: int
    id: str = ""
    status: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()


class Summary(msgspec.Struct, frozen=True):
    """The last line: how many lines there were, and how many of each status. ``note`` says why it ended early."""

    lines: int
    counts: Mapping[str, int]
    note: str = ""


class Asked(NamedTuple):
    """What a line asks for; ``body`` is a product, a patch, or nothing."""

    verb: Verb
    id: str
    body: Any


#: Begins the change that a line asks for.
Begin = Callable[[Asked], "Future[Written]"]


def asked(data: bytes) -> Asked:
    """A line, read. :class:`QueryError` when it is none of the forms, :class:`CatalogueError` without an id."""
    said = json_of(data, "the line")
    if not isinstance(said, dict):
        raise QueryError('a line is a JSON object: a product, {"put": …}, {"patch": …} or {"delete": "ID"}')
    verb: Verb = "put"
    if len(said) == 1 and (found := next(iter(said))) in ("put", "patch", "delete"):
        verb, said = found, said[found]
    id = said if verb == "delete" else said.get("id") if isinstance(said, dict) else None
    if not isinstance(id, str) or not id:
        raise CatalogueError("is missing, or no text", column="id")
    return Asked(verb, id, None if verb == "delete" else said)


async def lines(chunks: AsyncIterator[bytes], most: int = MOST_LINE) -> AsyncIterator[tuple[int, bytes | None]]:
    """Lines with their numbers from 1, blank ones left out; None in place of one that is too long."""
    held, number, skipping = bytearray(), 0, False
    async for chunk in chunks:
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            number += 1
            piece = chunk[start:end]
            start = end + 1
            whole = bytes(held + piece) if held else piece
            held.clear()
            if skipping or len(whole) > most:
                skipping = False
                yield number, None
            elif whole.strip():
                yield number, whole
        held += chunk[start:]
        if len(held) > most:
            held.clear()
            skipping = True
    if skipping or held.strip():
        yield number + 1, None if skipping else bytes(held)


class Bulk(Response):
    """The answer to a request of many lines; sending it is what reads and writes them. ``ended`` hears when no line
    will begin another change."""

    media_type = "application/x-ndjson"

    def __init__(
        self, chunks: AsyncIterator[bytes], begin: Begin, stopping: Callable[[], bool], ended: Callable[[], None]
    ) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._chunks, self._begin, self._stopping, self._ended = chunks, begin, stopping, ended
        self._begun: asyncio.Queue[tuple[int, int, str, Any] | None] = asyncio.Queue(AT_ONCE)
        self._held = 0
        self._room = asyncio.Event()
        self._note = ""
        self._out = _Spool()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._tell())]
        try:
            while data := await self._out.get():
                await send({"type": "http.response.body", "body": data, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._out.close()

    async def _read(self) -> None:
        """Begin what the lines ask for, as far as there is room."""
        try:
            await self._begin_all()
        except ClientDisconnect:
            self._note = "the connection ended"
        except WaresError as refused:  # the body is larger than this server takes
            self._note = errors.message_of(refused)
        except Exception as unforeseen:
            _log.exception("a bulk request", exc_info=unforeseen)
            self._note = errors.UNFORESEEN
        finally:
            self._ended()
        await self._begun.put(None)

    async def _begin_all(self) -> None:
        async for number, data in lines(self._chunks):
            if self._stopping():
                self._note = f"the server is stopping; send what comes from line {number} on again"
                return
            size = len(data or b"")
            while self._held and self._held + size > MOST_HELD:
                self._room.clear()
                await self._room.wait()
            self._held += size
            await self._begun.put((number, size, *await self._started(data)))

    async def _started(self, data: bytes | None) -> tuple[str, Any]:
        """The id that a line names, and its change under way or what is wrong with it."""
        if data is None:
            return "", QueryError(f"the line has over {MOST_LINE:,} bytes")
        id = ""
        try:
            ask = asked(data) if len(data) < 65_536 else await asyncio.to_thread(asked, data)
            id = ask.id
            while True:
                try:
                    return id, asyncio.wrap_future(self._begin(ask))
                except NotNow:
                    if self._stopping():
                        raise
                    await asyncio.sleep(_AGAIN_S)
        except WaresError as wrong:
            return id, wrong

    async def _tell(self) -> None:
        """Tell, in the order of lines, what became of each."""
        try:
            await self._tell_all()
        finally:
            self._out.end()

    async def _tell_all(self) -> None:
        counts: dict[str, int] = {}
        while (one := await self._begun.get()) is not None:
            number, size, id, begun = one
            line = await _outcome(number, id, begun)
            counts[line.status] = counts.get(line.status, 0) + 1
            self._held -= size
            self._room.set()
            self._out.put(ENCODER.encode(line) + b"\n")
        self._out.put(ENCODER.encode(Summary(sum(counts.values()), counts, self._note)) + b"\n")


async def _outcome(number: int, id: str, begun: Any) -> Line:
    try:
        if isinstance(begun, WaresError):
            raise begun
        written: Written = await begun
    except WaresError as wrong:
        return Line(number, id, "error", errors.message_of(wrong))
    except Exception as unforeseen:
        _log.exception("a line of a bulk request", exc_info=unforeseen)
        return Line(number, id, "error", errors.UNFORESEEN)
    return Line(number, id, written.outcome, warnings=tuple(map(errors.without_paths, written.warnings)))


class _Spool:
    """Bytes on their way to somebody who may be slow."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it lives as long as the answer
        self._come = asyncio.Event()
        self._read = self._written = 0
        self._ended = False

    def put(self, data: bytes) -> None:
        self._file.seek(self._written)
        self._file.write(data)
        self._written += len(data)
        self._come.set()

    def end(self) -> None:
        self._ended = True
        self._come.set()

    async def get(self) -> bytes:
        """What has come since; b"" at the end."""
        while self._read == self._written:
            if self._ended:
                return b""
            self._come.clear()
            await self._come.wait()
        self._file.seek(self._read)
        data = self._file.read(65_536)
        self._read += len(data)
        if self._read == self._written:
            self._file.seek(0)
            self._file.truncate()
            self._read = self._written = 0
        return data

    def close(self) -> None:
        self._file.close()
