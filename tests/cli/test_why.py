"""``wares why`` on a real shop: every reason in words and as JSON, and what cannot be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from PIL import Image

Command: TypeAlias = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "state", "words"),
    [
        (("red cup", "cup-red"), "shown", "it is shown, at place 1"),
        (("", "lamp-blue", "-k", "2"), "further on", "and page 1 was asked for"),
        (
            ("red cup", "cup-red", "--where", "price > 20"),
            "filtered",
            "does not hold, for its price is 10.5",
        ),
        (("red cup", "lamp-blue"), "below the cut-off", "it is below the cut-off at rank"),
        (("", "cup-red", "--like", "cup-red"), "asked about", "others should be like it"),
        (("", "cup-red", "--sort", "-price", "-k", "1"), "further on", "(place "),
    ],
)
def test_a_reason_is_told_in_words_and_as_json(
    wares: Command, made: Path, arguments: tuple[str, ...], state: str, words: str
) -> None:
    told = wares("why", made, "--no-parse", *arguments)
    assert told.code == 0, told.err
    assert words in " ".join(told.out.split())
    found = wares("why", made, "--no-parse", *arguments, "--json").json
    assert found["state"] == state
    assert words in found["told"]
    assert found["id"] == arguments[1]


def test_a_condition_of_the_words_is_told_with_what_was_said(wares: Command, made: Path) -> None:
    done = wares("why", made, "cup under 15", "lamp-red")
    assert '"under 15"' in done.out
    assert "fails" in done.out
    assert wares("why", made, "cup under 15", "lamp-red", "--json").json["state"] == "filtered"


def test_what_made_the_score_and_which_words_matched_is_shown(wares: Command, made: Path) -> None:
    done = wares("why", made, "红色 cup", "cup-red", "--no-parse")
    for piece in ("score of", "text  words", "title: Red cup 红色水杯", "place after", "fusion 1"):
        assert piece in done.out
    found = wares("why", made, "红色 cup", "cup-red", "--no-parse", "--json").json
    assert sum(item["value"] for item in found["why"]) == pytest.approx(found["score"], abs=1e-9)
    assert {"field": "title", "start": 4, "end": 10} in found["matched"]


def test_a_heat_map_is_drawn_over_the_picture_that_matched(
    wares: Command, made: Path, feed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "heat.png"
    done = wares("why", made, "", "lamp-red", "--image", feed.parent / "lamp-red.png", "--heatmap", path)
    assert done.code == 0, done.err
    assert "region" in done.out
    assert f"heat map: {path}" in done.out
    with Image.open(path) as drawn:
        assert drawn.size == (96, 96)
    asked = ("why", made, "", "lamp-red", "--image", feed.parent / "lamp-red.png", "--json")
    regions = wares(*asked).json["regions"]
    assert regions["box"] is not None
    assert len(regions["heat"]) == len(regions["heat"][0]) == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("red", "cup-rde"), "cup-red"),
        (("red", ""), "id is empty"),
        (("red", "🚀\x1b[31m"), "no product"),
        (("red", "x" * 5_000), "no product"),
        (("x" * 10_000, "cup-red"), "shorten it"),
        (("🚀", "cup-red"), "no word"),
        (("red", "cup-red", "--where", "price <"), "a value"),
        (("red", "cup-red", "--where", "nonsense = 1"), "nonsense"),
        (("red", "cup-red", "--sort", "brand"), "sort"),
        (("", "cup-red", "--image", "no-such.png"), "no-such.png"),
        (("", "cup-red", "--like", "no-such"), "no product"),
        (("red", "cup-red", "--heatmap", "heat.png"), "no heat map"),
        (("red", "cup-red", "--heatmap", "/no/such/folder/heat.png"), "cannot be written"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    wares: Command,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert message in wares("why", made, "--no-parse", *arguments).error()


def test_a_heat_map_needs_a_file_name_of_a_picture(wares: Command, made: Path, feed: Path, tmp_path: Path) -> None:
    photo = feed.parent / "lamp-red.png"
    message = wares("why", made, "", "lamp-red", "--image", photo, "--heatmap", tmp_path / "heat.nonsense").error()
    assert "heat map" in message


def test_a_shop_that_is_empty_or_none_is_said_to_be(wares: Command, tmp_path: Path) -> None:
    assert "no shop" in wares("why", tmp_path / "none", "red", "1").error()
