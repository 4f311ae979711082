"""The side that holds an index and lets other processes of the same user ask it, over a Unix-domain socket."""

from __future__ import annotations

import logging
import os
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from wares.index import wire
from wares.index.base import Index

_log = logging.getLogger(__name__)

#: Connections served at once; each has a thread, which sleeps most of the time.
MAX_CONNECTIONS = 64

#: A client that does not take its answer within this time is dropped, so that it cannot hold up closing.
SEND_TIMEOUT_S = 20

# unix(7): the address holds 108 bytes, the last of which is zero.
_MAX_ADDRESS = 107


class Server:
    """Answers calls to ``index`` on a socket near ``folder``, in threads of its own, until closed.

    The index must allow calls from several threads. One that keeps the interpreter to itself during a call, as
    Qdrant Edge does, answers one at a time, whoever asks.
    """

    def __init__(self, index: Index, folder: Path) -> None:
        self._index = index
        self._listener, self.address, self._temporary = _listen(folder)
        self._clients: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._closing = False
        self._acceptor = threading.Thread(target=self._accept, name="index-server", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Take no more calls, let those in flight be answered, and return when no thread uses the index."""
        with self._guard:
            self._closing = True
            clients = dict(self._clients)
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the acceptor
        for connection in clients:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in (self._acceptor, *clients.values()):
            thread.join()
        self._listener.close()
        with suppress(OSError):
            self.address.unlink()
        if self._temporary:
            with suppress(OSError):
                self.address.parent.rmdir()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._closing:
                    return
                _log.exception("the index server could not take a connection")
                time.sleep(0.1)  # out of descriptors, most likely: do not spin
                continue
            with self._guard:
                if self._closing:
                    connection.close()  # it will find the next holder
                    return
                full = len(self._clients) >= MAX_CONNECTIONS or not self._take(connection)
            if full:
                _refuse(connection, f"{len(self._clients)} connections are open already")

    def _take(self, connection: socket.socket) -> bool:
        """Give a connection its thread; False when the system has none left."""
        thread = threading.Thread(target=self._serve, args=(connection,), name="index-client", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._clients[connection] = thread
        return True

    def _serve(self, connection: socket.socket) -> None:
        try:
            if not same_user(connection):
                _refuse(connection, "it belongs to another user")
                return
            _limit_sending(connection)
            wire.send(connection, wire.encode(wire.Hello(protocol=wire.PROTOCOL, vectors=self._index.vectors)))
            while True:
                message = wire.receive(connection)
                self._send_answer(connection, self._answer(message))
        except (OSError, EOFError):
            pass  # the client is gone or was dropped
        finally:
            with self._guard:
                self._clients.pop(connection, None)
            connection.close()

    def _answer(self, message: bytearray) -> bytes:
        try:
            method, arguments = wire.read_question(message)
        except (msgspec.MsgspecError, ValueError, KeyError, RecursionError) as unreadable:
            return wire.write_failure(ValueError(f"unreadable call: {unreadable}"))
        try:
            return wire.encode((True, getattr(self._index, method)(**arguments)))
        except Exception as failure:  # whatever it is, it is the asker's to know
            return wire.write_failure(failure)

    def _send_answer(self, connection: socket.socket, answer: bytes) -> None:
        try:
            wire.send(connection, answer)
        except wire.FrameTooLarge as large:
            wire.send(connection, wire.write_failure(large))


def same_user(connection: socket.socket) -> bool:
    """Whether the process at the other end runs as this one's user, where the system tells (Linux); elsewhere the
    socket's folder, which only its owner may enter, is the guard."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _, user, _ = struct.unpack("3i", credentials)
    return bool(user == os.geteuid())


def _refuse(connection: socket.socket, reason: str) -> None:
    with suppress(OSError):
        wire.send(connection, wire.encode(wire.Hello(protocol=wire.PROTOCOL, refused=reason)))
    connection.close()


def _limit_sending(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT_S, 0))


def _listen(folder: Path) -> tuple[socket.socket, Path, bool]:
    """A listening socket in a private folder: within ``folder``, or, where its path is too long for an address or
    its file system has no sockets, in a new temporary one (then the last value is true)."""
    try:
        return *_bind(_private(folder / "socket")), False
    except OSError:
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        base = runtime if runtime and Path(runtime).is_dir() else None
        return *_bind(lambda: Path(tempfile.mkdtemp(prefix="wares-", dir=base))), True


def _private(folder: Path) -> Callable[[], Path]:
    def make() -> Path:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        return folder

    return make


def _bind(make_folder: Callable[[], Path]) -> tuple[socket.socket, Path]:
    address = make_folder() / "s"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if len(os.fsencode(address)) > _MAX_ADDRESS:
            raise OSError(f"{address} is too long for a socket")
        address.unlink(missing_ok=True)
        listener.bind(os.fspath(address))
        listener.listen(MAX_CONNECTIONS)
    except OSError:
        listener.close()
        raise
    return listener, address
