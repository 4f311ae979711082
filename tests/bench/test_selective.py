"""Filters chosen from a shop's own fields pass what was wanted, and what they pass is told."""

from __future__ import annotations

import pytest

from wares.bench import selective
from wares.errors import QueryError
from wares.index.base import FieldValue, Match, Point
from wares.index.exact import ExactIndex
from wares.query import filters
from wares.records import Sparse


def index(*fields: dict[str, FieldValue]) -> ExactIndex:
    made = ExactIndex([])
    words = Sparse((), ())
    made.upsert([Point(number=n, vectors={}, words=words, fields=f, offers=[{}]) for n, f in enumerate(fields)])
    return made


def test_a_number_field_gives_all_three() -> None:
    spread = index(*({"id": str(n), "price": float(n * n)} for n in range(1_000)))
    found = selective.chosen(spread)
    assert [one.wanted for one in found] == [0.01, 0.1, 0.5]
    for one in found:
        assert one.share == pytest.approx(one.wanted, rel=0.1)
        assert one.where.startswith("price < ")
        assert spread.count(Match(where=filters.parse(one.where))) == round(one.share * 1_000)


def test_values_of_keywords_serve_where_no_number_does() -> None:
    shares = {"Rare": 10, "Some & Co": 90, "Half": 500, "Rest": 400}
    brands = [brand for brand, count in shares.items() for _ in range(count)]
    found = selective.chosen(index(*({"id": str(n), "brand": brand, "stars": 5.0} for n, brand in enumerate(brands))))
    assert {one.where: one.share for one in found} == {
        'brand = "Rare"': 0.01,
        'brand = "Some & Co"': 0.09,
        'brand = "Half"': 0.5,
    }


def test_a_category_is_a_path() -> None:
    paths: list[dict[str, FieldValue]] = [
        {"category": ["home", "home/mugs"] if n % 2 else ["home"]} for n in range(20)
    ]
    [half] = selective.chosen(index(*paths))
    assert (half.where, half.share) == ('category UNDER "home/mugs"', 0.5)


def test_what_no_field_comes_near_is_left_out() -> None:
    assert selective.chosen(index({"brand": "Acme"}, {"brand": "Acme"}, {"brand": "Acme"})) == []
    assert selective.chosen(index()) == []


def test_filters_that_are_given_are_counted_and_checked() -> None:
    goods = index({"price": 1.0}, {"price": 2.0}, {"price": 3.0}, {"price": 4.0})
    assert [one.share for one in selective.given(goods, ["price < 3", "price > 9"])] == [0.5, 0]
    with pytest.raises(QueryError, match="prize"):
        selective.given(goods, ["prize < 3"])
    with pytest.raises(QueryError):
        selective.given(goods, ["price <"])


def test_facets_are_what_people_count_and_then_what_is_common() -> None:
    assert selective.facets(index({"id": "1", "size": "M", "price": 1.0, "brand": "A"})) == ("brand", "price", "size")
    assert selective.facets(index({"id": "1", "size": "M"})) == ("size",)
    assert selective.facets(index()) == ()
