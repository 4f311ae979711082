"""Reviews over HTTP: read by a job, told with the product, shown on its page, chosen as facets."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

import wares
from wares.records import Product

Serving = Callable[[Path], AbstractContextManager[Callable[..., Any]]]

FEED = """asin,overall,reviewText,reviewerName
shirt-red,5,"Great quality, <b>soft</b>",Jane
shirt-red,4,The quality is excellent,Jane
shirt-red,5,质量很好 但是颜色难看,Jane
shirt-blue,1,Poor quality,Jane
shirt-blue,2,The quality is terrible,Jane
shirt-blue,1,质量太差,Jane
shirt-blue,77,oops,Jane
"""


@pytest.fixture(scope="module")
def reviewed(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product], serving: Serving
) -> Iterator[tuple[httpx.Client, dict[str, Any]]]:
    """A client of a shop into which a job has read reviews, and the job."""
    place = tmp_path_factory.mktemp("reviewed") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    with serving(place) as serve:
        client = serve()
        job = client.post("/api/v1/jobs", data={"kind": "reviews"}, files={"feed": ("r.csv", FEED)}).json()["job"]
        until = time.monotonic() + 60
        while job["ended"] is None and time.monotonic() < until:
            time.sleep(0.1)
            job = client.get(f"/api/v1/jobs/{job['id']}").json()["job"]
        yield client, job


def test_a_job_reads_reviews_and_tells_bad_rows(reviewed: tuple[httpx.Client, dict[str, Any]]) -> None:
    _, job = reviewed
    assert job["state"] == "done", job
    assert (job["result"]["added"], job["result"]["received"], job["result"]["bad_rows"]) == (6, 2, 1)
    assert job["result"]["problems"] == ["the feed:8, column overall: the rating '77' is not between 0 and 5"]


def test_a_product_is_told_with_its_reception(reviewed: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, _ = reviewed
    answer = client.get("/api/v1/products/shirt-red")
    reception = answer.json()["reception"]
    assert (reception["reviews"], reception["rating"]) == (3, 4.67)
    quality = reception["opinions"][0]
    assert (quality["aspect"], quality["praised"], quality["verdict"]) == ("quality", 3, "praised")
    assert "Jane" not in answer.text
    again = client.get("/api/v1/products/shirt-red", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 200  # its tag does not tell of reviews
    assert "reception" not in client.get("/api/v1/products/shirt-white").json()


def test_aspects_are_facets_and_chips(reviewed: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, _ = reviewed
    found = client.get("/api/v1/search", params={"q": "shirt", "where": "criticised = quality", "facet": "praised"})
    assert [hit["id"] for hit in found.json()["hits"]] == ["shirt-blue"], found.text
    asked = client.get("/api/v1/search", params={"q": "shirts of good quality"}).json()
    assert [chip["id"] for chip in asked["chips"] if chip["kind"] == "reviews"] == ['praised = "quality"']


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("What people say", "3 reviews, 4.7 out of 5", "Quality", "praised (3 of 3)")),
        ("zh", ("买家评价", "3 条评价，平均 4.7 分", "质量", "好评（3 人中 3 人）")),
    ],
)
def test_the_page_shows_what_people_say(
    reviewed: tuple[httpx.Client, dict[str, Any]], language: str, texts: tuple[str, ...]
) -> None:
    client, _ = reviewed
    page = client.get("/product/shirt-red", params={"lang": language}).text
    section = re.search(r'<section class="about reviews".*?</section>', page, re.DOTALL)
    assert section
    for text in texts:
        assert text in section[0]
    assert 'href="/?f.praised=quality"' in section[0]
    assert "<b>" not in section[0]
    assert 'class="about reviews"' not in client.get("/product/shirt-white").text


def test_chosen_aspects_have_names(reviewed: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, _ = reviewed
    page = client.get("/", params={"f.praised": "quality", "lang": "en"}).text
    assert 'data-id="shirt-red"' in page
    assert 'data-id="shirt-blue"' not in page
    assert "Praised for: Quality" in page
    assert "好评方面" in client.get("/", params={"f.praised": "quality", "lang": "zh"}).text


def test_a_job_of_no_reviews_fails_with_what_is_wrong(reviewed: tuple[httpx.Client, dict[str, Any]]) -> None:
    client, _ = reviewed
    job = client.post("/api/v1/jobs", data={"kind": "reviews"}, files={"feed": ("r.csv", "a,b\n1,2\n")}).json()["job"]
    until = time.monotonic() + 60
    while job["ended"] is None and time.monotonic() < until:
        time.sleep(0.1)
        job = client.get(f"/api/v1/jobs/{job['id']}").json()["job"]
    assert job["state"] == "failed"
    assert "no review could be read; the feed:2: no id of a product" in json.dumps(job["error"])
