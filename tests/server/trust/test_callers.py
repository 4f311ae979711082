"""Who is let in: keys, scopes, rates, visitors, and nobody on a machine's own server."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from wares.access import Keyring
from wares.errors import SetupError
from wares.server.config import ServerConfig
from wares.server.serving import Serving

SEARCH = "/api/v1/search"
Served = Callable[..., httpx.Client]
Token = Callable[..., str]
Refused = Callable[..., str]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_this_machine_needs_no_key(client: httpx.Client) -> None:
    assert client.get("/api/v1/info").status_code == 200


def test_a_key_is_shown_in_either_header(served: Served, admin: str) -> None:
    client = served(keys=True)
    assert client.get(SEARCH, headers=bearer(admin)).status_code == 200
    assert client.get(SEARCH, headers={"Authorization": f"bearer  {admin}"}).status_code == 200
    assert client.get(SEARCH, headers={"X-API-Key": admin}).status_code == 200


def test_without_a_key_that_holds_nobody_is_let_in(
    served: Served, keyring: Keyring, admin: str, token: Token, refused: Refused
) -> None:
    client = served(keys=True)
    answers = [client.get(SEARCH), client.get(SEARCH, headers={"Authorization": "Basic d2FyZXM6d2FyZXM="})]
    answers += [client.get(SEARCH, headers=bearer(shown)) for shown in ("wares_", admin[:-1] + "_", "x" * 9_000)]
    answers.append(client.get(SEARCH, headers={"Authorization": "Bearer"}))
    known = admin.rpartition("_")[0]
    answers.append(client.get(SEARCH, headers=bearer(f"{known}_{'A' * 43}")))
    for answer in answers:
        refused(answer, 401, "KeyUnknown")
        assert answer.headers["www-authenticate"] == "Bearer"
    no_id = client.get(SEARCH, headers=bearer(f"wares_aaaaaaaa_{'A' * 43}"))
    said = [answer.json()["error"] | {"request_id": ""} for answer in (answers[-1], no_id)]
    assert said[0] == said[1]  # nothing tells whether an id is known


def test_an_expired_and_a_revoked_key_do_not_hold(
    served: Served, keyring: Keyring, admin: str, token: Token, refused: Refused
) -> None:
    short, taken = token("short", expires=timedelta(seconds=1)), token("taken")
    client = served(keys=True)
    assert client.get(SEARCH, headers=bearer(taken)).status_code == 200
    keyring.revoke("taken", by="tests")
    time.sleep(2.1)
    assert "expired" in refused(client.get(SEARCH, headers=bearer(short)), 401, "KeyExpired")
    assert "revoked" in refused(client.get(SEARCH, headers=bearer(taken)), 401, "KeyRevoked")


def test_the_token_before_holds_within_the_grace_and_not_after(
    served: Served, keyring: Keyring, admin: str, token: Token, refused: Refused
) -> None:
    before = token("turning")
    client = served(keys=True)
    now = keyring.rotate("turning", timedelta(seconds=3), by="tests")
    time.sleep(1.2)
    assert client.get(SEARCH, headers=bearer(now)).status_code == 200
    assert client.get(SEARCH, headers=bearer(before)).status_code == 200
    time.sleep(2.5)
    assert client.get(SEARCH, headers=bearer(now)).status_code == 200
    refused(client.get(SEARCH, headers=bearer(before)), 401, "KeyUnknown")


def test_a_scope_that_is_missing_is_named(served: Served, admin: str, token: Token, refused: Refused) -> None:
    reader = token("reader")
    client = served(keys=True)
    answer = client.get("/api/v1/info", headers=bearer(reader))
    assert "admin" in refused(answer, 403, "Forbidden")
    assert client.get("/api/v1/info", headers=bearer(admin)).status_code == 200


def test_a_key_has_its_rate(served: Served, admin: str, token: Token, refused: Refused) -> None:
    slow = token("slow", per_minute=2)
    client = served(keys=True)
    statuses = [client.get(SEARCH, headers=bearer(slow)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    answer = client.get(SEARCH, headers=bearer(slow))
    refused(answer, 429, "TooMany")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert client.get(SEARCH, headers=bearer(admin)).status_code == 200


def test_a_key_that_is_shown_counts_on_this_machine_too(served: Served, token: Token, refused: Refused) -> None:
    acme = token("acme", where='brand = "Acme"', per_minute=2)
    client = served()
    hits = client.get(SEARCH, headers=bearer(acme)).json()["hits"]
    assert {hit["product"]["brand"] for hit in hits} == {"Acme"}
    refused(client.get("/api/v1/info", headers=bearer(acme)), 403, "Forbidden")
    refused(client.get(SEARCH, headers=bearer(acme)), 429)
    refused(client.get(SEARCH, headers=bearer("wares_no")), 401)


def test_visitors_have_the_rights_of_their_key(
    served: Served, keyring: Keyring, token: Token, refused: Refused
) -> None:
    token("shopfront", where='brand = "Bolt"', per_minute=3)
    client = served(keys=True, visitors="shopfront")
    hits = client.get(SEARCH).json()["hits"]
    assert {hit["product"]["brand"] for hit in hits} == {"Bolt"}
    refused(client.get("/api/v1/info"), 403, "Forbidden")
    client.get(SEARCH)
    refused(client.get(SEARCH), 429, "TooMany")
    keyring.revoke("shopfront", by="tests")
    time.sleep(1.1)
    refused(client.get(SEARCH), 401, "KeyUnknown")


def test_visitors_behind_a_proxy_are_told_apart_by_it(served: Served, token: Token) -> None:
    token("shopfront", per_minute=1)
    client = served(keys=True, visitors="shopfront", behind_proxy=("127.0.0.1",))

    def statuses(address: str) -> list[int]:
        return [client.get(SEARCH, headers={"X-Forwarded-For": address}).status_code for _ in range(2)]

    assert statuses("198.51.100.1") == [200, 429]
    assert statuses("198.51.100.2") == [200, 429]
    assert statuses("2001:db8::1") == [200, 429]
    assert statuses("2001:db8::2") == [429, 429]  # one client has all of such a network


def test_who_calls_is_not_believed_without_a_proxy(served: Served, token: Token) -> None:
    token("shopfront", per_minute=1)
    client = served(keys=True, visitors="shopfront")
    told = [{"X-Forwarded-For": f"198.51.100.{n}"} for n in range(2)]
    assert [client.get(SEARCH, headers=each).status_code for each in told] == [200, 429]


@pytest.mark.parametrize("name", ["key", "api_key", "token", "q"])
def test_a_key_in_an_address_is_refused_with_a_hint(served: Served, admin: str, refused: Refused, name: str) -> None:
    answer = served(keys=True).get(SEARCH, params={name: admin}, headers=bearer(admin))
    assert "Authorization" in refused(answer, 400, "QueryError")
    assert admin not in answer.text


def refusal(folder: Path, **settings: Any) -> str:
    with pytest.raises(SetupError) as told:
        Serving.open(folder, ServerConfig(**settings))
    return str(told.value)


def test_a_server_that_nobody_could_call_does_not_start(folder: Path, keyring: Keyring, token: Token) -> None:
    told = refusal(folder, keys=True)
    assert f"wares keys {folder} add NAME --scope admin" in told
    token("reader")
    token("old", "admin")
    keyring.revoke("old", by="tests")
    assert refusal(folder, keys=True) == told


def test_visitors_need_a_live_key_that_only_searches(folder: Path, keyring: Keyring, token: Token) -> None:
    token("writer", "write")
    token("gone")
    keyring.revoke("gone", by="tests")
    assert "only search" in refusal(folder, keys=True, visitors="writer")
    assert "revoked" in refusal(folder, keys=True, visitors="gone")
    assert "no key" in refusal(folder, keys=True, visitors="nobody")


@pytest.mark.parametrize(
    "settings",
    [
        {"host": "0.0.0.0"},
        {"host": "::"},
        {"visitors": "shopfront"},
        {"behind_proxy": ("127.0.0.1",)},
        {"keys": True, "origins": ("https://shop.example/",)},
        {"keys": True, "origins": ("*",)},
        {"keys": True, "hosts": ("shop.example:80",)},
    ],
)
def test_what_would_open_a_server_to_all_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(SetupError):
        ServerConfig(**settings)
