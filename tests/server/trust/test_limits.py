"""Requests that are too long, too slow, too many, or not what they say."""

from __future__ import annotations

import asyncio
import io
import json
import resource
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import httpx
import pytest

from wares.server.config import Limits

SEARCH = "/api/v1/search"
Served = Callable[..., httpx.Client]
Refused = Callable[..., str]
Raw = Callable[[httpx.Client], AbstractContextManager[socket.socket]]
Heard = Callable[[socket.socket], bytes]
JSON = {"Content-Type": "application/json"}
MB = 1_000_000


def megabytes(number: int, sent: list[int]) -> Iterator[bytes]:
    for _ in range(number):
        sent.append(1)
        yield b" " * MB


def test_a_body_that_is_said_to_be_too_long_is_refused_before_it_is_read(
    client: httpx.Client, refused: Refused
) -> None:
    sent: list[int] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    headers = {"Content-Length": str(500 * MB), **JSON}
    answer = client.post(SEARCH, content=megabytes(500, sent), headers=headers)
    refused(answer, 413, "TooLarge")
    assert answer.headers["connection"] == "close"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # KB
    assert client.get(SEARCH).status_code == 200


def test_a_body_that_turns_out_to_be_too_long_is_refused_then(client: httpx.Client, refused: Refused) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for told in ({}, {"Content-Length": str(100 * MB)}):
        refused(client.post(SEARCH, content=megabytes(100, []), headers={**told, **JSON}), 413, "TooLarge")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    assert client.get(SEARCH).status_code == 200


