"""The page on filters is right: its examples are run against the shop it shows."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from wares import documents
from wares.errors import QueryError
from wares.index.base import Match, Point
from wares.index.exact import ExactIndex
from wares.query.filters import check, from_json, parse
from wares.records import Filter, Product, Sparse

PAGE = (Path(__file__).parents[2] / "docs" / "filters.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def examples(kind: str) -> list[tuple[str, str]]:
    lines = [line for block in blocks(kind) for line in block.splitlines()]
    return [(left.strip(), right.strip()) for left, right in (line.rsplit("->", 1) for line in lines)]


@pytest.fixture(scope="module")
def shop() -> tuple[ExactIndex, list[str]]:
    """The products of the page, indexed as a shop would, and their ids by number."""
    [text] = blocks("json products")
    products = msgspec.json.decode(text, type=list[Product])
    index = ExactIndex(())
    for number, product in enumerate(products):
        fields, offers = documents.filter_fields(product)
        index.upsert([Point(number=number, vectors={}, words=Sparse((), ()), fields=fields, offers=offers)])
    return index, [product.id for product in products]


def found(shop: tuple[ExactIndex, list[str]], where: Filter) -> str:
    index, ids = shop
    match = Match(where=check(where, index.fields()))
    return ", ".join(ids[number] for number in index.ordered(match, "", descending=False, limit=10))


@pytest.mark.parametrize(("text", "ids"), examples("filter"))
def test_the_page_is_right(shop: tuple[ExactIndex, list[str]], text: str, ids: str):
    assert found(shop, parse(text)) == ids


@pytest.mark.parametrize("block", blocks("json filter"))
def test_the_page_is_right_about_json(shop: tuple[ExactIndex, list[str]], block: str):
    data, ids = block.rsplit("->", 1)
    assert found(shop, from_json(json.loads(data))) == ids.strip()


@pytest.mark.parametrize(("text", "said"), examples("mistakes"))
def test_the_page_is_right_about_mistakes(shop: tuple[ExactIndex, list[str]], text: str, said: str):
    with pytest.raises(QueryError) as caught:
        found(shop, parse(text))
    assert said in str(caught.value)
