"""A real web server on this machine, with every misbehaviour a feed's host may show."""

from __future__ import annotations

import gzip
import itertools
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), Handler)
        self.seen: list[tuple[str, str]] = []  # (the Host header, the path) of every request that arrived

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_address[1]}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """The client hanging up in the middle is what most tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["Host"], self.path))
        name, _, rest = self.path.lstrip("/").partition("/")
        getattr(self, f"_{name.replace('-', '_')}", self._missing)(rest)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _missing(self, rest: str) -> None:
        self._answer(404)

    def _body(self, rest: str) -> None:
        self._answer(200, rest.encode())

    def _empty(self, rest: str) -> None:
        self._answer(200)

    def _redirect(self, rest: str) -> None:
        self._answer(302, Location=f"/redirect/{int(rest) - 1}" if int(rest) else "/body/arrived")

    def _loop(self, rest: str) -> None:
        self._answer(301, Location="/loop")

    def _to(self, rest: str) -> None:
        self._answer(307, Location=rest)

    def _huge(self, rest: str) -> None:
        self._answer(200, b"x", Content_Length="999999999999")

    def _endless(self, rest: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in itertools.repeat(None):
            self.wfile.write(b"x" * 65536)

    def _silent(self, rest: str) -> None:
        time.sleep(3)

    def _drip(self, rest: str) -> None:
        """A byte every tenth of a second: no single wait is ever long."""
        self.send_response(200)
        self.end_headers()
        for _ in range(50):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.1)

    def _drip_headers(self, rest: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(50):
            self.wfile.write(f"X-{number}: x\r\n".encode())
            self.wfile.flush()
            time.sleep(0.1)

    def _gzip(self, rest: str) -> None:
        self._answer(200, gzip.compress(rest.encode()), Content_Encoding="gzip")

    def _half_gzip(self, rest: str) -> None:
        self._answer(200, gzip.compress(rest.encode())[:-6], Content_Encoding="gzip")

    def _bomb(self, rest: str) -> None:
        piece = gzip.compress(b"\0" * 50_000_000)
        self._answer(200, piece, Content_Encoding="gzip")

    def _brotli(self, rest: str) -> None:
        self._answer(200, b"\x0b\x02\x80hello\x03", Content_Encoding="br")

    def _short(self, rest: str) -> None:
        self._answer(200, b"half", Content_Length="8")


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
