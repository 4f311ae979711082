"""Pictures of storefront and console for the documentation, of a shop whose products are drawn: ``make pictures``.

The shop has the default model, fitted to it, so what is seen is what a shop of one's own does.
"""

from __future__ import annotations

import io
import random
import runpy
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from PIL import Image
from playwright.sync_api import sync_playwright

import wares
from wares.feedback import Question
from wares.feedback.rows import asked_row
from wares.merchandising import Desk
from wares.ranking.rules import Rule
from wares.ranking.rules.records import Pin, Then, Weight, When
from wares.records import Part, Query
from wares.settings import Settings, StorefrontSettings
from wares.store.store import Store

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
            _run(shop)
        with _served(folder) as address, sync_playwright() as started:
            path = runpy.run_path(str(SIDE / "conftest.py"))["system_browser"]()
            browser = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
            _take(browser, address, pictures, target)
            _take_console(browser, address, target)
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


def _take_console(browser: Any, address: str, target: Path) -> None:
    page = _page(browser, address, (1280, 760), "/console")
    _save(page, target / "console-overview.webp")
    page.goto("/console/catalogue")
    page.get_by_role("button", name="Look for them").click()
    page.get_by_role("link", name="Show who was not found").wait_for(timeout=120_000)
    page.goto("/console/catalogue")
    _save(page, target / "console-catalogue.webp")
    _save(_page(browser, address, (1280, 700), "/console/rules/preview?q=mug", "dark"), target / "console-rules.webp")


def _run(shop: wares.Shop) -> None:
    """A rule, a product that nobody would buy, and a day of questions, drawn by chance like the products."""
    with Desk(shop, "anna") as desk:
        pinned, buried = Pin("mug-green", 1), Weight(by=0.6, ids=("mug-red",))
        desk.put_rules(
            [Rule(name="green mugs first", when=When(contains=("mug",)), then=Then(pin=(pinned,), bury=(buried,)))]
        )
    shop.add([wares.Product(id="mug-lost", title="Mug with a lost picture", media=(wares.Media("lost.png"),))])
    chance, now, rows = random.Random(4), datetime.now(UTC), []
    answers = [(text, shop.search(text)) for text in ("red mug", "lamp", "mug under 15", "blue shirt", "green bag")]
    for _ in range(900):
        text, found = answers[min(int(chance.expovariate(0.7)), len(answers) - 1)]
        vain = {"total": 0, "hits": ()} if chance.random() < 0.05 else {}
        found = replace(found, query_id=uuid.uuid4().hex, took_ms=chance.lognormvariate(1.6, 0.5), **vain)
        question = Question.of(Query(parts=(Part("text", text),)), found, application="storefront")
        at = now - timedelta(hours=min(23.9, abs(chance.gauss(8, 5))))
        rows.append(asked_row(replace(question, at=at), shop.settings.journal))
    with Store.open(shop.path / "shop.db") as store:
        store.behaviour.append(sorted(rows, key=lambda row: row.at), [])


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
