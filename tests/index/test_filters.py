"""Filters in stored form, and products kept apart from offers."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.errors import QueryError
from wares.index.base import FieldSpec
from wares.index.exact import holds
from wares.index.fields import Schema
from wares.index.filters import FALSE, MAX_ALTERNATIVES, TRUE, all_of, any_of, negated, prepare, split
from wares.records import AllOf, AnyOf, Compare, Exists, In, Not, Under

SCHEMA = Schema(
    {
        spec.name: spec
        for spec in (
            FieldSpec("brand", "keyword"),
            FieldSpec("category", "keyword"),
            FieldSpec("rating", "number"),
            FieldSpec("price", "number", "offer"),
            FieldSpec("size", "keyword", "offer"),
        )
    }
)
BRAND, SIZE = Compare("brand", "=", "b"), Compare("size", "=", "m")
CHEAP, GOOD = Compare("price", "<", 5.0), Compare("rating", ">", 3.0)


def test_texts_are_folded_and_numbers_read():
    where = AllOf((Compare("brand", "=", " ＡDIDAS "), Compare("price", "<", "50"), In("size", ("M", "m", "L"))))
    assert prepare(where, SCHEMA) == AllOf(
        (Compare("brand", "=", "adidas"), Compare("price", "<", 50.0), In("size", ("m", "l")))
    )


def test_under_is_equality_with_a_prefix_of_the_category():
    assert prepare(Under(("Shoes", "Trail Running")), SCHEMA) == Compare("category", "=", "shoes/trail running")


@pytest.mark.parametrize(
    ("where", "prepared"),
    [
        (None, TRUE),
        (Compare("unheard of", "!=", "x"), FALSE),
        (Not(Exists("unheard of")), TRUE),
        (AllOf((BRAND, Compare("unheard of", "=", "x"))), FALSE),
        (AnyOf((BRAND, Compare("unheard of", "=", "x"))), BRAND),
        (AnyOf((BRAND, Not(Exists("unheard of")))), TRUE),
        (In("brand", ()), FALSE),
        (Not(Not(BRAND)), BRAND),
        (AllOf((AllOf((BRAND, SIZE)), GOOD)), AllOf((BRAND, SIZE, GOOD))),
    ],
)
def test_what_the_schema_decides_is_decided(where, prepared):
    assert prepare(where, SCHEMA) == prepared


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Compare("brand", "<", "m"), "brand is no number field"),
        (Compare("price", "=", "cheap"), "price is a number field"),
        (Compare("price", "<", float("nan")), "price cannot be compared with nan"),
    ],
)
def test_impossible_comparisons_are_refused(where, told):
    with pytest.raises(QueryError, match=told):
        prepare(where, SCHEMA)


def test_depth_is_bounded():
    where = BRAND
    for _ in range(5000):
        where = Not(where)
    with pytest.raises(QueryError, match="nested"):
        prepare(where, SCHEMA)


def test_a_conjunction_is_one_alternative():
    (one,) = split(AllOf((BRAND, CHEAP, GOOD, SIZE)), SCHEMA)
    assert one.product == AllOf((BRAND, GOOD))
    assert one.offer == AllOf((CHEAP, SIZE))


def test_too_many_mixed_alternatives_are_refused():
    mixed = [AnyOf((Compare("rating", ">", float(n)), Compare("price", "<", float(n)))) for n in range(9)]
    assert len(split(AllOf(tuple(mixed[:8])), SCHEMA)) <= MAX_ALTERNATIVES
    with pytest.raises(QueryError, match="too many alternatives"):
        split(AllOf(tuple(mixed)), SCHEMA)


FILTERS = st.recursive(
    st.sampled_from([BRAND, SIZE, CHEAP, GOOD]),
    lambda inner: st.one_of(
        inner.map(negated),
        st.lists(inner, max_size=3).map(all_of),
        st.lists(inner, max_size=3).map(any_of),
    ),
    max_leaves=8,
)
OFFERS = [dict(zip(("price", "size"), values, strict=True)) for values in itertools.product((1.0, 9.0), ("m", "l"))]
PRODUCTS = [{}, {"brand": "b"}, {"rating": 4.0}, {"brand": "b", "rating": 4.0}]


@given(where=FILTERS, offers=st.lists(st.sampled_from([{}, *OFFERS]), min_size=1, max_size=3))
def test_alternatives_say_what_the_filter_says(where, offers):
    """Some offer makes the whole expression true just when some alternative holds of product and some offer."""
    alternatives = split(where, SCHEMA)
    for fields in PRODUCTS:
        wanted = any(holds(where, {**fields, **offer}) for offer in offers)
        assert wanted == any(
            holds(one.product, fields) and any(holds(one.offer, offer) for offer in offers) for one in alternatives
        )
