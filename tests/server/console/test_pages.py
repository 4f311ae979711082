"""Every page of the console, over HTTP."""

from __future__ import annotations

import pytest

PAGES = (
    *("", "/login", "/queries", "/queries?view=most&span=7d", "/queries?view=vain&span=1h", "/queries?view=slow"),
    *("/catalogue", "/rules", "/rules/new", "/rules/new?way=toml", "/rules/preview?q=red+shirt", "/synonyms"),
    *("/stop-words", "/models", "/versions", "/settings", "/keys", "/audit", "/jobs", "/evaluation"),
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_shown_under_a_strict_policy(client, path, language):
    answer = client.get(f"/console{path}", headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert '<html lang="en">' in answer.text if language == "en" else '<html lang="zh-CN">' in answer.text
    assert " style=" not in answer.text and "<style" not in answer.text and "onclick" not in answer.text
