"""The storefront as visitors use it, in a real browser, on a real shop."""

from __future__ import annotations

import importlib.util
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from wares import models
from wares.errors import ModelUnavailable
from wares.settings import Environment


def titles(page):
    return page.locator("#hits .card .title").all_inner_texts()


def query(page):
    return parse_qs(urlsplit(page.url).query)


def until(page, expression, seconds=10):
    """Wait for an expression to hold. The page's own policy forbids Playwright's way."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def ask(page, text):
    page.locator("#q").fill(text)
    page.locator("#q").press("Enter")
    page.wait_for_load_state()


# -- words ------------------------------------------------------------------------------------------------------


def test_words_find_products_and_tell_how_they_were_read(visit):
    page = visit()
    ask(page, "red mug under 20")
    assert titles(page)[0] == "Red mug"
    assert page.locator(".chips .chip").all_inner_texts() == ["red", "mug", "under 20"]
    assert "1 product" in page.locator(".total").inner_text()


def test_what_was_understood_can_be_taken_away(visit):
    page = visit("/?q=mug+under+13")
    few = len(titles(page))
    page.get_by_role("link", name="Remove: Price: under 13").click()
    assert len(titles(page)) == 8 > few
    assert query(page)["ignore"] == ["price < 13"]


def test_all_conditions_are_cleared_at_once(visit):
    page = visit("/?q=striped+lamp&f.brand=Noor&max=500")
    page.get_by_role("link", name="Clear all").click()
    assert page.locator(".chips").count() == 0
    assert query(page)["q"] == ["striped lamp"] and "f.brand" not in query(page)


def test_what_no_product_can_meet_is_given_up_and_told(visit):
    page = visit("/?q=red+mug+under+3")
    assert titles(page)[0] == "Red mug"
    assert "“under 3”" in page.locator(".given-up").inner_text()


def test_where_nothing_is_found_there_are_ways_on(visit):
    page = visit("/?q=mug&min=900")
    assert page.get_by_role("heading", name="Nothing matches all of that").is_visible()
    assert page.locator("section[aria-labelledby=nearest] .card").count() > 3
    page.get_by_role("link", name="Without “from 900”").click()
    assert len(titles(page)) == 8


def test_suggestions_are_walked_with_the_keyboard(visit):
    page = visit()
    box = page.locator("#q")
    box.press_sequentially("mu")
    page.get_by_role("option").first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert chosen.get_attribute("aria-selected") == "true"
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    box.press("ArrowDown")
    box.press("ArrowDown")
    wanted = page.locator('[aria-selected="true"] .text').inner_text()
    box.press("Enter")
    page.wait_for_url(re.compile(r"\?q=|/product/"))
    assert wanted.lower() in page.content().lower()


def test_misspelt_words_are_corrected_and_can_be_insisted_on(visit):
    page = visit("/?q=cushoin")
    assert "Showing results for cushion" in page.locator(".corrected").inner_text()
    page.get_by_role("link", name="cushoin").click()
    assert query(page)["ignore"] == ["cushoin"]


def test_a_rule_leads_to_another_site(visit):
    page = visit()
    rule = {
        "rule": [{"name": "help", "when": {"contains": ["returns"]}, "then": {"redirect": "https://shop.example/"}}]
    }
    assert page.request.post("/api/v1/rules", data=rule).ok
    page.route("https://shop.example/**", lambda route: route.fulfill(body="<h1>Help</h1>", content_type="text/html"))
    page.wait_for_timeout(1_500)  # rules are looked up once a second
    page.locator("#q").fill("returns")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("heading", name="Help").wait_for()
    page.request.delete("/api/v1/rules/help")


# -- pictures ---------------------------------------------------------------------------------------------------


def test_a_picture_is_picked_then_words_are_added_and_weighed(visit, pictures):
    page = visit()
    page.locator("#picture").set_input_files(pictures / "lamp-blue.png")
    page.wait_for_url("**/?image=*")
    assert titles(page)[0] == "Blue lamp"
    ask(page, "red")
    assert query(page)["image"] and query(page)["q"] == ["red"]
    page.get_by_text("Balance").click()
    page.get_by_label("Picture", exact=True).fill("0.3")
    page.wait_for_url("**w.image=0.3*")
    page.get_by_role("link", name="Remove: Your picture").click()
    assert "image" not in query(page) and "w.image" not in query(page)


def test_a_picture_is_dropped_anywhere(visit, pictures):
    page = visit("/?q=mug")
    data = (pictures / "mug-red.png").read_bytes()
    drop = """bytes => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], "mug.png", { type: "image/png" }));
        for (const kind of ["dragenter", "dragover", "drop"])
            document.querySelector("main").dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true }));
    }"""
    page.evaluate(drop, list(data))
    page.wait_for_url("**image=*")
    assert titles(page)[0] == "Red mug"


def test_a_picture_is_pasted(visit, pictures):
    page = visit()
    paste = """bytes => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(bytes)], "shot.png", { type: "image/png" }));
        dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, bubbles: true }));
    }"""
    page.evaluate(paste, list((pictures / "vase-green.png").read_bytes()))
    page.wait_for_url("**/?image=*")
    assert titles(page)[0] == "Green vase"


def test_what_is_no_picture_is_refused_with_words(visit, tmp_path):
    page = visit()
    text = tmp_path / "list.txt"
    text.write_text("milk")
    page.locator("#picture").set_input_files(text)
    assert "no picture" in page.get_by_role("alert").inner_text()
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 40)
    page.locator("#picture").set_input_files(broken)
    page.get_by_role("alert").filter(has_text="cannot be used").wait_for()


def test_the_part_of_a_picture_that_is_meant_is_chosen_with_the_keyboard(visit, pictures):
    page = visit()
    page.locator("#picture").set_input_files(pictures / "lamp-blue.png")
    page.wait_for_url("**/?image=*")
    page.get_by_role("button", name="Choose the part that is meant").click()
    frame = page.get_by_role("group", name="Frame")
    frame.press("ArrowUp")
    page.get_by_role("button", name="Bottom right corner").press("ArrowLeft")
    page.get_by_role("button", name="Search with this part").click()
    page.wait_for_url("**crop=*")
    assert query(page)["crop"] == ["0.15,0.13,0.68,0.7"]
    assert page.get_by_text("A part of your picture").is_visible()


def test_the_part_that_is_meant_is_dragged(visit, pictures):
    page = visit()
    page.locator("#picture").set_input_files(pictures / "lamp-blue.png")
    page.wait_for_url("**/?image=*")
    page.get_by_role("button", name="Choose the part that is meant").click()
    area = page.locator(".stage img").bounding_box()
    page.mouse.move(area["x"] + area["width"] * 0.85, area["y"] + area["height"] * 0.85)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.6, area["y"] + area["height"] * 0.6, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Search with this part").click()
    page.wait_for_url("**crop=*")
    left, top, width, height = map(float, query(page)["crop"][0].split(","))
    assert (left, top) == (0.15, 0.15)
    assert width == pytest.approx(0.45, abs=0.03) and height == pytest.approx(0.45, abs=0.03)


def test_a_picture_that_is_gone_is_told(visit):
    page = visit("/?image=AAAAAAAAAAAAAAAAAAAAAA")
    assert page.get_by_role("heading", name="That file is no longer here").is_visible()


@pytest.fixture
def told_when_nothing_is_said() -> str:
    """What the page says to the beeps of a browser's pretended microphone, for want of what listens or of words."""
    if importlib.util.find_spec("faster_whisper") is None:
        return "not installed"
    try:
        models.path("whisper-base", Environment.read())  # a visitor would wait for the download
    except ModelUnavailable as error:
        pytest.skip(f"the model of speech cannot be had here: {error}")
    return "No words were heard"


