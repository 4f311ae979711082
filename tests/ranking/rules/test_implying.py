"""One filter implies another: what is claimed holds for everything that there could be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.index.exact import holds
from wares.query import filters
from wares.ranking.rules.implying import implies
from wares.records import AllOf, AnyOf, Compare, Exists, In, Not


@pytest.mark.parametrize(
    ("asked", "wanted", "implied"),
    [
        ('brand = "Puma" AND price < 50', "brand = puma", True),
        ("brand = Puma", "brand IN (Puma, Nike)", True),
        ("brand IN (Puma, Nike)", "brand = Puma", False),
        ("price < 30", "price < 50", True),
        ("price < 50", "price < 50", True),
        ("price <= 50", "price < 50", False),
        ("price = 20", "price BETWEEN 10 AND 30", True),
        ("price > 20", "price != 20", True),
        ("price >= 20", "price != 20", False),
        ('category UNDER "Shoes/Running"', "category UNDER shoes", True),
        ("category UNDER Shoes", 'category UNDER "Shoes/Running"', False),
        ("brand = Puma OR brand = Nike", "brand IN (Nike, Puma, Asics)", True),
        ("brand = Puma OR price < 5", "brand = Puma", False),
        ("NOT (price < 50)", "NOT (price < 30)", True),
        ("brand = Puma", "brand EXISTS", True),
        ("size = M", "brand = Puma", False),
    ],
)
def test_what_is_implied(asked: str, wanted: str, implied: bool):
    assert implies(filters.parse(asked), filters.parse(wanted)) is implied


NUMBERS = st.sampled_from([1.0, 2.0, 3.0])
TEXTS = st.sampled_from(["a", "b", "c"])
ATOMS = st.one_of(
    st.builds(Compare, st.just("n"), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), NUMBERS),
    st.builds(Compare, st.just("t"), st.sampled_from(["=", "!="]), TEXTS),
    st.builds(In, st.just("t"), st.lists(TEXTS, min_size=1, max_size=3).map(tuple)),
    st.builds(In, st.just("n"), st.lists(NUMBERS, min_size=1, max_size=3).map(tuple)),
    st.builds(Exists, st.sampled_from(["n", "t"])),
)
FILTERS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)
#: Everything that there could be: a number or none, some texts or none.
VIEWS = [
    {**({"n": n} if n is not None else {}), **({"t": t} if t else {})}
    for n in (None, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5)
    for t in ([], ["a"], ["b"], ["c"], ["a", "b"], ["b", "c"], ["a", "b", "c"], ["d"])
]


@settings(deadline=None)
@given(FILTERS, FILTERS)
def test_what_passes_a_filter_passes_all_that_it_is_said_to_imply(asked, wanted):
    if implies(asked, wanted):
        assert all(holds(wanted, view) for view in VIEWS if holds(asked, view))


@settings(deadline=None)
@given(FILTERS, ATOMS)
def test_a_filter_implies_itself_and_each_of_its_conditions(where, more):
    assert implies(where, where)
    assert implies(AllOf((where, more)), more) and implies(AllOf((where, more)), where)
