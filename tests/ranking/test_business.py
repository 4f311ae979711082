"""What business says of products is read from the attributes that shops use."""

from __future__ import annotations

import math
from datetime import date

import pytest

from wares.ranking.business import Facts, days, lowest_price, margin, number, plain, stock
from wares.records import AttributeValue, Availability, Price, Product, Variant
from wares.settings import SignalSettings


def read(settings: SignalSettings | None = None, **attributes: AttributeValue) -> dict[str, float]:
    return Facts(settings or SignalSettings()).read(Product(id="a", title="A", attributes=attributes))


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (1200.0, 1200),
        ("1,200", 1200),
        ("1.2k", 1200),
        ("1.2万+", 12_000),
        ("3千", 3_000),
        ("35 %", 0.35),
        ("$12.50", 12.5),
        ("-3", -3),
        ("many", math.nan),
        ("12 pieces", math.nan),
        ("", math.nan),
        (True, math.nan),
        (math.inf, math.nan),
        (("1", "2"), math.nan),
        (None, math.nan),
    ],
)
def test_numbers_are_read_as_they_are_written(said: object, means: float) -> None:
    assert number(said) == pytest.approx(means, nan_ok=True)


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("2011-03-01", date(2011, 3, 1)),
        ("2011-03-01T09:30:00Z", date(2011, 3, 1)),
        ("2011/3/1", date(2011, 3, 1)),
        ("2011年3月1日", date(2011, 3, 1)),
        ("20110301", date(2011, 3, 1)),
        ("2011-03", date(2011, 3, 1)),
        ("2011", date(2011, 1, 1)),
        (2011.0, date(2011, 1, 1)),
    ],
)
def test_dates_are_days_since_1970(said: object, means: date) -> None:
    assert days(said) == (means - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    "said", ["soon", "2011-13-01", "2011-02-30", "0000", "123", "9999", "", None, True, math.nan, ("2011",)]
)
def test_what_is_no_date_is_not_known(said: object) -> None:
    assert math.isnan(days(said))


def test_usual_names_are_known_however_they_are_written() -> None:
    found = read(**{"Units Sold": "1,234", "Release-Date": "2020-01-02", "月销量": "9"})
    assert found["popularity"] == 1234
    assert found["date"] == days("2020-01-02")
    assert read(**{"月销量": "1.2万+"})["popularity"] == 12_000


def test_the_attribute_that_settings_name_comes_first() -> None:
    settings = SignalSettings(popularity_attribute="Clicks today", date_attribute="seen")
    found = read(settings, sales=5.0, release_date="2001-01-01", clicks_today=7.0, seen="2002-01-01")
    assert found["popularity"] == 7
    assert found["date"] == days("2002-01-01")
    assert read(settings, sales=5.0)["popularity"] == 5


def test_without_sales_the_number_of_ratings_tells_popularity() -> None:
    rated = Product(id="a", title="A", rating=4.0, rating_count=12)
    assert Facts(SignalSettings()).read(rated)["popularity"] == 12
    assert math.isnan(read()["popularity"])


def test_a_margin_is_a_share_or_per_cent_or_what_the_cost_leaves() -> None:
    assert margin(0.3, None, math.nan) == pytest.approx(0.3)
    assert margin("30 %", None, math.nan) == pytest.approx(0.3)
    assert margin(30.0, None, math.nan) == pytest.approx(0.3)
    assert margin(None, "15", 20.0) == pytest.approx(0.25)
    assert margin(None, 50.0, 20.0) == -1
    assert math.isnan(margin(None, 15.0, math.nan))
    assert math.isnan(margin(None, 15.0, 0.0))


def test_stock_is_the_share_of_variants_that_can_be_had() -> None:
    def product(own: Availability | None, *variants: Availability | None) -> Product:
        made = tuple(Variant(id=str(at), availability=each) for at, each in enumerate(variants))
        return Product(id="a", title="A", availability=own, variants=made)

    assert stock(product("in_stock")) == 1
    assert stock(product("out_of_stock")) == 0
    assert stock(product("preorder")) == 0.5
    assert stock(product("in_stock", "out_of_stock", None)) == 0.5  # what a variant does not say, its product says
    assert stock(product(None, "in_stock", None)) == 1
    assert math.isnan(stock(product(None)))


def test_the_price_is_that_of_the_cheapest_offer() -> None:
    variants = (Variant(id="1", price=Price(900, "EUR")), Variant(id="2"))
    assert lowest_price(Product(id="a", title="A", price=Price(1_000, "EUR"), variants=variants)) == 9.0
    assert lowest_price(Product(id="a", title="A", price=Price(1_000, "JPY"))) == 1_000.0
    assert math.isnan(lowest_price(Product(id="a", title="A")))


def test_names_are_plain() -> None:
    assert plain(" Units-Sold ") == plain("units.sold") == plain("UNITS  sold") == "units_sold"
