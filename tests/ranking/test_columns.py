"""Columns hold what the chain must know of products; what came later lies over what was there."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wares.ranking.columns import HIGH, ROW, Columns
from wares.records import Price, Product
from wares.settings import RankingSettings, Settings, SignalSettings
from wares.store.entries import Stored

NUMBERS = st.integers(1, 30)
PRODUCTS = st.builds(
    Product,
    id=st.just("a"),
    title=st.just("A"),
    brand=st.sampled_from(["", "Acme", "ACME ", "Other"]),
    price=st.none() | st.builds(Price, st.integers(0, 10**9), st.sampled_from(["", "EUR", "JPY"])),
    rating=st.none() | st.floats(0, 5, width=32),
    rating_count=st.none() | st.integers(0, 10**6),
    availability=st.sampled_from([None, "in_stock", "out_of_stock"]),
    attributes=st.dictionaries(
        st.sampled_from(["sales", "margin", "created"]), st.sampled_from(["7", "0.5", "2020"])
    ),
)
ROWS = st.lists(st.builds(Stored, NUMBERS, PRODUCTS, st.just(()), st.integers(0, 3)), max_size=12)


def learnt(*batches: list[Stored]) -> Columns:
    made = Columns()
    for rows in batches:
        made.learn(rows)
    return made


def same(one: Columns, other: Columns) -> None:
    wanted = np.arange(40)
    assert one.rows(wanted).tobytes() == other.rows(wanted).tobytes()


@settings(deadline=None)
@given(first=ROWS, second=ROWS)
def test_however_products_come_the_latest_row_of_each_counts(first: list[Stored], second: list[Stored]) -> None:
    every = {row.number: row for row in [*first, *second]}
    expected = learnt(list(every.values()))
    same(learnt(first, second), expected)
    same(learnt(second).over(learnt(first)), expected)
    grouped = sorted(row.number for row in every.values() if row.group)
    assert learnt(first, second).grouped.tolist() == learnt(second).over(learnt(first)).grouped.tolist() == grouped
    groups = [every[number].group for number in grouped]
    assert learnt(second).over(learnt(first)).groups(grouped).tolist() == groups


@settings(deadline=None)
@given(first=ROWS, second=ROWS)
def test_packed_and_unpacked_they_are_the_same(first: list[Stored], second: list[Stored]) -> None:
    columns = learnt(first, second)
    read = Columns.unpack(columns.pack())
    same(read, columns)
    assert read.pack() == columns.pack() == learnt([*first, *second]).pack()
    read.learn([Stored(31, Product(id="z", title="Z", rating=2.0), ())])
    assert read.of("rating", [31]).tolist() == [2.0]


def test_unknown_products_and_values_are_nan_and_belong_to_none() -> None:
    (row,) = learnt([Stored(1, Product(id="a", title="A"), ())]).rows([7])
    assert row["number"] == 7
    assert row["group"] == row["brand"] == 0
    assert all(math.isnan(row[name]) for name in ROW.names or () if name not in ("number", "group", "brand"))
    assert len(Columns().rows([])) == 0


def test_a_brand_is_the_same_however_it_is_written_and_in_both_halves() -> None:
    base = learnt([Stored(1, Product(id="a", title="A", brand="Acme"), ())])
    later = learnt([Stored(2, Product(id="b", title="B", brand=" ACME"), ())]).over(base)
    one, other = later.rows([1, 2])["brand"]
    assert one == other > 0


def test_attribute_names_are_kept_with_what_they_named() -> None:
    settings = Settings(ranking=RankingSettings(signals=SignalSettings(rating=0.5, popularity_attribute="clicks")))
    read = Columns.unpack(Columns.fresh(settings).pack())
    read.learn([Stored(1, Product(id="a", title="A", attributes={"clicks": 7.0}), ())])
    assert read.of("popularity", [1]).tolist() == [7.0]


@pytest.mark.parametrize("harm", [lambda b: b"", lambda b: b"x" + b[1:], lambda b: b[:-1], lambda b: b[:24] + b[25:]])
def test_what_is_damaged_is_refused(harm: object) -> None:
    packed = learnt([Stored(n, Product(id="a", title="A"), ()) for n in (1, 2)]).pack()
    with pytest.raises(ValueError):
        Columns.unpack(harm(packed))  # type: ignore[operator]


def test_rows_that_do_not_ascend_are_refused() -> None:
    one = learnt([Stored(1, Product(id="a", title="A"), ())]).pack()
    with pytest.raises(ValueError, match="ascend"):
        Columns.unpack(one + one[-ROW.itemsize :])


def test_what_is_typical_is_that_of_both_halves() -> None:
    def rated(start: int, *ratings: float) -> list[Stored]:
        made = [Product(id="a", title="A", rating=rating, rating_count=10) for rating in ratings]
        return [Stored(at, product, ()) for at, product in enumerate(made, start)]

    both = learnt(rated(5, 1.0)).over(learnt(rated(1, 5.0, 4.0, 4.0)))
    assert both.typical.rating == pytest.approx(3.5)
    assert both.typical.rated == 4
    assert both.typical.popular == pytest.approx(10)
    assert both.typical.popularity == pytest.approx(math.log1p(10))
    assert math.isnan(both.typical.margin)
    assert math.isnan(Columns().typical.rating)
    assert 0.9 < HIGH < 1