def test_who_asks_first_is_refused_before_anything_is_sent(client: httpx.Client, raw: Raw, heard: Heard) -> None:
    head = f"POST {SEARCH} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
    with raw(client) as line:
        line.sendall(f"{head}{100 * MB}\r\n\r\n".encode())
        assert heard(line).startswith(b"HTTP/1.1 413 ")
    with raw(client) as line:
        line.sendall(f"{head}2\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        line.sendall(b"{}")
        assert heard(line).startswith(b"HTTP/1.1 200 ")


def test_a_slow_client_is_told_and_left(served: Served, raw: Raw, heard: Heard) -> None:
    client = served(limits=Limits(receive_s=0.5))
    with raw(client) as line:
        line.sendall(f"POST {SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n".encode() + b"{")
        began = time.monotonic()
        answer = heard(line)
        assert answer.startswith(b"HTTP/1.1 408 ") and b"TooSlow" in answer and b"connection: close" in answer.lower()
        assert time.monotonic() - began < 4
    with raw(client) as line:  # a byte now and then does not help
        line.sendall(f"POST {SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n".encode())
        for _ in range(8):
            line.sendall(b" ")
            time.sleep(0.1)
        assert heard(line).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_never_ends_is_left(
    client: httpx.Client, raw: Raw, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wares.server.protocol.HEAD_S", 0.3)
    with raw(client) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert heard(line).startswith(b"HTTP/1.1 408 ")
    with raw(client) as line:
        assert heard(line).startswith(b"HTTP/1.1 408 ")
    with raw(client) as line:  # the second request of a connection
        line.sendall(f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")
        line.sendall(b"GET /")
        assert b"HTTP/1.1 408 " in heard(line)
    with raw(client) as line:  # what begins no request
        line.sendall(f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 200 ")
        line.sendall(b"\r\n")
        began = time.monotonic()
        assert b"HTTP/1.1" not in heard(line) and time.monotonic() - began < 5


def test_requests_that_follow_each_other_without_waiting_are_all_answered(
    client: httpx.Client, raw: Raw, heard: Heard
) -> None:
    one = f"POST {SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 70000\r\n"
    body = b'{"limit": 1}' + b" " * (70_000 - 12)
    last = f"GET {SEARCH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with raw(client) as line:
        line.sendall((one.encode() + b"\r\n" + body) * 5 + last.encode())
        assert heard(line).count(b"HTTP/1.1 200 ") == 6


def test_a_head_that_is_too_long_is_refused(client: httpx.Client, raw: Raw, heard: Heard, refused: Refused) -> None:
    refused(client.get(SEARCH, params={"q": "x" * 20_000}), 431, "TooLong")
    refused(client.get(SEARCH, headers={"X-Long": "x" * 40_000}), 431, "TooLong")
    with raw(client) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        answer = b""
        try:
            for _ in range(100):
                line.sendall(b"x" * 65_536)
        except OSError:
            pass
        answer = heard(line)
        assert not answer or answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\nb\x00\r\n\r\n",
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/v1/search HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_no_http_gets_the_one_body(client: httpx.Client, raw: Raw, heard: Heard, sent: bytes) -> None:
    with raw(client) as line:
        line.sendall(sent)
        answer = heard(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 "), answer
    assert json.loads(body)["error"]["kind"] == "QueryError"
    assert client.get(SEARCH).status_code == 200


def test_a_packed_body_is_refused(client: httpx.Client, refused: Refused) -> None:
    packed = zlib.compress(b" " * 50 * MB, 9, 31)
    headers = {"Content-Encoding": "gzip", **JSON}
    refused(client.post(SEARCH, content=packed, headers=headers), 415, "WrongType")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "image/png", "multipart/mixed; boundary=x", "\"'"])
def test_another_type_is_refused(client: httpx.Client, refused: Refused, kind: str) -> None:
    refused(client.post(SEARCH, content=b"{}", headers={"Content-Type": kind}), 415, "WrongType")


def form(boundary: str, *, end: bool = True, head: str = 'form-data; name="image"; filename="a.png"') -> bytes:
    last = f"\r\n--{boundary}--\r\n" if end else ""
    return f"--{boundary}\r\nContent-Disposition: {head}\r\n\r\nabc{last}".encode()


@pytest.mark.parametrize(
    ("told", "body"),
    [
        ("multipart/form-data; boundary=cut", form("cut", end=False)),
        ("multipart/form-data; boundary=cut", form("cut")[:20]),
        ("multipart/form-data; boundary=wrong", form("right")),
        ("multipart/form-data", form("none")),
        ("multipart/form-data; boundary=", form("")),
        ("multipart/form-data; boundary=" + "b" * 5_000, form("b" * 5_000)),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", form("x", head='form-data; filename="a.png"')),
        ("multipart/form-data; boundary=x", b"".join(form("x", end=False) + b"\r\n" for _ in range(9)) + b"--x--"),
        ("multipart/form-data; boundary=x", form("x", head='form-data; name="text"').replace(b"abc", b"a" * 2 * MB)),
        ("multipart/form-data; boundary=x; charset=utf-7", form("x", head='form-data; name="image"')),
    ],
)
def test_a_form_that_is_broken_is_refused(client: httpx.Client, refused: Refused, told: str, body: bytes) -> None:
    answer = client.post(SEARCH, content=body, headers={"Content-Type": told})
    assert answer.status_code in (400, 413)
    refused(answer, answer.status_code)


def test_a_client_that_goes_away_harms_nobody(
    client: httpx.Client, raw: Raw, caplog: pytest.LogCaptureFixture
) -> None:
    for told in ("application/json", "multipart/form-data; boundary=cut"):
        with raw(client) as line:
            head = f"POST {SEARCH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {told}\r\nContent-Length: 900\r\n\r\n"
            line.sendall(head.encode() + form("cut", end=False))
        time.sleep(0.1)
    assert client.get(SEARCH).status_code == 200
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


def bomb(side: int) -> bytes:
    """A PNG of a few KB with side × side pixels, all black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    pixels = b"".join(packer.compress(row * 1_000) for _ in range(side // 1_000)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("more", [{}, {"crop": "0,0,0.5,0.5"}])
def test_a_picture_that_unpacks_to_gigabytes_is_refused(
    client: httpx.Client, refused: Refused, more: dict[str, str]
) -> None:
    picture = bomb(40_000)
    assert len(picture) < MB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = client.post(SEARCH, files={"image": ("a.png", io.BytesIO(picture))}, data=more)
    refused(answer, 400, "QueryError")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"<svg onload=alert(1)>", b"\0" * 1000])
def test_what_is_no_picture_is_refused(client: httpx.Client, refused: Refused, data: bytes) -> None:
    refused(client.post(SEARCH, files={"image": ("a.png", data)}), 400, "QueryError")


def test_an_answer_that_takes_too_long_is_given_up_and_its_place_kept(
    served: Served, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wares.shop import Shop

    go = threading.Event()
    search = Shop.search

    def slow(self: Shop, *args: object, **others: object) -> object:
        go.wait(10)
        return search(self, *args, **others)  # type: ignore[arg-type]

    client = served(limits=Limits(answer_s=0.3, at_once=1))
    monkeypatch.setattr(Shop, "search", slow)
    try:
        refused(client.get(SEARCH), 504, "Overdue")
        busy = client.get("/api/v1/info")
        refused(busy, 503, "NotNow")
        assert int(busy.headers["retry-after"]) > 0
    finally:
        go.set()
    deadline = time.monotonic() + 5
    while client.get("/api/v1/info").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_client_that_does_not_read_its_answer_is_left() -> None:
    from starlette.requests import ClientDisconnect
    from starlette.responses import PlainTextResponse

    from wares.server.middleware.deadlines import Deadlines
    from wares.server.middleware.sizes import Sizes

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "raw_path": b"/", "path": "/", "query_string": b"", "headers": []}
    app = Sizes(Deadlines(PlainTextResponse("hello")), limits=Limits(answer_s=0.1))
    began = time.monotonic()
    # In a thread: a browser that other tests have open keeps a loop in this one.
    with ThreadPoolExecutor(1) as pool, pytest.raises(ClientDisconnect):
        pool.submit(lambda: asyncio.run(app(scope, never, never))).result()  # type: ignore[arg-type]
    assert time.monotonic() - began < 2


def test_deep_and_huge_json_is_refused(client: httpx.Client, refused: Refused) -> None:
    deep = '{"where":' + '{"not":' * 100_000 + "1" + "}" * 100_000 + "}"
    wide = json.dumps({"where": {"all": [{"field": "price", "op": "<", "value": 1}] * 100_000}})
    for body in (deep, "[" * 1_000_000, wide, '{"where":' + "(" * 10_000, '{"text":"' + "x" * MB + '"}'):
        refused(client.post(SEARCH, content=body, headers=JSON), 400, "QueryError")


@pytest.mark.parametrize(
    "body",
    [
        '{"weights":{"text":NaN}}',
        '{"text":"mug","weights":{"text":1e999}}',
        '{"text":"\\ud800"}',
        '{"limit":1e99}',
        '{"limit":-1}',
        '{"offset":99999999999999999999}',
        '{"crop":[0,0,1]}',
        '{"text":null}',
        "null",
        "",
        "{",
        "\ufeff{}",
    ],
)
def test_json_that_makes_no_sense_is_refused(client: httpx.Client, refused: Refused, body: str) -> None:
    answer = client.post(SEARCH, content=body.encode(), headers=JSON)
    if body:
        refused(answer, 400, "QueryError")
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("weight", ["text=nan", "text=inf", "text=-1e999", "=", "bogus=1"])
def test_a_weight_that_is_no_number_is_refused(client: httpx.Client, refused: Refused, weight: str) -> None:
    refused(client.get(SEARCH, params={"q": "mug", "weight": weight}), 400, "QueryError")
