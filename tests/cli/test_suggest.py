"""``wares suggest``: for people and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Command: TypeAlias = Callable[..., Any]


def test_people_read_suggestion_kind_and_count_or_id(wares: Command, made: Path) -> None:
    done = wares("suggest", made, "red cu")
    assert done.code == 0, done.err
    assert "product" in done.out
    assert "cup-red" in done.out


def test_json_is_one_document(wares: Command, made: Path) -> None:
    done = wares("suggest", made, "lmap", "-k", "3", "--json")
    assert done.code == 0, done.err
    found = done.json["suggestions"]
    assert 0 < len(found) <= 3
    assert all(set(each) == {"text", "kind", "count", "id"} for each in found)


def test_nothing_to_suggest_is_no_error(wares: Command, made: Path) -> None:
    done = wares("suggest", made, "👟")
    assert done.code == 0
    assert done.out.strip() == "no suggestion"


def test_a_folder_that_is_no_shop_is_an_error(wares: Command, tmp_path: Path) -> None:
    wares("suggest", tmp_path / "nothing", "red").error()
