"""What was asked, as the console tells it."""

from __future__ import annotations

import time

import pytest


@pytest.fixture
def asked(shop):
    """A shop that was asked three questions, one of them in vain; the id of the first."""
    first = shop.get("/api/v1/search", params={"q": "red shirt"}).json()["query_id"]
    shop.get("/api/v1/search", params={"q": "red shirt"})
    shop.get("/api/v1/search", params={"q": "red shirt", "where": "price > 99999"})
    deadline = time.monotonic() + 20
    while shop.get("/console/queries").text.count("/console/queries/") < 3:
        assert time.monotonic() < deadline, "the journal was not written"
        time.sleep(0.1)
    return first


def test_questions_are_listed_the_latest_the_most_frequent_and_those_in_vain(asked, shop):
    latest = shop.get("/console/queries").text
    assert latest.count("red shirt</a>") == 3
    most = shop.get("/console/queries?view=most").text
    assert '<td class="num">3</td><td class="num">1</td>' in most
    assert "/console/rules/new?q=red%20shirt" in most and "/console/synonyms?text=red%20shirt" in most
    assert "red shirt" in shop.get("/console/queries?view=vain&span=1h").text
    assert "Longest stages" in shop.get("/console/queries?view=slow").text
    assert "<svg" in shop.get("/console").text


def test_a_question_is_asked_again_beside_its_answer(asked, shop):
    page = shop.get(f"/console/queries/{asked}").text
    assert "Red shirt" in page and "<h3>Now" not in page
    again = shop.get(f"/console/queries/{asked}?again=true").text
    assert "<h3>Now" in again and again.count("Red shirt") > page.count("Red shirt")


def test_what_was_asked_is_escaped(asked, shop):
    shop.get("/api/v1/search", params={"q": "<script>alert(1)</script>"})
    time.sleep(1)
    assert "<script>alert" not in shop.get("/console/queries").text


def test_a_page_beyond_the_last_is_empty_and_one_out_of_bounds_refused(asked, shop):
    assert "Nothing was asked" in shop.get("/console/queries?page_number=19").text
    assert shop.get("/console/queries?page_number=20").status_code == 400
