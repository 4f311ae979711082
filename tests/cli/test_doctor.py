"""``wares doctor``: fine when all is fine, and every fault comes with what mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from wares.cli import checkup
from wares.models import CARDS, listing
from wares.settings import Environment

Command: TypeAlias = Callable[..., Any]


def faults(done: Any) -> dict[str, dict[str, str]]:
    assert done.code == 1
    assert done.json["ok"] is False
    found = {check["name"]: check for check in done.json["checks"] if not check["ok"]}
    assert all(check.get("detail") for check in found.values())
    return found


def test_a_sound_installation_and_shop(wares: Command, made: Path) -> None:
    done = wares("doctor", made)
    assert done.code == 0, done.out
    assert not any(line.startswith("no ") for line in done.out.splitlines())
    checks = {check["name"]: check["detail"] for check in wares("doctor", made, "--json").json["checks"]}
    assert {"python", "processor", "memory", "cache", "disk", "network", "store", "index", "model"} <= set(checks)
    assert set(checkup.LIBRARIES) | set(CARDS) <= set(checks)
    assert "WARES_OFFLINE" in checks["network"]


def test_a_cache_that_cannot_be_written(wares: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WARES_CACHE", str(tmp_path / "file" / "cache"))
    assert "WARES_CACHE" in faults(wares("doctor", "--json"))["cache"]["mend"]
    assert "set WARES_CACHE" in wares("doctor").out


def test_a_setting_that_says_nothing(wares: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARES_OFFLINE", "perhaps")
    assert "WARES_OFFLINE" in faults(wares("doctor", "--json"))["settings"]["detail"]


def test_a_library_that_cannot_be_loaded(wares: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checkup.LIBRARIES, "no-such-library", "no_such_library")
    assert "pip install" in faults(wares("doctor", "--json"))["no-such-library"]["mend"]


def test_damaged_weights(wares: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARES_CACHE", str(tmp_path))
    item = listing(Environment(cache=tmp_path))[0]
    item.place.mkdir(parents=True)
    (item.place / CARDS[item.name].file).write_bytes(b"half of it")
    assert faults(wares("doctor", "--json"))[item.name]["mend"] == f"wares models pull {item.name}"
    verified = wares("models", "verify")
    assert verified.code == 1
    assert f"{item.name}: damaged" in verified.out


def test_a_damaged_shop_and_a_folder_that_is_none(wares: Command, shop: Path, tmp_path: Path) -> None:
    version = next(path for path in (shop / "index").iterdir() if path.is_dir())
    (version / "manifest.json").write_text("{")
    found = faults(wares("doctor", shop, "--json"))
    assert any("wares rebuild" in check["detail"] + check["mend"] for check in found.values())
    assert "no shop" in faults(wares("doctor", tmp_path / "none", "--json"))["shop"]["detail"]
