"""``wares duplicates``: which products are one, and why; and what is wrong with what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Command

FEED = """id,title,brand,category,price,image
h1,Acme Quickstep Runline Hoodie Red,Acme,Clothing/Hoodies,39.00 EUR,{red}
h2,Acme Quickstep Runline Hoodie Blue,Acme,Clothing/Hoodies,39.00 EUR,{blue}
t1,Zenith Quickline Torch XZ-5,Zenith,Lights,9.00 EUR,
t2,Zenith Quickline Torch XZ-5,Zenith,Lights,9.00 EUR,
m1,Mug with a picture,Zenith,Kitchen,5.00 EUR,{red}
"""


@pytest.fixture
def folded(tmp_path: Path, feed: Path, wares: Command) -> Path:
    """A shop with a family, a product listed twice, and a picture that two products share."""
    pictures = {colour: feed.parent / f"backpack-{colour}.png" for colour in ("red", "blue")}
    for colour, path in pictures.items():
        (tmp_path / f"{colour}.png").write_bytes(path.read_bytes())
    (tmp_path / "own.csv").write_text(FEED.format(red="red.png", blue="blue.png"), encoding="utf-8")
    assert wares("index", tmp_path / "shop", tmp_path / "own.csv", "--model", "basic").code == 0
    return tmp_path / "shop"


def test_groups_are_shown_with_their_reasons(folded: Path, wares: Command) -> None:
    out = wares("duplicates", folded).out
    assert "4 products in 2 groups: 1 listed more than once, 1 in several colours or" in out
    assert "h2  Acme Quickstep Runline Hoodie Blue  39.00 EUR  same title but colour" in out
    assert "t2  Zenith Quickline Torch XZ-5  9.00 EUR  same title\n" in out
    assert "2 have the picture" in out


@pytest.mark.parametrize(
    ("kind", "groups", "pictures"),
    [("products", ["t1", "t2"], 0), ("families", ["h1", "h2"], 0), ("pictures", [], 1)],
)
def test_one_kind_is_shown_alone(folded: Path, wares: Command, kind: str, groups: list[str], pictures: int) -> None:
    found = wares("duplicates", folded, "--kind", kind, "--json").json
    assert [member["id"] for group in found["groups"] for member in group["members"]] == groups
    assert len(found["pictures"]) == pictures


def test_no_more_is_shown_than_was_asked_for(folded: Path, wares: Command) -> None:
    found = wares("duplicates", folded, "--limit", 1, "--json").json
    assert (len(found["groups"]), found["counts"]["groups"]) == (1, 2)


def test_a_contact_sheet_is_written(folded: Path, wares: Command, tmp_path: Path) -> None:
    assert wares("duplicates", folded, "--contact-sheet", tmp_path / "sheet.png").code == 0
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > sheet.height / 2


def test_a_contact_sheet_of_nothing_is_refused(folded: Path, wares: Command, tmp_path: Path) -> None:
    done = wares("duplicates", folded, "--kind", "products", "--json", "--contact-sheet", tmp_path / "sheet.png")
    assert done.code == 1
    assert "nothing that is listed has a picture" in done.err


@pytest.mark.parametrize("place", ["sheet.nonsense", "none/sheet.png"])
def test_a_sheet_that_cannot_be_written_is_told(folded: Path, wares: Command, tmp_path: Path, place: str) -> None:
    done = wares("duplicates", folded, "--contact-sheet", tmp_path / place)
    assert done.code == 1
    assert done.err.startswith("error: ")


def test_a_folder_without_a_shop_is_told(wares: Command, tmp_path: Path) -> None:
    assert "there is no store here" in wares("duplicates", tmp_path / "none").error()


def test_a_shop_in_which_nothing_is_one(made: Path, wares: Command) -> None:
    assert "in 0 groups" in wares("duplicates", made).out
