"""``wares identify``: what a picture shows, for people and as JSON; what is wrong is one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Command: TypeAlias = Callable[..., Any]


def test_people_read_what_it_is_and_what_is_nearest(wares: Command, shop: Path, feed: Path) -> None:
    done = wares("identify", shop, feed.parent / "lamp-blue.png", "-k", "2")
    assert done.code == 0, done.err
    told = "note  no confidence for category"
    for piece in ("Home / Lamps", "Acme", "blue", "look-alikes", "Blue lamp", "lamp-blue", told):
        assert piece in done.out
    assert "\x1b" not in done.out
    assert done.out.count("lamp-") == 2


def test_json_is_one_document_with_the_documented_keys(wares: Command, shop: Path, feed: Path) -> None:
    done = wares("identify", shop, feed.parent / "cup-red.png", "--json")
    assert done.code == 0, done.err
    assert list(done.json) == [
        *("known", "score", "own", "strange", "readings", "unsure", "alike", "notes", "took_ms"),
    ]
    assert done.json["known"] is None
    assert done.json["alike"][0]["id"] == "cup-red"
    keys = {"field", "value", "confidence", "source", "evidence", "steps", "ids"}
    assert all(set(reading) == keys for reading in done.json["readings"])


def test_a_url_is_fetched_by_the_rules_of_media(wares: Command, shop: Path, server: str) -> None:
    assert "private" in wares("identify", shop, f"{server}/cup-red.png").error()


def test_what_is_wrong_is_one_line(wares: Command, shop: Path, feed: Path, tmp_path: Path) -> None:
    assert "no such file" in wares("identify", shop, tmp_path / "none.jpg").error()
    assert "the picture cannot be used" in wares("identify", shop, feed).error()
    assert "there is no shop" in wares("identify", tmp_path / "nowhere", feed.parent / "cup-red.png").error()
    assert wares("identify", shop, feed.parent / "cup-red.png", "-k", "0").error(2)
    assert wares("identify", shop, feed.parent / "cup-red.png", "--sure", "2").error(2)
