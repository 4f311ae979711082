"""Small files that may go at any time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from wares.server.shelf import Bounds, Shelf

BOUNDS = Bounds(bytes=1_000, files=10, age_s=100)


def key(number: int) -> str:
    return f"key{number:013d}"


def test_what_was_put_is_there_for_every_process(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "shelf", BOUNDS).put(key(1), b"data")
    assert Shelf(tmp_path / "shelf", BOUNDS).get(key(1)) == b"data"
    assert Shelf(tmp_path / "shelf", BOUNDS).get(key(2)) is None


@pytest.mark.parametrize(("each", "left"), [(10, 10), (300, 3)])
def test_the_oldest_go_when_there_are_too_many_or_they_are_too_large(tmp_path: Path, each: int, left: int) -> None:
    shelf = Shelf(tmp_path / "shelf", BOUNDS)
    for number in range(30):
        assert shelf.put(key(number), bytes(each))
        os.utime(tmp_path / "shelf" / key(number), (time.time() - 60 + number,) * 2)
    shelf.tidy()
    assert sorted(path.name for path in (tmp_path / "shelf").iterdir()) == [key(n) for n in range(30 - left, 30)]


def test_what_is_too_old_is_not_there_and_goes(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf", BOUNDS)
    shelf.put(key(1), b"data")
    os.utime(tmp_path / "shelf" / key(1), (time.time() - 101,) * 2)
    assert shelf.get(key(1)) is None
    shelf.tidy()
    assert not list((tmp_path / "shelf").iterdir())


@pytest.mark.parametrize("wrong", ["", "short", "../../../../etc/passwd", "a" * 15 + "/", "a" * 15 + "\0", "a" * 65])
def test_a_key_is_never_a_path(tmp_path: Path, wrong: str) -> None:
    shelf = Shelf(tmp_path / "shelf", BOUNDS)
    assert shelf.get(wrong) is None
    with pytest.raises(ValueError, match="no key"):
        shelf.put(wrong, b"data")


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "shelf").write_text("in the way")
    assert not Shelf(tmp_path / "shelf", BOUNDS).put(key(1), b"data")
