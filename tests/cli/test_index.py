"""``wares index``: what goes in, what is told, and what it exits with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from rich.console import Console

from wares.cli.progress import bars, with_total
from wares.reports import Progress

Command: TypeAlias = Callable[..., Any]


def test_a_feed_goes_in_once(wares: Command, feed: Path, tmp_path: Path) -> None:
    first = wares("index", tmp_path / "shop", feed, "--model", "basic")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("9 added, 0 changed, 0 unchanged, 0 bad rows, 0 warnings, 9 pictures read in ")
    second = wares("index", tmp_path / "shop", feed)
    assert second.out.startswith("0 added, 0 changed, 9 unchanged")


def test_bad_rows_are_told_with_file_line_and_column_and_good_ones_go_in(wares: Command, tmp_path: Path) -> None:
    feed = tmp_path / "f.csv"
    feed.write_text("id,title,price\n1,Cup,5\n2,,5\n3,Lamp,cheap\n")
    done = wares("index", tmp_path / "shop", feed, "--model", "basic")
    assert done.code == 0
    assert done.err.splitlines()[0].startswith(f"{feed}:3")
    assert done.err.splitlines()[1].startswith(f"{feed}:4, column price: ")
    assert "1 added" in done.out
    assert "2 bad rows" in done.out


def test_only_the_first_bad_rows_are_told_one_by_one(wares: Command, tmp_path: Path) -> None:
    feed = tmp_path / "f.csv"
    feed.write_text("id,title\n1,Cup\n" + "2\n" * 50)
    done = wares("index", tmp_path / "shop", feed, "--model", "basic")
    lines = done.err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 30 more bad rows"
    as_json = wares("index", tmp_path / "shop", feed, "--json")
    assert as_json.json["bad_rows"] == len(as_json.json["problems"]) == 50
    assert as_json.json["problems"][0] | {"reason": ""} == {
        **{"source": str(feed), "line": 3, "column": None},
        "reason": "",
    }
    assert as_json.json["unchanged"] == 1


def test_strict_stops_at_the_first_bad_row(wares: Command, tmp_path: Path) -> None:
    feed = tmp_path / "f.csv"
    feed.write_text("id,title\n1\n2,Cup\n")
    assert f"{feed}:2" in wares("index", tmp_path / "shop", feed, "--model", "basic", "--strict").error()


def test_when_every_row_is_bad_the_exit_code_says_so(wares: Command, tmp_path: Path) -> None:
    feed = tmp_path / "f.csv"
    feed.write_text("id,title\n1\n2\n")
    done = wares("index", tmp_path / "shop", feed, "--model", "basic")
    assert (done.code, done.out) == (1, "")
    assert "no product could be read" in done.err.splitlines()[-1]
    assert not (tmp_path / "shop").exists()


def test_map_and_media_root(wares: Command, feed: Path, tmp_path: Path) -> None:
    mine = tmp_path / "f.csv"
    mine.write_text("Nr,Was,Betrag,Foto\n1,Tasse,5,cup-red.png\n")
    options = ["--map", "id=Nr", "--map", "title=Was", "--map", "price=Betrag", "--map", "image=Foto"]
    done = wares("index", tmp_path / "shop", mine, *options, "--media-root", feed.parent, "--model", "basic")
    assert done.code == 0, done.err
    product = wares("show", tmp_path / "shop", "1", "--json").json
    assert (product["title"], product["price"]["amount"]) == ("Tasse", 500)
    assert product["media"][0]["source"] == str(feed.parent / "cup-red.png")


def test_pictures_that_cannot_be_read_are_warnings(wares: Command, tmp_path: Path) -> None:
    feed = tmp_path / "f.csv"
    feed.write_text("id,title,image\n1,Cup,gone.png\n")
    done = wares("index", tmp_path / "shop", feed, "--model", "basic")
    assert done.code == 0
    assert done.err.startswith("warning: 1: ")
    assert "gone.png" in done.err
    assert "1 warning," in done.out


def test_private_addresses_are_fetched_only_when_allowed(
    wares: Command, tmp_path: Path, feed: Path, server: str
) -> None:
    mine = tmp_path / "f.csv"
    mine.write_text(f"id,title,image\n1,Cup,{server}/cup-red.png\n")
    refused = wares("index", tmp_path / "one", mine, "--model", "basic")
    assert "0 pictures" in refused.out
    assert "1 warning," in refused.out
    allowed = wares("index", tmp_path / "two", mine, "--model", "basic", "--allow-private")
    assert (wares("index", tmp_path / "two", mine).code, allowed.err) == (0, "")
    sheet = wares("search", tmp_path / "two", "cup", "--contact-sheet", tmp_path / "sheet.png")
    assert (sheet.code, sheet.err) == (0, "")
    wares("index", tmp_path / "two", mine, "--refuse-private")
    assert "left out" in wares("search", tmp_path / "two", "cup", "--contact-sheet", tmp_path / "sheet.png").err
    assert "1 picture read" in allowed.out
    assert "0 warnings" in allowed.out


def test_the_total_is_counted_once_and_only_when_a_job_is_long() -> None:
    counted, shown = [], []

    def count() -> int:
        counted.append(1)
        return 50

    brief = with_total(shown.append, count, patience=60)
    brief(Progress("indexing", 10))
    long = with_total(shown.append, count, patience=0)
    for progress in (Progress("indexing", 10), Progress("indexing", 20), Progress("building", 1, 3)):
        long(progress)
    assert [progress.total for progress in shown] == [None, 50, 50, 3]
    assert len(counted) == 1


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_drawn_on_terminals_only(terminal: bool) -> None:
    console = Console(force_terminal=terminal, width=80, color_system=None)
    with console.capture() as capture, bars(console) as progress:
        for done in (0, 500, 1000):
            progress(Progress("indexing", done, 2000))
        progress(Progress("reading", 3))
    drawn = capture.get()
    assert ("1,000 of 2,000" in drawn) == terminal
    assert ("reading" in drawn) == terminal
