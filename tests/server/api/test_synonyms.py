"""Words that stand for others, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest

API = "/api/v1"


@pytest.fixture
def shop(served: Callable[..., httpx.Client]) -> httpx.Client:
    return served()


def test_a_word_that_stands_for_another_finds_it(shop: httpx.Client) -> None:
    asked = {"q": "beaker", "parse": "false", "limit": 4}
    assert shop.post(f"{API}/synonyms", json={"synonym": [{"said": ["beaker"], "meant": ["mug"]}]}).json() == {
        "changed": ["beaker => mug"],
        "findings": [],
    }
    deadline = time.monotonic() + 10  # noticed within a second
    while time.monotonic() < deadline:
        hits = shop.get(f"{API}/search", params=asked).json()["hits"]  # type: ignore[arg-type]
        if hits and all(hit["id"].startswith("mug") for hit in hits):
            break
        time.sleep(0.1)
    assert hits and all(hit["id"].startswith("mug") for hit in hits)


def test_synonyms_come_as_text_and_go_by_a_word(shop: httpx.Client) -> None:
    lines = "# ours\nbeaker, mug, cup\nleuchte => lamp\n"
    kept = shop.post(f"{API}/synonyms", content=lines, headers={"Content-Type": "text/plain"})
    assert sorted(kept.json()["changed"]) == ["beaker, mug, cup", "leuchte => lamp"]
    exported = shop.get(f"{API}/synonyms").json()
    assert shop.post(f"{API}/synonyms", params={"alone": "1"}, json=exported).json()["changed"] == []
    assert shop.delete(f"{API}/synonyms", params={"text": "cup"}).json()["changed"] == ["beaker, mug, cup"]
    assert shop.delete(f"{API}/synonyms", params={"text": "cup"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a => b\nb => a", "text/plain", 422),
        (b"\xff\xfe", "text/plain", 400),
        (b"a => b => c", "text/plain", 400),
        (b'{"synonym": [{"said": []}]}', "application/json", 422),
        (b'{"synonym": [{"said": 5}]}', "application/json", 400),
        (b"{", "application/json", 400),
    ],
)
def test_synonyms_that_cannot_be_are_refused_whole(client: httpx.Client, body: bytes, kind: str, status: int) -> None:
    answer = client.post(f"{API}/synonyms", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status, answer.text
    assert client.get(f"{API}/synonyms").json() == {"synonym": []}


def test_stop_words_are_kept_and_removed(shop: httpx.Client) -> None:
    words = {"stop": [{"word": "buy", "language": "en"}, {"word": "will", "language": "en", "kept": True}]}
    assert shop.post(f"{API}/stop-words", json=words).json()["changed"] == ["en: buy", "en: will"]
    assert shop.get(f"{API}/stop-words").json() == words
    gone = shop.delete(f"{API}/stop-words", params={"word": "buy", "language": "en"})
    assert gone.json()["changed"] == ["en: buy"]
    assert shop.delete(f"{API}/stop-words", params={"word": "buy", "language": "en"}).status_code == 404
    wrong = shop.post(f"{API}/stop-words", json={"stop": [{"word": "two words", "language": "en"}]})
    assert wrong.status_code == 422 and wrong.json()["error"]["details"][0]["level"] == "error"


def test_words_are_tried_beside_the_answer_without_them_and_not_kept(client: httpx.Client) -> None:
    asked = {"text": "beaker", "limit": 4, "synonym": [{"said": ["beaker"], "meant": ["lamp"]}]}
    tried = client.post(f"{API}/synonyms/preview", json=asked).json()
    assert all(shown["id"].startswith("lamp") for shown in tried["after"])
    assert [shown["id"] for shown in tried["before"]] != [shown["id"] for shown in tried["after"]]
    assert client.get(f"{API}/synonyms").json() == {"synonym": []}
    plain = client.post(f"{API}/synonyms/preview", json={"text": "beaker", "limit": 4}).json()
    assert [shown["id"] for shown in plain["before"]] == [shown["id"] for shown in plain["after"]]
    circle = [{"said": ["a1"], "meant": ["b1"]}, {"said": ["b1"], "meant": ["a1"]}]
    assert client.post(f"{API}/synonyms/preview", json={"synonym": circle}).status_code == 422
