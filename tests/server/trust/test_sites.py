"""By which name, through whom, and from which site a server is called; what browsers are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

SEARCH = "/api/v1/search"
Served = Callable[..., httpx.Client]
Refused = Callable[..., str]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "localhost@evil.example", "a b"])
def test_a_name_that_was_made_to_mean_this_machine_is_refused(
    client: httpx.Client, refused: Refused, host: str
) -> None:
    refused(client.get(SEARCH, headers={"Host": host}), 421, "Misdirected")


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]:8000"])
def test_the_names_of_this_machine_are_known(client: httpx.Client, host: str) -> None:
    assert client.get(SEARCH, headers={"Host": host}).status_code == 200


def test_with_names_given_no_others_are_known(served: Served, admin: str, refused: Refused) -> None:
    client = served(keys=True, hosts=("search.example", "*.shop.example"))
    key = {"X-API-Key": admin}
    for host in ("search.example", "search.example:443", "a.shop.example", "127.0.0.1"):
        assert client.get(SEARCH, headers={"Host": host, **key}).status_code == 200
    for host in ("shop.example", "evilshop.example", "search.example.evil.example"):
        refused(client.get(SEARCH, headers={"Host": host, **key}), 421)


@pytest.mark.parametrize("hosts", ["", "Host: localhost\r\nHost: evil.example\r\n", "Host:\r\n"])
def test_no_name_and_two_names_are_refused(client: httpx.Client, raw: Any, heard: Any, hosts: str) -> None:
    with raw(client) as line:
        line.sendall(f"GET {SEARCH} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
        assert heard(line).startswith(b"HTTP/1.1 421 ")


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Host"])
def test_a_proxy_before_a_server_without_keys_is_noticed(client: httpx.Client, refused: Refused, header: str) -> None:
    assert "--keys" in refused(client.get(SEARCH, headers={header: "198.51.100.7"}), 403)


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_page_of_another_site_cannot_write(client: httpx.Client, refused: Refused, headers: dict[str, str]) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert "--origin" in refused(client.request(method, "/api/v1/products/mug-red", headers=headers), 403)
    assert client.get(SEARCH, headers=headers).status_code == 200


def test_own_pages_and_programs_may(client: httpx.Client) -> None:
    own = str(client.base_url).rstrip("/")
    for headers in ({"Origin": own, "Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {}):
        assert client.post(SEARCH, json={"text": "mug"}, headers=headers).status_code == 200


def test_a_site_that_was_let_in_may_and_is_told_so(served: Served, refused: Refused) -> None:
    client = served(origins=("https://shop.example",))
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    allowed = client.options(SEARCH, headers={"Origin": "https://shop.example", **asked})
    assert allowed.status_code == 200 and allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "access-control-allow-credentials" not in allowed.headers
    answer = client.post(SEARCH, json={"text": "mug"}, headers={"Origin": "https://shop.example"})
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "https://shop.example"
    wrong = client.post(SEARCH, content="{", headers={"Origin": "https://shop.example"})
    assert wrong.headers["access-control-allow-origin"] == "https://shop.example"
    refused(client.options(SEARCH, headers={"Origin": "https://evil.example", **asked}), 403)
    assert "access-control-allow-origin" not in client.get(SEARCH, headers={"Origin": "https://evil.example"}).headers


def test_every_answer_tells_browsers_to_be_careful(client: httpx.Client) -> None:
    for path in (SEARCH, "/api/v1/nothing", "/api/v1/search?limit=x", "/nothing", "/api/v1/openapi.json"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=(self)" in headers["permissions-policy"]
        assert "server" not in headers
    assert client.get(SEARCH).headers["cache-control"] == "no-store"
    assert client.get("/media/x/0/mug-red").headers["cross-origin-resource-policy"] == "cross-origin"


def test_long_answers_are_made_smaller(client: httpx.Client) -> None:
    assert client.get(SEARCH).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get(SEARCH, headers={"Accept-Encoding": "identity"}).headers
