"""What a merchant wants, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

API = "/api/v1"
PIN = {"when": {"contains": ["mug"]}, "then": {"pin": ["lamp-red"]}}


@pytest.fixture
def shop(served: Callable[..., httpx.Client]) -> Iterator[httpx.Client]:
    return served()


def first(client: httpx.Client, q: str) -> str:
    return str(client.get(f"{API}/search", params={"q": q, "parse": "false"}).json()["hits"][0]["id"])


def test_a_rule_is_kept_read_obeyed_and_removed(shop: httpx.Client) -> None:
    name = "lamps%2Fmugs"
    kept = shop.put(f"{API}/rules/{name}", json=PIN)
    assert kept.json() == {"changed": ["lamps/mugs"], "findings": []}
    assert shop.get(f"{API}/rules/{name}").json()["then"] == {"pin": [{"id": "lamp-red", "place": 1}]}
    assert [rule["name"] for rule in shop.get(f"{API}/rules").json()["rule"]] == ["lamps/mugs"]
    assert shop.delete(f"{API}/rules/{name}").json()["changed"] == ["lamps/mugs"]
    assert shop.get(f"{API}/rules/{name}").status_code == 404
    assert shop.delete(f"{API}/rules/{name}").status_code == 404


def test_what_is_exported_can_be_imported_in_place_of_all(shop: httpx.Client) -> None:
    shop.put(f"{API}/rules/a", json=PIN)
    exported = shop.get(f"{API}/rules").json()
    shop.put(f"{API}/rules/b", json=PIN)
    changed = shop.post(f"{API}/rules", params={"alone": "true"}, json=exported).json()["changed"]
    assert changed == ["b"]
    assert shop.get(f"{API}/rules").json() == exported


def test_rules_that_cannot_be_kept_come_back_with_all_that_is_wrong(shop: httpx.Client) -> None:
    wrong = [
        {"name": "one", "then": {"pin": ["no-such"]}},
        {"name": "two", "then": {"hide": [{"filter": "no_field = 1"}]}},
        {"name": "three", **PIN},
    ]
    answer = shop.post(f"{API}/rules", json={"rule": wrong})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["kind"] == "Unfit"
    about = {each["about"]: each for each in error["details"]}
    assert set(about) >= {"two"} and all(each["mend"] for each in error["details"])
    assert shop.get(f"{API}/rules").json() == {"rule": []}
    checked = shop.post(f"{API}/rules/check", json=wrong).json()["findings"]
    assert checked == error["details"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[1]",
        b'{"rule": 1}',
        b'{"name": "x"}',
        b'{"name": "y", "then": {}}',
        b'{"then": {"pin": 5}}',
        b'{"then": {"boost": [{"by": 1e400}]}}',
        b'{"then": {"pin": ["a"]}, "when": {"filter": "price <"}}',
        b"[" * 5000,
        b'{"then": {"replace": "\\ud800"}}',
    ],
)
def test_what_is_no_rule_is_refused_by_its_sender(client: httpx.Client, body: bytes) -> None:
    for answer in (client.put(f"{API}/rules/x", content=body), client.post(f"{API}/rules/check", content=body)):
        assert answer.status_code in (400, 422), answer.text


def test_a_rule_is_tried_beside_the_answer_without_it_and_not_kept(client: httpx.Client) -> None:
    before = first(client, "mug")
    tried = client.post(
        f"{API}/rules/preview", json={"text": "mug", "limit": 3, "rule": [{"name": "r", **PIN}]}
    ).json()
    assert [rule["rule"] for rule in tried["fired"]] == ["r"]
    assert tried["before"][0]["id"] == before
    assert (tried["after"][0]["id"], tried["after"][0]["by"]) == ("lamp-red", ["r"])
    assert first(client, "mug") == before
    assert client.get(f"{API}/rules").json() == {"rule": []}


def test_a_change_is_logged_with_who_made_it(shop: httpx.Client) -> None:
    shop.put(f"{API}/rules/a", json=PIN)
    shop.delete(f"{API}/rules/a")
    log = shop.get(f"{API}/audit", params={"kind": "rule"}).json()["audit"]
    assert [(one["name"], one["before"] is None, one["after"] is None) for one in log] == [
        ("a", False, True),
        ("a", True, False),
    ]
    assert {one["who"] for one in log} == {"local"}
    assert log[1]["after"]["name"] == "a"
