"""``wares reviews``: feeds in, what they come to out; what is wrong is told by its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Command: TypeAlias = Callable[..., Any]

ROWS: tuple[dict[str, object], ...] = (
    {"asin": "cup-red", "overall": 5, "reviewText": "Great quality", "reviewerName": "Jane Roe"},
    {"asin": "cup-red", "overall": 5, "reviewText": "The quality is excellent"},
    {"asin": "cup-red", "overall": 4, "reviewText": "质量很好 但是颜色难看"},
    {"asin": "unknown", "overall": 1, "reviewText": "Bad"},
)


@pytest.fixture
def feed_of_reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.jsonl"
    path.write_text("\n".join([*map(json.dumps, ROWS), "nonsense", '{"asin": "cup-red", "overall": 9}']))
    return path


def test_reviews_are_read_and_shown(wares: Command, shop: Path, feed_of_reviews: Path) -> None:
    done = wares("reviews", shop, feed_of_reviews)
    assert done.code == 0, done.err
    assert done.out.startswith("4 added, 0 changed, 0 unchanged, 2 bad rows, 2 products received anew in ")
    assert "reviews.jsonl:5: this is no JSON" in done.err
    assert "reviews.jsonl:6, column overall: the rating 9" in done.err
    assert "1 product not in the shop; their reviews wait for them: unknown" in done.err
    again = wares("reviews", shop, feed_of_reviews, "--json").json
    assert (again["added"], again["unchanged"], again["received"], again["bad_rows"]) == (0, 4, 0, 2)
    for shown in (wares("reviews", shop, "--of", "cup-red").out, wares("show", shop, "cup-red").out):
        assert "3 reviews, 4.67 of 5 (3 rated)" in shown
        assert "praised (3 of 3)" in shown
        assert "Jane" not in shown
    opinions = wares("reviews", shop, "--of", "cup-red", "--json").json["reception"]["opinions"]
    assert opinions[0]["aspect"] == "quality"
    assert wares("show", shop, "cup-red", "--json").json["reception"]["reviews"] == 3
    assert wares("search", shop, "cup", "--where", "praised = quality", "--json").json["hits"][0]["id"] == "cup-red"


def test_reviews_are_removed_by_their_ids(wares: Command, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("product_id,review_id,text\ncup-red,1,Great\ncup-red,2,Bad\n")
    assert wares("reviews", shop, tmp_path / "r.csv").code == 0
    assert wares("reviews", shop, "--of", "cup-red", "--remove", "2").out == "1 review removed\n"
    assert wares("reviews", shop, "--of", "cup-red", "--remove-all", "--json").json["removed"] == 1
    assert wares("reviews", shop, "--of", "cup-red").out == "no reviews\n"
    assert wares("reviews", shop, "--remove", "2").code == 2


def test_a_product_without_reviews_says_so(wares: Command, made: Path) -> None:
    assert wares("reviews", made, "--of", "cup-red").out == "no reviews\n"
    assert wares("reviews", made, "--of", "cup-red", "--json").json == {"id": "cup-red", "reception": None}
    assert "cup-red" in wares("reviews", made, "--of", "cup-re").error()


def test_a_feed_of_bad_rows_alone_is_an_error(wares: Command, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("product_id,rating\na,77\n")
    done = wares("reviews", shop, tmp_path / "bad.csv")
    assert done.code == 1
    assert "no review could be read" in done.err
    assert wares("reviews", shop, tmp_path / "none.csv").error().endswith("there is no such file")
    assert wares("reviews", shop).code == 2