def test_speaking_is_answered_politely(visit, told_when_nothing_is_said):
    page = visit(permissions=["microphone"])
    button = page.get_by_role("button", name="Search by speaking")
    button.click()
    page.wait_for_selector('[data-voice][aria-pressed="true"]')
    page.wait_for_timeout(1500)
    button.click()
    told = page.get_by_role("alert").filter(has_text=told_when_nothing_is_said)
    told.wait_for(timeout=60_000)  # what listens is loaded first


def test_words_that_were_heard_are_shown_and_mended(visit):
    page = visit("/?q=read+mug&heard=1")
    assert "read mug" in page.locator(".heard").inner_text()
    page.get_by_role("button", name="Change the words").click()
    page.keyboard.type("red mug")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=red+mug*")
    assert titles(page)[0] == "Red mug" and not page.locator(".heard").count()


# -- likeness ---------------------------------------------------------------------------------------------------


def test_more_like_one_and_not_like_another_are_parts_that_can_be_taken_away(visit):
    page = visit("/?q=lamp")
    page.get_by_role("link", name="More like Red dotted lamp").click(force=True)
    assert query(page)["like"] == ["lamp-red"]
    assert "Red dotted lamp" not in titles(page)
    page.get_by_role("link", name="Not like Green striped lamp").first.click(force=True)
    parts = page.locator(".parts .text").all_inner_texts()
    assert parts == ["Like Red dotted lamp", "Not like Green striped lamp", "“lamp”"]
    page.get_by_role("link", name="Remove: Like Red dotted lamp").click()
    assert "like" not in query(page) and query(page)["unlike"] == ["lamp-green"]


