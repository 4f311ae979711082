"""How prices are read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wares.catalogue.prices import CURRENCIES, currency_code, decimal_mark, number, price
from wares.errors import CatalogueError
from wares.records import Price, minor_digits


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.299,00 €", 129900, "EUR"),
        ("¥199", 199, "JPY"),
        ("￥１９９", 199, "JPY"),
        ("199元", 19900, "CNY"),
        ("人民币 199", 19900, "CNY"),
        ("USD 15", 1500, "USD"),
        ("15 USD", 1500, "USD"),
        ("15.00 USD", 1500, "USD"),
        ("US$ 3", 300, "USD"),
        ("$12 CAD", 1200, "CAD"),
        ("$.50", 50, "USD"),
        ("Rs.500", 50000, "INR"),
        ("₹ 1.200", 120000, "INR"),
        ("₹1,00,000.00", 10000000, "INR"),
        ("1'299.00 CHF", 129900, "CHF"),
        ("1 299,00 €", 129900, "EUR"),
        ("1\u202f299,00\u00a0€", 129900, "EUR"),
        ("1,299.00", 129900, ""),
        ("12,50", 1250, ""),
        ("12,-", 1200, ""),
        ("12.– €", 1200, "EUR"),
        (".5", 50, ""),
        ("1.299.000 ₫", 1299000, "VND"),
        ("1.250 KWD", 1250, "KWD"),
        ("1.50 JPY", 2, "JPY"),
        ("12.345", 1234500, ""),
        ("0.345", 35, ""),
        ("1234.567", 123457, ""),
        ("0", 0, ""),
    ],
)
def test_prices_as_people_write_them(text: str, amount: int, currency: str):
    assert price(text) == Price(amount, currency)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("free", "no price"),
        ("12 - 15 €", "one amount"),
        ("from 5", "'from' is no currency"),
        ("5 €/m", "no currency"),
        ("NaN", "no price"),
        ("1e3", "no price"),
        ("15 XYZ", "no currency"),
        ("-5.00 €", "negative"),
        ("€ -5", "negative"),
        ("−5", "negative"),
        ("1.2.3", "no number"),
        ("12 15", "no number"),
        ("1.299,000,00", "no number"),
        ("5 kr", "several currencies"),
        ("5 EUR USD", "no currency"),
        ("€ 5 USD", "two currencies"),
        ("9" * 20, "too large"),
    ],
)
def test_what_is_no_price_is_an_error_with_its_reason(text: str, reason: str):
    with pytest.raises(CatalogueError, match=reason):
        price(text)


@pytest.mark.parametrize("value", [True, None, [], float("nan"), float("inf"), -1, -0.5, 10**16])
def test_numbers_that_are_no_prices(value: object):
    with pytest.raises(CatalogueError):
        price(value)


def test_a_bare_number_is_in_major_units_of_the_column_s_currency():
    assert price(12.5, "EUR") == Price(1250, "EUR")
    assert price(199, "JPY") == Price(199, "JPY")
    assert price(0.1 + 0.2, "EUR") == Price(30, "EUR")


def test_three_digits_behind_one_mark_are_read_as_the_feed_reads_others():
    assert price("1.299") == Price(129900)
    assert price("1.299", decimal=".") == Price(130)
    assert price("1.299", decimal=",") == Price(129900)
    assert price("1,299", decimal=",") == Price(130)


def test_the_decimal_mark_is_seen_where_prices_show_it():
    assert decimal_mark(["1.299", "12,50", "3"]) == ","
    assert decimal_mark(["1.299.000", "5"]) == ","
    assert decimal_mark(["1,299.00 USD"]) == "."
    assert decimal_mark(["1.299", "2.500"]) == ""
    assert decimal_mark(["1.50", "1,50"]) == ""
    assert decimal_mark([]) == ""


def test_a_shared_sign_yields_to_the_currency_column():
    assert price("$5", "CAD") == Price(500, "CAD")
    assert price("¥5", "CNY") == Price(500, "CNY")
    assert price("5 kr", "SEK") == Price(500, "SEK")
    with pytest.raises(CatalogueError, match="two currencies: EUR, USD"):
        price("€5", "USD")


def test_yen_and_yuan_share_a_sign_that_the_language_decides():
    assert price("¥5", chinese=True) == Price(500, "CNY")
    assert price("¥5", chinese=False) == Price(5, "JPY")


def test_currency_columns_hold_codes_or_signs():
    assert [currency_code(text) for text in ("EUR", "eur", " € ", "人民币", "$")] == [
        "EUR",
        "EUR",
        "EUR",
        "CNY",
        "USD",
    ]
    for text in ("", "kr", "EURO PA", "XXQ"):
        with pytest.raises(CatalogueError):
            currency_code(text)


def written(amount: Decimal, digits: int, thousands: str, decimal: str) -> str:
    """The slow, plain way to write an amount."""
    whole, _, part = f"{amount:.{digits}f}".partition(".")
    groups = []
    while whole:
        whole, group = whole[:-3], whole[-3:]
        groups.insert(0, group)
    return thousands.join(groups) + (decimal + part if part else "")


@given(
    minor=st.integers(0, 10**12),
    currency=st.sampled_from(sorted(CURRENCIES)),
    marks=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]),
    before=st.booleans(),
)
def test_what_is_written_is_read_back(minor: int, currency: str, marks: tuple[str, str], before: bool):
    digits = minor_digits(currency)
    amount = written(Decimal(minor).scaleb(-digits), digits, *marks)
    text = f"{currency} {amount}" if before else f"{amount} {currency}"
    # Three digits behind a lone mark are decided by the feed's other prices.
    decimal = marks[1] if digits != 2 else ""
    assert price(text, decimal=decimal) == Price(minor, currency)


@given(st.text(max_size=30), st.sampled_from(["", ".", ","]))
def test_any_text_is_a_price_or_an_error(text: str, decimal: str):
    try:
        read = price(text, decimal=decimal)
    except CatalogueError as error:
        assert "\n" not in str(error)
    else:
        assert read.amount >= 0
        assert read.currency in CURRENCIES | {""}


@given(st.decimals(0, 10**6, places=2))
def test_a_number_reads_the_same_with_and_without_thousands_marks(amount: Decimal):
    assert number(written(amount, 2, ",", ".")) == number(written(amount, 2, ".", ",")) == amount
