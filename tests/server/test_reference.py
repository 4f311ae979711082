"""The document of the API as a page for people."""

from __future__ import annotations

import html
import re

import httpx

from wares.server.document import operations


def test_the_page_tells_every_operation_and_every_record(client: httpx.Client) -> None:
    answer = client.get("/api")
    assert answer.headers["content-type"].startswith("text/html")
    page = html.unescape(answer.text)
    document = client.get("/api/v1/openapi.json").json()
    for path, _, operation in operations(document):
        assert f"<code>{path}</code>" in page and operation["summary"] in page
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


def test_the_page_has_neither_script_nor_inline_style_nor_anything_from_elsewhere(client: httpx.Client) -> None:
    page = client.get("/api").text
    assert "<script" not in page and "style=" not in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    style = client.get("/api/reference.css")
    assert style.headers["content-type"].startswith("text/css") and "url(" not in style.text
