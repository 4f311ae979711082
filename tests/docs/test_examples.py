"""The examples run, and print what they say they do."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from wares.cli.run import run

EXAMPLES = Path(__file__).parents[2] / "examples"

Example: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def example(
    ready: None, tables: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Example:
    """Run an example as ``python examples/NAME.py ARGUMENTS`` does; the lines it prints."""
    monkeypatch.chdir(tmp_path)

    def call(name: str, *arguments: str) -> list[str]:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", [name, *arguments])
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out.splitlines()

    return call


def test_every_example_has_a_test() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for path in EXAMPLES.glob("*.py"):
        assert f'"{path.name}"' in text


def test_index_and_search(example: Example) -> None:
    Path("products.csv").write_text(
        "id,title,brand,price\n1,Wool blanket,Nordlicht,49 EUR\n2,Desk lamp,Lumen,29 EUR\n3,Ice bucket,Lumen,free\n",
        encoding="utf-8",
    )
    lines = example("index_and_search.py", "shop", "products.csv", "something warm")
    assert lines[0] == "left out: products.csv:4, column price: 'free' is no price"
    assert lines[1] == "2 added, 0 changed, 0 unchanged"
    assert "1  Wool blanket  49.00 EUR" in lines[2]
    assert "1 of Nordlicht" in lines
    with pytest.raises(SystemExit, match=r"^error: nowhere\.csv: there is no such file$"):
        example("index_and_search.py", "shop", "nowhere.csv", "bed")


def test_a_picture_and_words(example: Example) -> None:
    assert run(["demo", "demo-shop"]) == 0
    lines = example("picture_and_words.py", "demo-shop", "demo-shop/question.jpg", "blue hoodie")
    assert [line.partition(":")[0] for line in lines] == [f"picture {share}%" for share in (0, 25, 50, 75, 100)]
    assert lines[0].startswith("picture 0%: Blue Hoodie (text in words ")
    assert lines[-1].startswith("picture 100%: Yellow Plimsolls (image in ")


def test_a_reader_of_ones_own(example: Example) -> None:
    Path("products.ini").write_text(
        "[mug]\ntitle = Enamel mug\nprice = 12.90 EUR\nvolume = 300\n[plate]\nprice = 5 EUR\n", encoding="utf-8"
    )
    assert example("own_reader.py", "products.ini") == [
        "mug Enamel mug 12.90 EUR {'volume': 300.0}",
        "left out: products.ini: no title",
    ]
    Path("broken.ini").write_text("title = nowhere\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^error: broken\.ini:1: this is no INI file"):
        example("own_reader.py", "broken.ini")
