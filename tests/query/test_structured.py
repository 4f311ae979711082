"""Filters in JSON say what filters in words say."""

import re
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import example, given, settings

from wares.errors import QueryError
from wares.query.filters import from_json, parse, unparse


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"price": {"lt": 50}, "brand": ["A", "B"]}, 'price < 50 AND brand IN ("A", "B")'),
        ([{"a": 1}, {"b": "x"}], "a = 1 AND b = x"),
        ({"any": [{"a": True}, {"b": {"ne": 2}}]}, "a = true OR b != 2"),
        ({"any": {"a": 1, "b": 2}}, "a = 1 OR b = 2"),
        ({"not": {"a": 1, "b": 2}}, "NOT (a = 1 AND b = 2)"),
        ({"all": [{"any": [{"a": 1}]}]}, "a = 1"),
        ({"a": {"gte": 1, "lte": 2}}, "a >= 1 AND a <= 2"),
        ({"a": {"between": [1, 2]}}, "a BETWEEN 1 AND 2"),
        ({"a": {"in": ["x"]}, "b": {"not_in": ["y"]}}, "a IN (x) AND b NOT IN (y)"),
        ({"category": {"under": "Shoes/Running"}}, 'category UNDER "Shoes/Running"'),
        ({"category": {"under": ["Shoes", "Running"]}}, 'category UNDER "Shoes/Running"'),
        ({"a": {"exists": True}, "b": {"exists": False}}, "a EXISTS AND NOT b EXISTS"),
        ({"a": {"eq": "x"}}, "a = x"),
        ({"a": {"gt": 1}}, "a > 1"),
    ],
)
def test_json_says_the_same_as_words(typed: Any, data: Any, text: str):
    assert typed(from_json(data)) == typed(parse(text))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "filter: nothing is in it"),
        (5, "filter: expected conditions"),
        ({"brand": []}, "filter.brand: nothing is in it"),
        ({"brand": None}, "filter.brand: expected a text, a number, or true or false, not None"),
        ({"any": [{"price": {"near": 5}}]}, "filter.any[0].price.near: unknown comparison; known: eq, ne, lt"),
        ({"price": {"between": [1]}}, "filter.price.between: expected a list of two bounds"),
        ({"price": {"exists": "yes"}}, "filter.price.exists: expected true or false"),
        ({"price": {"under": "x"}}, "filter.price.under: only a category"),
        ({"category": {"under": "/"}}, "filter.category.under: expected a path"),
        ({"price": {"lt": float("inf")}}, "filter.price.lt: expected a text, a number"),
        ({"a": "x" * 2001}, "filter.a: expected a text"),
        ({"a": ["x"] * 2001}, "more than 2000 conditions and values"),
    ],
)
def test_a_mistake_in_json_is_named_with_its_place(data: Any, said: str):
    with pytest.raises(QueryError, match=re.escape(said)):
        from_json(data)


@pytest.mark.parametrize("depth", [33, 200, 5000])
def test_json_nested_too_deep_is_refused(depth: int):
    data: Any = {"a": 1}
    for _ in range(depth):
        data = {"not": data}
    with pytest.raises(QueryError, match="nested more than 32 levels"):
        from_json(data)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["any", "all", "not", "price", "category", "lt", "in", "under", "exists", "between", ""]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(json_like)
@settings(max_examples=300, deadline=None)
@example({"price": 10**400})
@example({"price": float("nan")})
def test_any_json_is_a_filter_or_a_query_error(typed: Any, data: Any):
    try:
        found = from_json(data)
    except QueryError as fault:
        assert len(str(fault).splitlines()) == 1
    else:
        assert typed(parse(unparse(found))) == typed(found)
