"""Addresses that try to lead elsewhere, and characters that try to begin a new line."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

API = "/api/v1"

TRICKS = [
    "../../shop.db",
    "..%2f..%2fshop.db",
    "%2e%2e/%2e%2e/server.secret",
    "....//....//server.secret",
    "%252e%252e%252fserver.secret",
    "..%5c..%5cserver.secret",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "server.secret%00.png",
    "%00",
    "%ff%fe",
    "0/../../server.secret",
    "a" * 5_000,
    "%0d%0aSet-Cookie:%20a=b",
    "mug-red%0d%0aX-Evil:%201",
]


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize(
    "place",
    ["/media/{}", "/media/x/0/{}", "/media/{}/0/mug-red", "/media/x/{}/mug-red", "/pictures/{}", "/static/{}", "/{}",
     f"{API}/products/{{}}", f"{API}/similar/{{}}", f"{API}/why/{{}}", "/console/static/{}"],
)  # fmt: skip
def test_no_address_leads_out_of_the_shop(client: httpx.Client, raw: Any, heard: Any, place: str, trick: str) -> None:
    with raw(client) as line:  # httpx would tidy the address up
        address = place.format(trick)
        line.sendall(f"GET {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = heard(line)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    assert 400 <= status < 500 or (status in (200, 307) and b"root:" not in body), answer[:300]
    assert b"x-evil" not in head.lower() and b"\r\nset-cookie" not in head.lower()
    for leak in (b"root:x", b"Traceback", b"site-packages", b"SQLite format", b"/tmp/"):
        assert leak not in body


def test_no_medium_has_an_address_that_can_be_made_up(client: httpx.Client) -> None:
    hit = client.get(f"{API}/search", params={"q": "red mug"}).json()["hits"][0]
    address = hit["product"]["media"][0]["source"]
    _, _, signature, position, id = address.split("/")
    assert client.get(address).status_code == 200
    for other in (
        f"/media/{signature}/{position}/mug-blue",
        f"/media/{signature}/1/{id}",
        f"/media/{signature}/-1/{id}",
        f"/media/{signature[:-1]}/{position}/{id}",
        f"/media/{signature}A/{position}/{id}",
        f"/media/{signature.swapcase()}/{position}/{id}",
        f"/media/{'A' * 22}/{position}/{id}",
        f"/media//{position}/{id}",
    ):
        assert client.get(other).status_code == 404, other


@pytest.mark.parametrize("id", ["a<script>", "x" * 5_000, "a b", "ünicode", "a\tb: c"])
def test_an_id_of_a_request_is_not_echoed_as_it_came(client: httpx.Client, id: str) -> None:
    answer = client.get(f"{API}/search", headers=[(b"X-Request-ID", id.encode())], params={"where": "price <"})
    told = answer.json()["error"]["request_id"]
    assert answer.headers["x-request-id"] == told != id
    assert re.fullmatch(r"[\w.-]{8,128}", told, re.ASCII)


PICTURES = [
    "/etc/passwd",
    "file:///etc/passwd",
    "FILE:/etc/passwd",
    "ftp://127.0.0.1/a.png",
    "http://127.0.0.1/a.png",
    "http://localhost:1/a.png",
    "http://[::1]/a.png",
    "http://2130706433/a.png",
    "http://0x7f.1/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/a.png",
    "http://[::ffff:127.0.0.1]/a.png",
    "http://user:pass@127.0.0.1/a.png",
    "data:image/png;base64,AAAA",
    "other.png",
    "\\\\server\\share",
    "http://",
    "gopher://127.0.0.1:6379/_FLUSHALL",
]


@pytest.mark.parametrize("source", PICTURES)
def test_a_picture_is_fetched_from_nowhere_private(client: httpx.Client, refused: Any, source: str) -> None:
    for answer in (
        client.get(f"{API}/search", params={"image": source}),
        client.post(f"{API}/search", json={"image": [source]}),
        client.post(f"{API}/search", data={"image": source}),
    ):
        refused(answer, 400, "QueryError")
