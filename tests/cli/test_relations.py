"""``wares relations``."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Command: TypeAlias = Callable[..., Any]

FEED = """id,title,brand,category,accessory_for
ax45,Acme AX4500 phone,Acme,Phones / Smart phones,
case,Soft case,Acme,Cases,ax45
pen,Pen,,Writing,
"""


@pytest.fixture
def phones(wares: Command, tmp_path: Path) -> Path:
    (tmp_path / "feed.csv").write_text(FEED)
    made = wares("index", tmp_path / "phones", tmp_path / "feed.csv", "--model", "basic")
    assert made.code == 0, made.err
    return tmp_path / "phones"


def test_the_categories_of_a_shop(wares: Command, made: Path) -> None:
    done = wares("relations", made)
    assert done.code == 0, done.err
    assert done.out.splitlines() == [
        "9 products",
        "├─ Bags (3)",
        "├─ Home (3)",
        "│  └─ Lamps (3)",
        "└─ Kitchen (3)",
        "   └─ Cups (3)",
    ]
    assert wares("relations", made, "--limit", 1).out.splitlines()[-1] == "└─ + 2 more (6)"
    found = wares("relations", made, "--json").json
    assert {"path": ["Home", "Lamps"], "products": 3} in found["categories"]


def test_a_product_s_relations_of_its_own_feed_and_of_what_came_later(
    wares: Command, phones: Path, tmp_path: Path
) -> None:
    assert wares("relations", phones, "ax45").out.splitlines() == [
        "Acme AX4500 phone (ax45)",
        "  brand: Acme (2 products)",
        "  category: Phones / Smart phones (1 product)",
        "  has the accessory:",
        "    Soft case (case)",
    ]
    (tmp_path / "more.csv").write_text("id,title\ncharger,Charger for Acme AX4500\n")
    assert wares("index", phones, tmp_path / "more.csv").code == 0
    charger = wares("relations", phones, "ax45", "--json").json["related"][1]
    assert charger.pop("certainty") < 1
    assert charger == {
        "kind": "has_accessory",
        "label": "has the accessory",
        "id": "charger",
        "title": "Charger for Acme AX4500",
        "origin": "inferred",
        "by": "ax4500",
    }
    assert wares("remove", phones, "case").code == 0
    assert [one["id"] for one in wares("relations", phones, "ax45", "--json").json["related"]] == ["charger"]


def test_both_are_exported(wares: Command, phones: Path, tmp_path: Path) -> None:
    for id in ([], ["ax45"]):
        for form in ("svg", "dot", "JSON"):
            path = tmp_path / f"out.{form}"
            done = wares("relations", phones, *id, "--export", path)
            assert done.code == 0, done.err
            assert "written" in done.out
        assert ET.parse(tmp_path / "out.svg").getroot().tag.endswith("svg")
        assert (tmp_path / "out.dot").read_text().startswith("digraph")
        assert json.loads((tmp_path / "out.JSON").read_text())


def test_what_cannot_be_shown_is_said_in_one_line(wares: Command, phones: Path, tmp_path: Path) -> None:
    assert "ax45" in wares("relations", phones, "ax4").error()
    assert ".svg" in wares("relations", phones, "--export", tmp_path / "a.png").err
    assert "folder" in wares("relations", phones, "--export", tmp_path / "no" / "a.svg").error()
    wares("relations", tmp_path / "nowhere").error()


def test_a_shop_without_products_has_no_categories(wares: Command, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("id,title\n")
    wares("index", tmp_path / "shop", tmp_path / "empty.csv", "--model", "basic")
    done = wares("relations", tmp_path / "shop")
    assert done.out in ("0 products\n", "")
