"""The side that asks an index which another process holds."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import QueryError, ShopBusy, StoreError
from wares.index import wire
from wares.index.base import Point
from wares.index.forwarding import ForwardingIndex
from wares.index.serving import same_user

if TYPE_CHECKING:
    from wares.index.base import Vectors

#: How long an answer may take. The holder is then taken for stopped, not for busy.
ANSWER_TIMEOUT_S = 60.0

#: Points sent at once: the holder's own questions wait while the engine takes them in.
UPSERT_BATCH = 128

ROWS_BATCH = 512


class HolderGone(Exception):
    """The process that holds the index has ended, or takes no connection yet."""


class RemoteIndex(ForwardingIndex):
    """An index in another process, reached through its socket; thread-safe, with one connection per busy thread.

    Raises :class:`HolderGone` when that process ends: a call is then surely not answered, but may have been done.
    """

    def __init__(self, address: Path, holder: str = "another process") -> None:
        """Connect. ``holder`` is how the other process is called in messages."""
        self._address = address
        self._holder = holder
        self._idle: list[socket.socket] = []
        self._closed = False
        self._guard = threading.Lock()
        connection, hello = self._connect()
        self.vectors = hello.vectors
        self._idle.append(connection)

    def close(self) -> None:
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    # Long lists are sent, and asked for, a piece at a time.

    def upsert(self, points: Sequence[Point]) -> None:
        for start in range(0, len(points), UPSERT_BATCH):
            self._in_pieces("upsert", "points", points[start : start + UPSERT_BATCH])

    def delete(self, numbers: Sequence[int]) -> None:
        self._in_pieces("delete", "numbers", numbers)

    def rows(self, numbers: Sequence[int], name: str) -> dict[int, Vectors]:
        found: dict[int, Vectors] = {}
        for start in range(0, len(numbers), ROWS_BATCH):
            for piece in self._in_pieces("rows", "numbers", numbers[start : start + ROWS_BATCH], name=name):
                found.update(piece)
        return found

    def _in_pieces(self, method: str, listed: str, items: Sequence[Any], **others: Any) -> list[Any]:
        """Ask with as much of a list as fits into a frame, both ways."""
        try:
            return [self._ask(method, {listed: items, **others})]
        except wire.FrameTooLarge as large:
            if len(items) <= 1:
                raise StoreError(f"one product is too large for the process that holds the index: {large}") from large
            half = len(items) // 2
            first = self._in_pieces(method, listed, items[:half], **others)
            return first + self._in_pieces(method, listed, items[half:], **others)

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return self._ask(method, arguments)
        except wire.FrameTooLarge as large:
            raise QueryError(f"{method} is too much for one question to the index: {large}; ask for less") from large

    def _ask(self, method: str, arguments: dict[str, Any]) -> Any:
        message = wire.encode((method, arguments))
        connection = self._borrow()
        try:
            wire.send(connection, message)
            answer = wire.receive(connection)
        except wire.FrameTooLarge:
            self._give_back(connection)  # nothing was sent
            raise
        except TimeoutError as silent:
            connection.close()
            raise self._unanswered() from silent
        except (OSError, EOFError) as gone:
            connection.close()
            raise HolderGone(str(gone)) from gone
        except BaseException:
            connection.close()  # interrupted halfway: an answer to this call may still arrive there
            raise
        self._give_back(connection)
        try:
            return wire.read_answer(method, answer)
        except (msgspec.MsgspecError, ValueError) as unreadable:
            raise StoreError(f"the index's {self._holder} gave an unreadable answer: {unreadable}") from unreadable

    def _borrow(self) -> socket.socket:
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return self._connect()[0]

    def _give_back(self, connection: socket.socket) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()  # closed while this call was under way

    def _connect(self) -> tuple[socket.socket, wire.Hello]:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.connect(os.fspath(self._address))
            if not same_user(connection):
                raise ShopBusy(f"the index is open in {self._holder}, which is another user's; work as that user")
            hello = msgspec.msgpack.decode(wire.receive(connection), type=wire.Hello)
            self._check(hello)
        except PermissionError as refused:
            connection.close()
            raise ShopBusy(
                f"the index is open in {self._holder}, which is another user's; work as that user"
            ) from refused
        except TimeoutError as silent:
            connection.close()
            raise self._unanswered() from silent
        except (OSError, EOFError, msgspec.MsgspecError) as gone:
            connection.close()
            raise HolderGone(str(gone)) from gone
        except BaseException:
            connection.close()
            raise
        return connection, hello

    def _check(self, hello: wire.Hello) -> None:
        if hello.protocol != wire.PROTOCOL:
            raise ShopBusy(
                f"the index is open in {self._holder}, which runs another release of wares "
                f"(protocol {hello.protocol}, here {wire.PROTOCOL}); stop it, or start it anew with this release"
            )
        if hello.refused:
            raise ShopBusy(f"the index is open in {self._holder}, which refuses: {hello.refused}")

    def _unanswered(self) -> ShopBusy:
        return ShopBusy(
            f"the index is open in {self._holder}, which has not answered for {ANSWER_TIMEOUT_S:.0f} s; stop it"
        )
