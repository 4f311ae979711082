"""Sessions of the console."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from wares.access import Keyring
from wares.server.secret import Secret
from wares.server.sessions import COOKIE, LASTS_S, Sessions

INFO = "/api/v1/info"
LOGIN, LOGOUT = "/console/login", "/console/logout"
Served = Callable[..., httpx.Client]
Token = Callable[..., str]


def test_an_admin_key_begins_a_session_and_logging_out_ends_it(served: Served, admin: str) -> None:
    client = served(keys=True)
    assert client.get(INFO).status_code == 401
    answer = client.post(LOGIN, data={"key": admin, "next": "/console/rules?a=b"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/rules?a=b")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={LASTS_S}"):
        assert part in cookie
    assert "Secure" not in cookie and admin.split("_")[2] not in cookie
    assert client.get(INFO).status_code == 200
    assert client.post(LOGOUT).status_code == 303
    assert client.get(INFO).status_code == 401


def test_the_cookie_is_for_https_where_that_is_spoken(served: Served, admin: str) -> None:
    client = served(keys=True, behind_proxy=("127.0.0.1",))
    answer = client.post(LOGIN, data={"key": admin}, headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "key", ["", "wares_", "x" * 9_000, "wares_aaaaaaaa_" + "A" * 43, "<script>alert(1)</script>"]
)
def test_another_text_begins_none(served: Served, admin: str, key: str) -> None:
    answer = served(keys=True).post(LOGIN, data={"key": key})
    assert answer.status_code == 401 and "set-cookie" not in answer.headers
    assert 'role="alert"' in answer.text and "<script>" not in answer.text


def test_a_key_that_is_no_admins_begins_none(served: Served, admin: str, token: Token) -> None:
    writer = token("writer", "write")
    answer = served(keys=True).post(LOGIN, data={"key": writer})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers and writer not in answer.text


def test_tries_are_counted(served: Served, admin: str) -> None:
    client = served(keys=True)
    statuses = [client.post(LOGIN, data={"key": "wares_no"}).status_code for _ in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    assert client.post(LOGIN, data={"key": admin}).status_code == 429


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/consolex", "/console\\evil", ""])
def test_it_leads_nowhere_else(served: Served, admin: str, next: str) -> None:
    client = served(keys=True)
    assert client.post(LOGIN, data={"key": admin, "next": next}).headers["location"] == "/console"
    assert 'value="/console"' in client.get(LOGIN, params={"next": next}).text


@pytest.mark.parametrize("change", ["revoke", "rotate"])
def test_it_ends_with_its_key(served: Served, admin: str, keyring: Keyring, change: str) -> None:
    client = served(keys=True)
    client.post(LOGIN, data={"key": admin})
    assert client.get(INFO).status_code == 200
    if change == "revoke":
        keyring.revoke("boss", by="tests")
    else:
        keyring.rotate("boss", timedelta(hours=1), by="tests")
    time.sleep(1.1)
    assert client.get(INFO).status_code == 401


def test_a_cookie_cannot_be_made_or_changed(served: Served, admin: str, token: Token) -> None:
    client = served(keys=True)
    client.post(LOGIN, data={"key": admin})
    id, until, signature = client.cookies[COOKIE].split(".")
    client.cookies.clear()
    other = token("other", "admin").split("_")[1]
    time.sleep(1.1)
    for value in (
        f"{other}.{until}.{signature}",
        f"{id}.{int(until) + 1}.{signature}",
        f"{id}.{until}.{'A' * 22}",
        f"{id}.{until}.",
        f"{id}.{until}",
        f"{id}.-1.{signature}",
        f"{id}.{'9' * 400}.{signature}",
        f"{id}.٣.{signature}",
        "....",
        "",
    ):
        answer = client.get(INFO, headers=[(b"Cookie", f"{COOKIE}={value}".encode())])
        assert answer.status_code == 401, value


def test_it_lasts_half_a_day(folder: Path, keyring: Keyring, admin: str) -> None:
    from starlette.requests import Request
    from starlette.responses import Response

    now = [1_000_000.0]
    sessions = Sessions(keyring, Secret.of(folder), clock=lambda: now[0])
    scope = {"type": "http", "scheme": "http", "server": ("localhost", 80), "path": "/", "headers": []}
    response = Response()
    sessions.begin(Request(scope), response, admin)
    cookie = response.headers["set-cookie"].partition(";")[0].encode()
    asked = Request({**scope, "headers": [(b"cookie", cookie)]})
    now[0] += LASTS_S - 1
    known = sessions.key(asked)
    assert known is not None and known.name == "boss"
    now[0] += 1
    assert sessions.key(asked) is None


def test_a_page_of_another_site_can_neither_begin_nor_use_one(served: Served, admin: str) -> None:
    client = served(keys=True)
    foreign = {"Origin": "https://evil.example"}
    assert client.post(LOGIN, data={"key": admin}, headers=foreign).status_code == 403
    client.post(LOGIN, data={"key": admin})
    assert client.post(LOGOUT, headers=foreign).status_code == 403
