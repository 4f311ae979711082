"""``wares info``, ``wares rebuild`` and ``wares rollback``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

Command: TypeAlias = Callable[..., Any]


def test_info_tells_what_the_shop_holds(wares: Command, made: Path) -> None:
    told = wares("info", made, "--json").json
    assert (told["products"], told["model"]) == (9, "basic")
    assert told["fields"]["price"] == "number"
    assert [version["live"] for version in told["versions"]] == [True]
    printed = wares("info", made)
    assert printed.code == 0, printed.err
    for piece in ("products", "basic", "price (number)", "answers"):
        assert piece in printed.out


def test_rebuild_switches_to_a_new_version_and_rollback_goes_back(wares: Command, shop: Path) -> None:
    before = wares("search", shop, "red cup", "--json").json
    assert "no earlier" in wares("rollback", shop).error()
    old = wares("info", shop, "--json").json["versions"][0]["name"]
    rebuilt = wares("rebuild", shop, "--json")
    assert rebuilt.code == 0, rebuilt.err
    assert rebuilt.json["name"] > old
    assert (rebuilt.json["points"], rebuilt.json["live"]) == (9, True)
    assert wares("search", shop, "red cup", "--json").json["hits"] == before["hits"]
    back = wares("rollback", shop)
    assert back.code == 0, back.err
    assert f"version {old} " in back.out
    assert wares("search", shop, "red cup", "--json").json["hits"] == before["hits"]
