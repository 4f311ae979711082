"""docs/feeds.md says what the code does."""

import re
from pathlib import Path

import pytest

from wares.catalogue import READERS
from wares.catalogue.catalogue import KEPT
from wares.catalogue.columns import TARGETS
from wares.catalogue.feed import MAX_DOCUMENT, MAX_LINE
from wares.catalogue.habits import SAMPLED
from wares.catalogue.json_rows import KEYS
from wares.catalogue.prices import price
from wares.catalogue.values import MAX_CELL

PAGE = (Path(__file__).parents[2] / "docs" / "feeds.md").read_text(encoding="utf-8")


def columns_table() -> str:
    """The table of columns as it stands in the page."""
    head = "| target | what it is | names |\n|---|---|---|\n"
    rows = [f"| `{name}` | {target.about} | {', '.join(target.names)} |\n" for name, target in TARGETS.items()]
    return head + "".join(rows)


def test_the_table_of_columns_is_that_of_the_code():
    shown = re.search(r"<!-- columns: begin -->\n(.*)<!-- columns: end -->", PAGE, re.DOTALL)
    assert shown is not None
    assert shown[1] == columns_table()


def test_every_format_is_described():
    formats = PAGE.split("## Formats")[1].split("## Columns")[0]
    assert re.findall(r"^\| `(\w+)`", formats, re.MULTILINE) == list(READERS)


def test_limits_are_those_of_the_code():
    words = " ".join(PAGE.split())
    assert f"up to {MAX_DOCUMENT // 1_000_000} MB" in words
    assert f"may have {MAX_LINE // 1_000_000} million characters, a cell one million" in words
    assert MAX_CELL == 1_000_000
    assert f"the first {KEPT:,} with" in words
    assert f"first {SAMPLED} values" in words
    assert f"first {SAMPLED} rows" in words
    for key in KEYS:
        assert f"`{key}`" in words


@pytest.mark.parametrize("text", re.findall(r"`([^`]+)`", PAGE.split("## Prices")[1].split(" are prices.")[0]))
def test_prices_shown_are_prices(text: str):
    assert price(text).amount > 0
