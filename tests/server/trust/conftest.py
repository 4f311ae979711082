"""Keys of a shop, and a look at what is sent and answered byte by byte."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from wares.access import Keyring
from wares.store.store import Store


@pytest.fixture
def keyring(folder: Path) -> Iterator[Keyring]:
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        yield keyring


@pytest.fixture
def token(keyring: Keyring) -> Callable[..., str]:
    """Makes a key and tells its token."""

    def make(name: str, *scopes: str, **others: Any) -> str:
        return keyring.create(name, scopes or ("search",), by="tests", **others)[1]

    return make


@pytest.fixture
def admin(token: Callable[..., str]) -> str:
    return token("boss", "admin")


Talk = Callable[[httpx.Client], Any]


@pytest.fixture
def raw() -> Talk:
    """A connection to the server of a client, to send bytes by."""

    @contextmanager
    def connect(client: httpx.Client) -> Iterator[socket.socket]:
        with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as connection:
            yield connection

    return connect


@pytest.fixture
def heard() -> Callable[[socket.socket], bytes]:
    """All that comes until the server closes."""

    def read(connection: socket.socket) -> bytes:
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return found

    return read


@pytest.fixture
def refused() -> Callable[[httpx.Response, int, str], str]:
    """Checks that an answer is the one body of errors, and that nothing leaks; the message."""

    def check(answer: httpx.Response, status: int, kind: str = "") -> str:
        assert answer.status_code == status, (answer.status_code, answer.text[:500])
        body = answer.json()
        assert set(body) == {"error"} and set(body["error"]) == {"kind", "message", "request_id"}
        assert not kind or body["error"]["kind"] == kind
        message: str = body["error"]["message"]
        assert message and "\n" not in message
        for leak in ("Traceback", "site-packages", ".py", "/home", "/tmp", "sqlite", "shop.db"):
            assert leak not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        return message

    return check
