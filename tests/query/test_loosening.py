"""Which conditions are given up when all together leave nothing, against every way to choose them."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from wares.query.loosening import GIVEN_UP, loosen, together
from wares.records import AllOf, Chip, Compare, Filter

Products = list[set[int]]


def chip(number: int, certainty: float = 1.0, *, taken: bool = False, applied: bool = True) -> Chip:
    where = Compare("has", "=", float(number))
    return Chip(
        id=f"has = {number}",
        kind="attribute",
        text="",
        start=0,
        end=1,
        where=where,
        taken=taken,
        certainty=certainty,
        applied=applied,
    )


def counting(products: Products, asked: list[Filter | None] | None = None):
    """How many of some products, each the set of the conditions that it meets, meet all of a filter's."""

    def count(where: Filter | None) -> int:
        if asked is not None:
            asked.append(where)
        parts = () if where is None else where.items if isinstance(where, AllOf) else (where,)
        wanted = {int(part.value) for part in parts if isinstance(part, Compare)}
        return sum(wanted <= product for product in products)

    return count


chips = st.lists(
    st.tuples(
        st.sampled_from([0.5, 0.9, 0.95, 1.0]),
        st.booleans(),
        st.booleans(),
        st.sampled_from(["attribute", "category"]),
    ),
    min_size=0,
    max_size=6,
).map(
    lambda rows: [
        structs.replace(chip(n, sure, taken=taken, applied=applied), kind=kind)
        for n, (sure, taken, applied, kind) in enumerate(rows)
    ]
)
products = st.lists(st.sets(st.integers(0, 5)), max_size=6)


@given(chips, products)
def test_something_is_left_if_anything_can_be_and_nothing_is_given_up_in_vain(
    asked: list[Chip], goods: Products
) -> None:
    count = counting(goods)
    found = loosen(asked, count)
    given_up = [
        n for n, (before, after) in enumerate(zip(asked, found, strict=True)) if before.applied and not after.applied
    ]
    if count(together(asked)) or not goods:
        assert list(found) == asked
        return
    assert count(together(found))
    assert all(found[n].note == GIVEN_UP for n in given_up)
    for fewer in combinations(given_up, len(given_up) - 1):
        assert not count(together(asked, without=fewer))


@given(chips, products)
def test_the_number_of_counts_is_bounded(asked: list[Chip], goods: Products) -> None:
    counts: list[Filter | None] = []
    loosen(asked, counting(goods, counts))
    assert len(counts) <= 2 * len(asked) + 2


def test_the_least_certain_is_given_up_first_and_what_was_taken_last() -> None:
    asked = [chip(0, 0.9), chip(1, 0.5, taken=True), chip(2, 0.95)]
    found = loosen(asked, counting([{1, 2}, {0, 1}, {0, 2}]))
    assert [one.applied for one in found] == [False, True, True]


def test_what_kind_of_thing_is_wanted_is_given_up_after_everything_else() -> None:
    kind = structs.replace(chip(0, 0.9), kind="category")
    found = loosen([kind, chip(1, taken=True)], counting([{0}, {1}]))
    assert [one.applied for one in found] == [True, False]


def test_a_price_that_nothing_has_is_given_up_and_the_rest_comes_back() -> None:
    asked = [chip(0, 0.9), chip(1, 0.95), chip(2, taken=True)]
    found = loosen(asked, counting([{0, 1}]))
    assert [one.applied for one in found] == [True, True, False]


def test_orders_and_what_was_ignored_are_left_alone() -> None:
    order = Chip(id="sort price", kind="sort", text="cheapest", start=0, end=8, sort="price")
    ignored = chip(3, applied=False)
    asked = [order, ignored, chip(0)]
    assert loosen(asked, counting([{1}]))[:2] == (order, ignored)
