"""Reviews out of feeds: columns by many names, bad rows told, nothing personal kept."""

import json
import time
from pathlib import Path

import pytest

from wares.errors import CatalogueError
from wares.records import Review
from wares.reviews.feed import MAX_TEXT, ReviewFeed, key_of, scrubbed


def read(tmp_path: Path, text: str, name: str = "reviews.csv", **options: object) -> tuple[list[Review], list[str]]:
    (tmp_path / name).write_text(text, encoding="utf-8")
    feed = ReviewFeed([tmp_path / name], **options)  # type: ignore[arg-type]
    return list(feed), [f"{problem.line}: {problem.reason}" for problem in feed.problems]


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("product_id,title,text,rating,id,language,date", "p1,Fine,Good sound,4,r1,en,2024-05-01"),
        ("asin,summary,reviewText,overall,review_id,lang,unixReviewTime", "p1,Fine,Good sound,4.0,r1,en,1714521600"),
        ("sku,review_title,content,stars,reviewId,locale,review_date", "p1,Fine,Good sound,4/5,r1,en-GB,2024-05-01"),
        ("商品id,标题,评论内容,评分,评论id,语言,日期", "p1,Fine,Good sound,4分,r1,en,2024/05/01"),
    ],
)  # fmt: skip
def test_columns_have_many_names(tmp_path: Path, header: str, cells: str) -> None:
    found, problems = read(tmp_path, f"{header}\n{cells}\n")
    assert problems == []
    assert found == [
        Review(product="p1", title="Fine", text="Good sound", rating=4, id="r1", language="en", date="2024-05-01")
    ]


def test_json_lines_and_arrays_are_read(tmp_path: Path) -> None:
    rows = [{"asin": "p1", "reviewText": "Good", "overall": 5}, {"asin": "p2", "reviewText": "不错", "overall": 4}]
    lines, _ = read(tmp_path, "\n".join(map(json.dumps, rows)), "a.jsonl")
    array, _ = read(tmp_path, json.dumps(rows), "b.json")
    assert (
        lines == array == [Review(product="p1", text="Good", rating=5), Review(product="p2", text="不错", rating=4)]
    )


def test_bad_rows_are_told_by_line_and_left_out(tmp_path: Path) -> None:
    text = 'product_id,rating,text\np1,9,x\n,5,x\np1,,\np1,zero,x\np1,0,x\np1,5,"open\np2,5,good\n'
    found, problems = read(tmp_path, text)
    assert found == [Review(product="p2", text="good", rating=5)]
    assert [line.partition(":")[0] for line in problems] == ["2", "3", "4", "5", "6", "7"]
    assert "not between 0 and 5" in problems[0]
    assert "no id of a product" in problems[1]
    assert "neither a text nor stars" in problems[2]


def test_stars_alone_are_a_review(tmp_path: Path) -> None:
    assert read(tmp_path, "product_id,rating\np1,5\n")[0] == [Review(product="p1", text="", rating=5)]


def test_who_wrote_it_is_not_kept(tmp_path: Path) -> None:
    text = (
        "product_id,text,reviewerName,reviewer_email,ip\n"
        'p1,"Good. Call me: +1 (555) 123-4567 or jane.doe@mail.example, see www.jane.example, 微信:jane12345",'
        "Jane,j@x.yz,1.2.3.4\n"
    )
    [review], _ = read(tmp_path, text)
    kept = str(review)
    assert not any(word in kept for word in ("Jane", "jane", "555", "mail.example", "1.2.3.4"))
    assert review.text.startswith("Good. Call me")


@pytest.mark.parametrize(
    "text", ["500 ml for 12.99", "a 1080p screen, 5000 mAh", "2024-05-01", "12 of 14", "续航12345分钟"]
)
def test_numbers_of_products_stay(text: str) -> None:
    assert scrubbed(text) == text


def test_columns_can_be_named(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path, "artnr,sterne,was\np1,5,gut\n", map={"product": "artnr", "rating": "sterne", "text": "was"}
    )
    assert found == [Review(product="p1", text="gut", rating=5)]
    with pytest.raises(CatalogueError, match="a review has no 'author'"):
        ReviewFeed([tmp_path / "reviews.csv"], map={"author": "x"})


def test_what_is_no_feed_of_reviews_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<rss><channel/></rss>")
    with pytest.raises(CatalogueError, match="reviews are read from csv"):
        ReviewFeed([tmp_path / "a.xml"])
    with pytest.raises(CatalogueError, match="no such file"):
        ReviewFeed([tmp_path / "b.csv"])


def test_texts_are_bounded_and_html_is_text(tmp_path: Path) -> None:
    [review], _ = read(tmp_path, "product_id,text\np1,<p>Good</p><script>x</script>" + "y" * 9_000 + "\n")
    assert review.text.startswith("Good\n")
    assert len(review.text) == MAX_TEXT


def test_a_review_is_told_by_its_id_or_by_what_it_says() -> None:
    one = Review(product="p", text="good", id="1")
    assert key_of(one) == key_of(Review(product="p", text="better", id="1"))
    assert key_of(Review(product="p", text="good")) == key_of(Review(product="q", text="good"))
    assert key_of(Review(product="p", text="good")) != key_of(Review(product="p", text="bad"))


@pytest.mark.parametrize(
    "text", ["a" * 10_000, "一" * 10_000, "1 " * 5_000, "1" * 10_000, "a.b-" * 2_500, "@a" * 5_000]
)
def test_no_text_takes_long(text: str) -> None:
    started = time.perf_counter()
    scrubbed(text)
    assert time.perf_counter() - started < 1
