"""Jobs through the console: rebuilt and followed, measured, and who is not found."""

from __future__ import annotations

import re
import time

import pytest

TSV = "id\ttext\nq1\tred shirt\nq2\tblue mug\n"
QRELS = "q1 0 shirt-red 3\nq2 0 mug-blue 3\n"


@pytest.fixture
def ended(shop):
    """Waits for the job whose page an answer is; its page then."""

    def wait(answer):
        assert answer.status_code == 200, answer.text
        path = answer.url.path
        assert path.startswith("/console/jobs/")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            page = shop.get(path).text
            if "data-job=" not in page:
                return page
            time.sleep(0.1)
        raise AssertionError(f"the job did not end: {page}")

    return wait


def test_an_index_is_rebuilt_rolled_back_and_another_version_let_in(post, shop, ended):
    assert "/api/v1/jobs/" in post("/jobs/ask", kind="rebuild").text
    ended(shop.get("/console/jobs/" + shop.get("/api/v1/jobs").json()["jobs"][0]["id"]))
    assert shop.get("/console/versions").text.count("Let it answer") == 1
    assert "done" in ended(post("/jobs/ask", kind="rollback"))
    other = re.search(r'name="version" value="(\w+)"', shop.get("/console/versions").text)
    assert "done" in ended(post("/jobs/ask", kind="activate", version=other[1]))
    assert "rebuild" in shop.get("/console/jobs").text
    assert shop.get("/console/audit").text.count("rollback") == 1


def test_a_job_that_fails_tells_why(post, ended):
    page = ended(post("/jobs/ask", kind="activate", version="000099"))
    assert 'role="alert"' in page and "there is no version" in page


def test_no_other_kind_is_asked_for_by_a_page_and_no_ended_job_is_cancelled(post, shop, ended):
    assert post("/jobs/ask", kind="index").status_code == 400
    ended(post("/jobs/ask", kind="rebuild"))
    id = shop.get("/api/v1/jobs").json()["jobs"][0]["id"]
    assert post("/jobs/cancel", id=id).status_code == 409
    assert shop.get("/console/jobs/none").status_code == 404


def test_who_is_not_found_is_looked_for_and_told_with_the_reason(post, shop, ended, eventually):
    rule = {"as": "form", "do": "save", "name": "no red mugs", "enabled": "1", "hide_ids": "mug-red"}
    assert post("/rules/edit", **rule).status_code == 200
    search = {"q": "red mug"}
    assert eventually(lambda: "mug-red" not in shop.get("/api/v1/search", params=search).text)
    ended(post("/catalogue/findable", sample="100"))
    page = shop.get("/console/catalogue").text
    row = page[page.index('id="lost"') :]
    assert "mug-red" in row and "hidden by rule no red mugs" in row
    assert post("/catalogue/findable", sample="0").status_code == 400


def test_answers_are_measured_on_made_questions_and_the_report_is_shown_in_its_own_policy(post, shop, ended):
    page = ended(post("/evaluation", size="5", note="before the sale"))
    name = re.search(r"/console/evaluation/([\d-]+)", page)[1]
    listed = shop.get("/console/evaluation").text
    assert "before the sale" in listed and "nDCG@10" in listed
    framing = shop.get(f"/console/evaluation/{name}")
    assert "frame-src 'self'" in framing.headers["content-security-policy"] and "<iframe" in framing.text
    report = shop.get(f"/console/evaluation/{name}/report")
    policy = report.headers["content-security-policy"]
    assert "sha256-" in policy and "script" not in policy and "frame-ancestors 'self'" in policy
    assert shop.get("/console/evaluation/../settings/report").status_code == 404
    assert shop.get("/console/evaluation/20260101-000000-000/report").status_code == 404


def test_answers_are_measured_on_questions_of_ones_own(post, shop, ended):
    files = {"queries": ("q.tsv", TSV.encode()), "qrels": ("q.qrels", QRELS.encode())}
    page = ended(post("/evaluation", files=files, size="5"))
    assert "/console/evaluation/" in page
    figures = shop.get("/console/evaluation").text
    assert re.search(r"<td>2 ·", figures)
    assert post("/evaluation", files={"queries": files["queries"]}).status_code == 400


def test_bad_rows_of_a_feed_are_told_with_the_catalogue(post, shop, ended):
    feed = b"id,title,price\n1,Good,3\n2,,4\n3,Also good,what\n"
    job = shop.post("/api/v1/jobs", data={"kind": "index"}, files={"feed": ("feed.csv", feed)}).json()["job"]
    ended(shop.get(f"/console/jobs/{job['id']}"))
    assert "bad rows" in shop.get("/console/catalogue").text
