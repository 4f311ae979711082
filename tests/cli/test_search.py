"""``wares search``: options reach the shop, and both kinds of output tell what it answered."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from PIL import Image
from rich.console import Console

import wares as core
from wares.cli.hits import print_results
from wares.cli.pictures import can_draw

Command: TypeAlias = Callable[..., Any]


def ids(done: Any) -> list[str]:
    return [hit["id"] for hit in done.json["hits"]]


def test_json_is_one_document_with_the_documented_keys(wares: Command, made: Path) -> None:
    done = wares("search", made, "red cup", "--facet", "brand", "-k", "2", "--json")
    assert done.code == 0, done.err
    answer = {"query_id", "total", "hits", "facets", "notes", "took_ms"}
    assert set(done.json) == answer | {"chips", "corrections", "banners", "redirect", "heard", "read"}
    hit = done.json["hits"][0]
    assert set(hit) == {"id", "title", "score", "variant", "media", "why", "moves", "folded", "matched", "passages"}
    assert hit["id"] == "cup-red"
    assert sum(item["value"] for item in hit["why"]) == pytest.approx(hit["score"], abs=1e-4)
    assert {value["value"] for value in done.json["facets"]["brand"]} <= {"Acme", "Foo & Co"}


def test_people_read_title_brand_price_and_id(wares: Command, made: Path) -> None:
    done = wares("search", made, "水杯", "-k", "1")
    assert done.code == 0, done.err
    for piece in ("Red cup 红色水杯", "10.50 EUR", "Foo & Co", "id cup-red"):
        assert piece in done.out
    assert "\x1b" not in done.out


def test_picture_like_and_not(wares: Command, made: Path, feed: Path) -> None:
    by_picture = wares("search", made, "--image", feed.parent / "lamp-blue.png", "-k", "1", "--json")
    assert ids(by_picture) == ["lamp-blue"]
    assert by_picture.json["hits"][0]["media"]["source"].endswith("lamp-blue.png")
    liked = wares("search", made, "--like", "lamp-blue", "--json")
    assert "lamp-blue" not in ids(liked)
    assert wares("search", made, "cup", "--not", "red", "--json").json["hits"][0]["id"] != "cup-red"


def test_weights_change_scores(wares: Command, made: Path, feed: Path) -> None:
    question = ["search", made, "green backpack", "--image", feed.parent / "lamp-blue.png", "--json"]
    assert ids(wares(*question, "--weight", "image=0.01"))[0] == "backpack-green"
    assert ids(wares(*question, "--weight", "text=0.01"))[0] == "lamp-blue"


def test_filter_sort_page_and_facets(wares: Command, made: Path) -> None:
    done = wares("search", made, "--where", 'brand = "Acme" AND price < 25', "--sort", "-price", "--json")
    assert done.json["total"] == 3
    assert all(name.startswith("lamp") for name in ids(done))
    every = ids(wares("search", made, "--json"))
    assert ids(wares("search", made, "--offset", "3", "-k", "4", "--json")) == every[3:7]
    counted = wares("search", made, "--facet", "colour", "--facet", "brand")
    assert "Acme" in counted.out
    assert "█" * 24 in counted.out


def test_explain_shows_what_each_part_added(wares: Command, made: Path) -> None:
    plain, explained = wares("search", made, "red cup"), wares("search", made, "red cup", "--explain")
    assert "words" not in plain.out
    assert "words" in explained.out
    assert "+0." in explained.out


def test_contact_sheet_holds_the_pictures(wares: Command, made: Path, tmp_path: Path) -> None:
    path = tmp_path / "sheet.png"
    done = wares("search", made, "cup", "-k", "3", "--contact-sheet", path)
    assert done.code == 0, done.err
    assert f"contact sheet: {path}" in done.out
    with Image.open(path) as sheet:
        assert sheet.width > 3 * 100
        shades = {colour for _, colour in sheet.convert("RGB").getcolors(1 << 20) or ()}
    assert (200, 30, 40) in shades
    assert "no hit" in wares("search", made, "--where", "price > 900", "--contact-sheet", path).error()
    for wrong in (tmp_path / "none" / "sheet.png", tmp_path / "sheet.tasty"):
        assert str(wrong) in wares("search", made, "cup", "--contact-sheet", wrong).error()


def test_thumbnails_need_a_terminal_with_all_colours() -> None:
    def console(**kind: Any) -> Console:
        return Console(file=io.StringIO(), **{"force_terminal": True, "color_system": "truecolor", **kind})

    assert can_draw(console())
    assert not can_draw(console(no_color=True), asked=True)
    assert not can_draw(console(color_system="256"))
    assert can_draw(console(color_system="256"), asked=True)
    assert not can_draw(Console(file=io.StringIO(), force_terminal=False))


def test_thumbnails_are_drawn_beside_the_hits(made: Path, environment: dict[str, str]) -> None:
    file = io.StringIO()
    with core.open(made, create=False) as shop:
        console = Console(file=file, force_terminal=True, color_system="truecolor", width=80, highlight=False)
        print_results(console, shop.search("red cup", k=1), shop=shop)
    assert "▄" in file.getvalue()
    shades = re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", file.getvalue())
    assert any(int(red) > 150 and int(green) < 80 and int(blue) < 90 for red, green, blue in shades)


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"COLORTERM": "truecolor"}], ids=str)
def test_a_real_terminal(variables: dict[str, str], made: Path, environment: dict[str, str]) -> None:
    """Colours and thumbnails on a terminal; neither with NO_COLOR."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "wares", "search", str(made), "red cup", "-k", "1"]
    variables = {**environment, "TERM": "xterm-256color", **variables}
    running = subprocess.Popen(command, stdout=side, stderr=side, stdin=side, env=variables)
    os.close(side)
    written = b""
    try:
        while piece := os.read(main, 65536):
            written += piece
    except OSError:  # how Linux tells that the other side is closed
        pass
    os.close(main)
    assert running.wait(60) == 0
    assert b"Red cup" in written
    coloured = "NO_COLOR" not in variables
    assert (b"\x1b[38;2" in written) == coloured
    assert ("▄".encode() in written) == coloured