# -- narrowing --------------------------------------------------------------------------------------------------


def test_facets_are_counted_chosen_and_let_go(visit):
    page = visit("/?q=striped")
    before = page.locator(".total strong").inner_text()
    page.locator(".facets").get_by_role("link", name=re.compile("^Marlow")).click()
    assert query(page)["f.brand"] == ["Marlow"]
    assert page.locator(".total strong").inner_text() != before
    page.locator(".facets").get_by_role("link", name=re.compile("^Noor")).click()
    assert query(page)["f.brand"] == ["Marlow", "Noor"], "what else there is to choose stays to be seen"
    page.locator(".chips").get_by_role("link", name="Remove: Brand: Marlow").click()
    assert query(page)["f.brand"] == ["Noor"]


def test_the_way_down_the_categories_leads_back(visit):
    page = visit("/?all=1")
    page.locator(".facets").get_by_role("link", name=re.compile("^Living")).click()
    page.locator(".facets").get_by_role("link", name=re.compile("^Lamps")).click()
    assert query(page)["f.category"] == ["Living/Lamps"]
    assert page.get_by_role("heading", name="Lamps", level=1).is_visible()
    assert len(titles(page)) == 8
    page.locator(".facets").get_by_role("link", name="All categories").click()
    assert "f.category" not in query(page)


def test_prices_are_bounded_and_sorted(visit):
    page = visit("/?q=lamp")
    page.get_by_label("Highest price").fill("80.5")
    page.get_by_role("button", name="Apply").last.click()
    page.wait_for_url("**max=80.5*")
    assert "min" not in query(page), "what is empty does not go into the address"
    prices = [float(text.strip("€")) for text in page.locator("#hits .price").all_inner_texts()]
    assert prices and max(prices) <= 80.5
    page.goto("/?q=mug")
    page.get_by_label("Sort by").select_option("-price")
    page.wait_for_url("**sort=-price*")
    prices = [float(text.strip("€")) for text in page.locator("#hits .price").all_inner_texts()]
    assert prices == sorted(prices, reverse=True)


# -- pages ------------------------------------------------------------------------------------------------------


def test_lists_grow_while_one_scrolls_and_going_back_finds_the_place(visit):
    page = visit("/?all=1")
    assert len(titles(page)) == 24
    page.mouse.wheel(0, 20_000)
    until(page, "document.querySelectorAll('#hits .card:not(.waiting)').length === 48")
    assert query(page)["page"] == ["2"]
    card = page.locator("#hits .card .title a").nth(40)
    name = card.inner_text()
    card.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    card.click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.go_back()
    until(page, "document.querySelectorAll('#hits .card:not(.waiting)').length >= 48")
    assert titles(page)[40] == name
    until(page, f"Math.abs(scrollY - {place}) < 900")


def test_the_address_of_a_later_page_can_be_shared(visit):
    page = visit("/?all=1&page=3")
    assert len(titles(page)) == 16
    page.get_by_role("link", name="Previous page").click()
    assert query(page)["page"] == ["2"]


def test_what_was_seen_and_chosen_reaches_the_journal(visit):
    page = visit("/?q=mug")
    asked = page.locator("#hits").get_attribute("data-query")
    page.locator("#hits .card .title a").first.click()
    page.wait_for_url("**/product/**")
    deadline, history = time.monotonic() + 10, {"events": []}
    while not any(event["action_name"] == "click" for event in history["events"]):
        assert time.monotonic() < deadline, history
        history = page.request.get(f"/api/v1/journal/question/{asked}").json()
    clicked = [event for event in history["events"] if event["action_name"] == "click"]
    assert [(event["object_id"], event["position"]) for event in clicked] == [
        (page.url.split("/")[-1].split("?")[0], 1)
    ]
    assert sum(event["action_name"] == "impression" for event in history["events"]) >= 4


# -- a product --------------------------------------------------------------------------------------------------


def test_choosing_a_variant_changes_the_price_in_place(visit):
    page = visit("/product/t-shirt-red")
    assert page.locator("#price").inner_text() == "from €19.00"
    page.get_by_role("link", name="M", exact=True).click()
    page.wait_for_url("**variant=t-shirt-red-M*")
    assert page.locator("#price").inner_text() == "€22.00"
    page.get_by_role("link", name=re.compile("^L.*sold out")).click()
    page.wait_for_url("**variant=t-shirt-red-L*")
    assert page.locator(".stock").inner_text() == "Sold out"


