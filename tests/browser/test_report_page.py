"""The page of a report in a real browser: at the widths of a phone and a desk, light and dark, without a network."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wares.evaluation.page import write_page

report = runpy.run_path(str(Path(__file__).parents[1] / "evaluation" / "reports.py"))["report"]
WIDTHS = (360, 390, 768, 1400)


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open the page of a report; ``noticed`` of what is returned holds requests and what the browser complains of."""
    contexts = []

    def show(made: Any, width: int = 1400, scheme: str = "light") -> Any:
        path = tmp_path / "report.html"
        write_page(made, path)
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        page = context.new_page()
        page.noticed = []
        page.on("console", lambda message: page.noticed.append(message.text))
        page.on("request", lambda request: page.noticed.append(request.url))
        page.goto(path.as_uri())
        page.noticed.remove(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("systems", [("shop",), ("bm25", "shop", "a name that is rather long for a phone.toml")])
def test_nothing_scrolls_sideways_but_wide_tables(opened, width, systems):
    page = opened(report(questions=40, systems=systems), width)
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.noticed == []


def test_charts_are_as_wide_as_their_cards_and_letters_keep_their_size(opened):
    sizes = {}
    for width in (390, 1400):
        page = opened(report(), width)
        plots = page.eval_on_selector_all("svg.plot", "all => all.map(one => one.getBoundingClientRect().width)")
        letters = page.eval_on_selector("svg.plot text", "one => getComputedStyle(one).fontSize")
        assert all(width * 0.6 < plot < width for plot in plots)
        sizes[width] = letters
    assert sizes[390] == sizes[1400]


def test_bars_stand_in_order_from_the_largest_gain_to_the_largest_loss(opened):
    page = opened(report())
    ends = page.eval_on_selector_all(
        "#by-question svg.plot g rect:not(.touch)",
        "all => all.map(one => { const box = one.getBoundingClientRect(); "
        "return one.parentNode.classList.contains('win') ? box.top : box.bottom; })",
    )
    assert len(ends) == 132
    assert ends == sorted(ends)


def test_the_page_follows_the_scheme_of_the_reader(opened):
    grounds = {
        scheme: opened(report(questions=5), scheme=scheme).eval_on_selector(
            "body", "one => getComputedStyle(one).backgroundColor"
        )
        for scheme in ("light", "dark")
    }
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 27)"}
