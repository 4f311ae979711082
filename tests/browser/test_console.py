"""The console as those who run a shop use it, in a real browser."""

from __future__ import annotations

import re
import time

import pytest

PAGES = (
    *("", "/queries", "/catalogue", "/rules", "/rules/new", "/rules/new?way=toml", "/rules/preview?q=mug"),
    *("/synonyms", "/stop-words", "/evaluation", "/models", "/versions", "/jobs", "/settings", "/keys", "/audit"),
)


def ended(page, seconds=60):
    """Wait until the job that a page follows has ended, and the page has said so."""
    deadline = time.monotonic() + seconds
    while page.locator("[data-job]").count():
        assert time.monotonic() < deadline, "the job did not end, or the page did not notice"
        page.wait_for_timeout(100)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme", "language"), [(1440, "light", "en-GB"), (390, "dark", "zh-CN")])
def test_every_page_can_be_read_by_everybody(visit, path, width, scheme, language):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    page = visit(f"/console{path}", width=width, scheme=scheme, language=language, bypass_csp=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize("width", [360, 768, 1024, 1600])
def test_nothing_scrolls_sideways_but_tables(visit, width):
    page = visit("/console/catalogue", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_rule_is_written_tried_kept_and_undone(visit):
    page = visit("/console/rules")
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("Name").fill("lamps first")
    page.get_by_label("It says").fill("mug")
    page.get_by_label("Products", exact=False).first.fill("lamp-red 1")
    page.get_by_label("Question", exact=True).fill("mug")
    page.get_by_role("button", name="Compare without and with this rule").click()
    sides = page.locator(".sides > div")
    assert "lamp" not in sides.nth(0).inner_text().lower()
    assert "lamp" in sides.nth(1).locator("li").first.inner_text().lower()
    assert sides.nth(1).locator(".move.new").count() == 1
    page.get_by_role("button", name="Keep the rule").click()
    assert "Kept: lamps first" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Undo the change of lamps first").click()
    assert page.get_by_role("link", name="lamps first").count() == 0


def test_what_cannot_be_undone_is_asked_first(visit):
    page = visit("/console/keys")
    page.get_by_label("Name").fill("phone")
    page.get_by_role("button", name="Make the key").click()
    assert re.fullmatch(r"wares_\w{8}_\w{43}", page.locator(".secret").inner_text())
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.get_by_role("button", name="Revoke phone").click()
    assert "good for nothing" in asked[0] and page.get_by_role("button", name="Revoke phone").count() == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke phone").click()
    assert "Revoked: phone" in page.get_by_role("status").inner_text()


def test_a_job_is_followed_to_its_end_without_a_hand(visit):
    page = visit("/console/versions")
    page.get_by_role("button", name="Build anew").click()
    ended(page)
    assert page.locator(".badge.done").count() == 1


def test_who_is_not_found_is_looked_for(visit):
    page = visit("/console/catalogue")
    page.get_by_role("button", name="Look for them").click()
    ended(page)
    page.get_by_role("link", name="Show who was not found").click()
    assert "64" in page.locator("section", has=page.locator("#findable")).locator(".stat").first.inner_text()


def test_everything_works_without_scripts(visit):
    page = visit("/console/stop-words", java_script_enabled=False)
    page.get_by_label("Word", exact=True).fill("please")
    page.get_by_role("button", name="Add").click()
    assert "Kept: please" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Remove en: please").click()
    assert "Removed" in page.get_by_role("status").inner_text()


def test_the_menu_of_a_phone_opens_and_leads(visit):
    page = visit("/console", width=390)
    assert not page.get_by_role("link", name="Synonyms").is_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Synonyms").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Synonyms"


def test_the_keyboard_goes_past_the_menu(visit):
    page = visit("/console")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_tables_are_narrowed_by_what_is_typed(visit):
    page = visit("/console/rules/new?way=toml")
    page.get_by_label("The rule as TOML").fill('[[rule]]\nname = "alpha"\n[rule.then]\nbanner = "A"\n')
    page.get_by_role("button", name="Keep the rule").click()
    page.get_by_label("Narrow").fill("nothing of it")
    assert not page.get_by_role("link", name="alpha").is_visible()
    page.get_by_label("Narrow").fill("alph")
    assert page.get_by_role("link", name="alpha").is_visible()