def test_a_product_shows_what_goes_with_it_and_what_is_like_it(visit):
    page = visit("/product/chair-red")
    assert page.get_by_role("heading", name="Goes well with").is_visible()
    assert page.locator("section[aria-labelledby=similar] .card").count() >= 6
    page.get_by_role("navigation", name="Category").get_by_role("link", name="Chairs").click()
    assert query(page)["f.category"] == ["Living/Chairs"]


def test_why_a_product_was_found_is_told_with_bars_words_and_heat(visit):
    page = visit("/?q=lamp&like=lamp-blue")
    page.locator("#hits .card .title a").first.click()
    page.get_by_text("Why this result?").click()
    assert page.get_by_text("Number 1 of").is_visible()
    assert page.locator(".bars li").count() >= 2
    assert "lamp" in [text.lower() for text in page.locator(".matches mark").all_inner_texts()]
    heat = page.locator("img.heat")
    heat.scroll_into_view_if_needed()
    until(page, "document.querySelector('img.heat').naturalWidth > 0")
    page.get_by_role("link", name="Back to the results").click()
    assert query(page) == {"q": ["lamp"], "like": ["lamp-blue"]}


# -- looks, languages, keyboards --------------------------------------------------------------------------------


def test_dark_is_chosen_and_stays(visit):
    page = visit("/?q=mug")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Light or dark").click()
    until(page, "document.documentElement.dataset.theme === 'dark'")
    until(page, f"{ground} !== '{light}'")
    page.wait_for_timeout(300)  # it may fade
    dark = page.evaluate(ground)
    page.reload()
    until(page, f"{ground} === '{dark}'")
    assert 'data-theme="dark"' in page.content(), "the server knows, so nothing flashes"


@pytest.mark.parametrize("path", ["/", "/?q=red+lamp&like=chair-red", "/product/t-shirt-red?q=shirt", "/nowhere"])
@pytest.mark.parametrize("width", [360, 768, 1600])
def test_nothing_scrolls_sideways_or_moves_once_shown(visit, path, width):
    page = visit(path, width=width)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    moved = """() => new Promise(done => {
        let sum = 0;
        new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
            .observe({ type: "layout-shift", buffered: true });
        setTimeout(() => done(sum), 100);
    })"""
    assert page.evaluate(moved) < 0.05


def test_the_chinese_interface_is_chosen_by_the_browser_or_by_hand(visit):
    page = visit("/?q=mug", language="zh-CN")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert "件商品" in page.locator(".total").inner_text()
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "en", "it is remembered"


def test_everything_is_reached_with_the_keyboard_alone(visit):
    page = visit("/?q=mug")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] == titles(page)[0]:
            break
    assert reached[-1] == titles(page)[0]
    outline = page.evaluate("getComputedStyle(document.activeElement, '::after').outlineStyle")
    assert outline == "solid", "where one is can be seen"
    page.keyboard.press("Enter")
    page.wait_for_url("**/product/**")


def test_the_number_of_products_is_read_out(visit):
    page = visit("/?q=mug")
    page.get_by_role("status").filter(has_text="8 products found").wait_for(state="attached")


def test_without_javascript_everything_but_pictures_is_asked(visit):
    page = visit("/", java_script_enabled=False)
    page.get_by_label("Search the shop").last.fill("striped")
    page.get_by_role("button", name="Search").click()
    assert len(titles(page)) > 5
    page.locator(".facets").get_by_role("link", name=re.compile("^Noor")).click()
    assert all(page.locator("#hits .brand").all_inner_texts()[at] == "Noor" for at in range(3))
    page.goto("/?all=1")
    page.get_by_role("link", name="Next page").click()
    assert len(titles(page)) == 24
    page.locator("#hits .card .title a").first.click()
    assert page.get_by_role("heading", name="Similar products").is_visible()
    assert not page.get_by_role("button", name="Search with a picture").is_visible()


# -- accessibility ----------------------------------------------------------------------------------------------

KINDS = {
    "home": "/",
    "answer": "/?q=red+lamp&like=chair-red&unlike=mug-blue&without=green",
    "list": "/?all=1&f.brand=Noor&min=10",
    "nothing": "/?q=lamp&min=9000",
    "product": "/product/t-shirt-red?q=red+shirt",
    "error": "/nowhere",
}


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(visit, kind):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    for width, scheme, language in ((1280, "light", "en-GB"), (390, "dark", "zh-CN"), (1280, "dark", "en-GB")):
        page = visit(KINDS[kind], width=width, scheme=scheme, language=language)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        page.wait_for_load_state("networkidle")
        found = axe.run(page, options=rules).response["violations"]
        told = [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]
        assert told == [], f"{width} {scheme} {language}"
