"""Which field is meant by a name."""

import pytest

from wares.errors import QueryError
from wares.index.base import FieldSpec
from wares.query.filters import check, resolve, resolve_sort
from wares.records import Compare

FIELDS = {
    "colour": FieldSpec(name="colour", type="keyword"),
    "weight": FieldSpec(name="weight", type="number"),
    "organic": FieldSpec(name="organic", type="boolean"),
    "attributes.price": FieldSpec(name="attributes.price", type="keyword"),
}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("colour", "colour"),
        ("Colour", "colour"),
        ("color", "colour"),
        ("颜色", "colour"),
        ("attributes.colour", "colour"),
        ("options.Color", "colour"),
        ("品牌", "brand"),
        ("价格", "price"),
        ("Rating Count", "rating_count"),
        ("attributes.price", "attributes.price"),
        ("price", "price"),
    ],
)
def test_a_field_is_found_by_its_usual_names(name: str, field: str):
    assert resolve(name, FIELDS) == field


def test_a_shop_s_own_field_comes_before_an_alias():
    own = FIELDS | {"color": FieldSpec(name="color", type="keyword")}
    assert resolve("color", own) == "color"
    assert resolve("颜色", own) == "colour"


@pytest.mark.parametrize("name", ["attributes.brand", "options.rating", "x" * 5000, "\ud800", "颜", "no\nsuch"])
def test_an_unknown_field_is_a_query_error(name: str):
    with pytest.raises(QueryError, match="unknown field") as caught:
        check(Compare(name, "=", "x"), FIELDS)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_sorting_needs_a_number():
    assert resolve_sort("", FIELDS) == ""
    assert resolve_sort("-价格", FIELDS) == "-price"
    assert resolve_sort("Weight", FIELDS) == "weight"
    with pytest.raises(QueryError, match="no number; number fields: price, rating, rating_count, weight"):
        resolve_sort("-colour", FIELDS)
    with pytest.raises(QueryError, match="unknown field"):
        resolve_sort("-", FIELDS)
