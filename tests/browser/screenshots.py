"""Pictures of the storefront for the documentation, of a shop whose products are drawn: ``make pictures``.

The shop has the default model, fitted to it, so what is seen is what a shop of one's own does.
"""

from __future__ import annotations

import io
import runpy
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

import wares
from wares.settings import Settings, StorefrontSettings

SIDE = Path(__file__).parent
MOST_BYTES = 150_000
DESK, PHONE = (1280, 860), (390, 844)


def main(target: Path) -> None:
    """Write the pictures into a folder."""
    with tempfile.TemporaryDirectory() as place:
        folder, pictures = Path(place) / "shop", Path(place) / "pictures"
        products = runpy.run_path(str(SIDE / "drawn.py"))["products"](pictures)
        with wares.open(folder) as shop:
            shop.add(products)
            shop.apply(Settings(storefront=StorefrontSettings(title="Linden & Marlow")))
        with _served(folder) as address, sync_playwright() as started:
            path = runpy.run_path(str(SIDE / "conftest.py"))["system_browser"]()
            browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
            _take(browser, address, pictures, target)
            browser.close()


def _take(browser: Any, address: str, pictures: Path, target: Path) -> None:
    home = _page(browser, address, DESK)
    _save(home, target / "storefront-home.webp")

    home.locator("#picture").set_input_files(pictures / "mug-blue.png")
    home.wait_for_url("**/?image=*")
    home.locator("#q").fill("red")
    home.locator("#q").press("Enter")
    home.wait_for_url("**q=red*")
    home.get_by_text("Balance").click()
    _save(home, target / "storefront-mixed.webp")

    words = _page(browser, address, DESK, "/?q=striped+lamp+under+90", scheme="dark")
    _save(words, target / "storefront-dark.webp")

    why = _page(browser, address, (1280, 1000), "/?q=red+dotted+lamp")
    why.locator("#hits .title a").first.click()
    why.get_by_text("Why this result?").click()
    heat = why.locator("img.heat")
    heat.scroll_into_view_if_needed()
    for _ in range(100):
        if heat.evaluate("one => one.naturalWidth"):
            break
        why.wait_for_timeout(100)
    why.evaluate("scrollTo(0, 0)")
    _save(why, target / "storefront-why.webp")

    phone = _page(browser, address, PHONE, "/?q=椅子", language="zh-CN")
    _save(phone, target / "storefront-phone.webp")


def _page(
    browser: Any,
    address: str,
    size: tuple[int, int],
    path: str = "/",
    scheme: str = "light",
    language: str = "en-GB",
) -> Any:
    phone = size[0] < 600
    page = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        locale=language,
        reduced_motion="reduce",
        is_mobile=phone,
        has_touch=phone,
    ).new_page()
    page.goto(path)
    return page


def _save(page: Any, path: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for quality in range(90, 30, -10):
        shot.save(path, "WEBP", quality=quality, method=6)
        if path.stat().st_size <= MOST_BYTES:
            return


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    import uvicorn

    from wares.server.app import create_app

    server = uvicorn.Server(uvicorn.Config(create_app(folder), port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
