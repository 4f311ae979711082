"""``<wares-search>`` on a page of another site, whose policy allows nothing but that server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Elsewhere</title>
<link rel="icon" href="data:,"><main><h1>Elsewhere</h1><wares-search {attributes}></wares-search></main>
<script type="module" src="{server}/wares-search.js"></script></html>"""


@pytest.fixture
def elsewhere(chromium: Any, served: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Opens a page of another site with the component in it."""
    contexts: list[Any] = []
    complaints: list[str] = []
    page_of: dict[str, str] = {}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server = page_of["server"]
            policy = f"default-src 'none'; script-src {server}; connect-src {server}; img-src {server} blob: data:"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(page_of["html"].encode())

        def log_message(self, *_: object) -> None:
            pass

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{site.server_address[1]}"

    def show(attributes: str = "", *, lang: str = "en", width: int = 1000, **settings: Any) -> Any:
        server = str(served(**{"origins": (origin,), **settings}).base_url).rstrip("/")
        page_of.update(server=server, html=PAGE.format(lang=lang, attributes=attributes, server=server))
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale=lang)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(origin)
        return page

    yield show
    for context in contexts:
        context.close()
    site.shutdown()
    site.server_close()
    assert complaints == []


def test_words_find_products_on_a_page_of_another_site(elsewhere: Callable[..., Any]) -> None:
    page = elsewhere('facets="brand" href="/p/{id}"')
    page.get_by_role("combobox").fill("red mug")
    page.get_by_role("button", name="Search", exact=True).click()
    first = page.locator(".hit a").first
    first.wait_for()
    assert first.get_attribute("href") == "/p/mug-red"
    assert "Red mug" in first.inner_text()
    assert page.locator(".hit img").first.evaluate("i => i.decode().then(() => i.naturalWidth > 0)")


def test_suggestions_are_chosen_with_the_keyboard(elsewhere: Callable[..., Any]) -> None:
    page = elsewhere()
    box = page.get_by_role("combobox")
    box.press_sequentially("lam")
    page.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    box.press("Enter")
    page.locator(".hit").first.wait_for()
    assert "lamp" in box.input_value().lower()


def test_a_picture_finds_what_looks_like_it_and_can_be_taken_back(
    elsewhere: Callable[..., Any], catalogue: list[Any]
) -> None:
    page = elsewhere('limit="3"')
    blue = Path(str(next(p for p in catalogue if p.id == "mug-blue").media[0].source))
    page.locator('input[type="file"]').set_input_files(blue)
    page.locator(".hit").first.wait_for()
    assert all("Blue" in text for text in page.locator(".title").all_inner_texts())
    page.get_by_role("button", name="Remove: Your picture").click()
    page.get_by_text("12 products").wait_for()


def test_chips_and_facets_narrow_and_are_taken_back(elsewhere: Callable[..., Any]) -> None:
    page = elsewhere('facets="brand,category" q="mug under 22"')
    page.get_by_role("button", name="Remove: price < 22").wait_for()
    few = page.locator(".hit").count()
    page.get_by_role("button", name="Remove: price < 22").click()
    page.wait_for_function(
        "few => document.querySelector('wares-search').shadowRoot.querySelectorAll('.hit').length > few", arg=few
    )
    page.get_by_role("button", name="Acme").click()
    page.get_by_role("button", name="Acme", pressed=True).wait_for()


def test_it_speaks_chinese_on_a_chinese_page(elsewhere: Callable[..., Any]) -> None:
    page = elsewhere('q="mug"', lang="zh")
    page.get_by_role("button", name="搜索", exact=True).wait_for()
    page.get_by_text("件商品").wait_for()


def test_a_page_hears_of_hits_and_may_keep_them(elsewhere: Callable[..., Any]) -> None:
    page = elsewhere('q="green lamp" limit="1"')
    page.evaluate(
        """document.querySelector('wares-search').addEventListener('wares-hit', (event) => {
             event.preventDefault(); document.title = event.detail.id; })"""
    )
    page.locator(".hit a").click()
    page.wait_for_function("document.title === 'lamp-green'")


def test_what_a_product_says_is_never_html(elsewhere: Callable[..., Any], folder: Path) -> None:
    import wares
    from wares.records import Product

    with wares.open(folder) as shop:
        shop.add([Product(id="<b>", title="<img src=x onerror=alert(1)> trap", url="javascript:alert(1)")])
    page = elsewhere('q="trap" limit="1"')
    hit = page.locator(".hit a").first
    hit.wait_for()
    assert "<img src=x" in hit.inner_text()
    assert hit.get_attribute("href") == "#"


def test_it_has_no_failing_of_accessibility(elsewhere: Callable[..., Any]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = elsewhere('facets="brand" q="red mug"')
    page.locator(".hit").first.wait_for()
    found = axe.Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
