"""What people ask and do, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

API = "/api/v1"


@pytest.fixture
def shop(served: Callable[..., httpx.Client]) -> httpx.Client:
    return served()


def told(client: httpx.Client, query_id: str) -> dict[str, Any]:
    """The journal's question, which is written within a second."""
    deadline = time.monotonic() + 10
    while (answer := client.get(f"{API}/journal/question/{query_id}")).status_code == 404:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    found: dict[str, Any] = answer.json()
    return found


def test_a_question_is_noted_and_an_event_joins_it(shop: httpx.Client) -> None:
    asked = {"q": "red mug", "session": "visit-1", "client": "browser-1"}
    answer = shop.get(f"{API}/search", params=asked).json()
    assert told(shop, answer["query_id"])["question"]["text"] == "red mug"
    event = {
        "action_name": "click",
        "query_id": answer["query_id"],
        "event_attributes": {"object": {"object_id": "mug-red"}, "position": {"ordinal": 1}},
    }
    kept = shop.post(f"{API}/events", json=[event, {**event, "query_id": "unheard-of"}])
    assert (kept.status_code, kept.json()) == (202, {"recorded": 2, "unknown": ["unheard-of"]})
    history = told(shop, answer["query_id"])
    assert history["question"]["session_id"] == "visit-1" and history["question"]["hits"][0] == "mug-red"
    assert [(e["action_name"], e["object_id"], e["position"]) for e in history["events"]] == [("click", "mug-red", 1)]


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"{}", b'{"action_name": ""}', b"[" * 9999, b'{"action_name": "x", "timestamp": "soon"}', b"3"],
)
def test_what_is_no_event_is_refused(client: httpx.Client, body: bytes) -> None:
    assert client.post(f"{API}/events", content=body).status_code == 400


def test_the_journal_tells_what_was_asked_what_found_nothing_and_what_failed(shop: httpx.Client) -> None:
    last = ""
    for words in ("mug", "Mug", "lamp"):
        last = shop.get(f"{API}/search", params={"q": words}).json()["query_id"]
    shop.get(f"{API}/search", params={"q": "mug", "where": "price > 9999"})
    assert shop.get(f"{API}/search", params={"q": "mug", "where": "no_field = 1"}).status_code == 400
    told(shop, last)
    deadline = time.monotonic() + 10
    while (seen := shop.get(f"{API}/journal").json())["totals"]["questions"] < 5 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (seen["totals"]["questions"], seen["totals"]["failed"]) == (5, 1)
    most = shop.get(f"{API}/journal/words/most-asked").json()["words"][0]
    assert most["text"].lower() == "mug" and most["times"] >= 3
    in_vain = shop.get(f"{API}/journal/words/in-vain").json()["words"]
    assert [each["text"].lower() for each in in_vain] == ["mug"]
    slowest = shop.get(f"{API}/journal/questions/slowest", params={"limit": 2}).json()["questions"]
    assert slowest[0]["took_ms"] >= slowest[1]["took_ms"] > 0
    assert len(shop.get(f"{API}/journal/questions/latest").json()["questions"]) == 5


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("journal?hours=0", 400),
        ("journal?hours=nan", 400),
        ("journal/words/other", 400),
        ("journal/questions/latest?limit=0", 400),
        ("journal/question/none", 404),
    ],
)
def test_a_look_that_cannot_be_is_refused(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(f"{API}/{path}").status_code == status
