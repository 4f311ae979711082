"""A browser, and a shop of drawn products behind a real server.

Skipped where there is no Playwright or no Chromium; ``make browser`` installs Debian's where it may.
"""

from __future__ import annotations

import runpy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
drawn = runpy.run_path(str(Path(__file__).with_name("drawn.py")))


def system_browser() -> str | None:
    """A browser of the system; None for playwright's own."""
    return next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless browser: that of the system, or playwright's own."""
    path = system_browser()
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with playwright.sync_playwright() as started:
        try:
            browser = started.chromium.launch(executable_path=path, args=arguments)
        except playwright.Error as refused:
            pytest.skip(f"no browser can be started: {str(refused).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures of the drawn products lie: ID.png."""
    return tmp_path_factory.mktemp("drawn")


@pytest.fixture(scope="session")
def shop_address(
    tmp_path_factory: pytest.TempPathFactory, pictures: Path, serving: Callable[[Path], Any]
) -> Iterator[str]:
    """The address of a served shop of 64 products, in eight colours of eight kinds."""
    pytest.importorskip("fastapi", reason='the extra "serve" is not installed')
    import wares

    folder = tmp_path_factory.mktemp("browsed") / "shop"
    with wares.open(folder, model="basic") as shop:
        shop.add(drawn["products"](pictures, 160))
    with serving(folder) as serve:
        yield str(serve().base_url)


@pytest.fixture
def visit(chromium: Any, shop_address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page of the shop; after the test, nothing may have been complained of: no error in the console, no
    request elsewhere, nothing the page's policy forbids."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def show(
        path: str = "/", *, width: int = 1280, scheme: str = "light", language: str = "en-GB", **more: Any
    ) -> Any:
        phone = width < 600
        context = chromium.new_context(
            base_url=shop_address,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,
            locale=language,
            reduced_motion="reduce",
            has_touch=phone,
            is_mobile=phone,
            **more,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _grave(said) else None)
        page.on("request", lambda asked: None if _own(asked.url, shop_address) else complaints.append(asked.url))
        page.goto(path)
        return page

    yield show
    for context in contexts:
        context.close()
    assert complaints == []


def _grave(said: Any) -> bool:
    """Whether a message in the console is a complaint; of answers with an error status the tests ask for some."""
    return said.type == "error" and "Failed to load resource" not in said.text


def _own(url: str, address: str) -> bool:
    return url.startswith((address, "https://shop.example/", "blob:", "data:"))
