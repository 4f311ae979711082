"""Numbers and prices as people of a language write them (CLDR's patterns for English and Chinese)."""

from __future__ import annotations

from collections.abc import Mapping

from wares.records import Price, Product, Variant, minor_digits

_NARROW: Mapping[str, str] = {
    "EUR": "€", "GBP": "£", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫", "BRL": "R$", "MXN": "MX$",
    "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "HKD": "HK$", "TWD": "NT$",
}  # fmt: skip
_OWN: Mapping[str, Mapping[str, str]] = {
    "en": {"USD": "$", "JPY": "¥", "CNY": "CN¥"},
    "zh": {"USD": "US$", "JPY": "JP¥", "CNY": "¥"},
}


def number(value: float, digits: int = 0) -> str:
    """A number with its thousands apart."""
    return f"{value:,.{digits}f}"


def plain(value: float) -> str:
    """A number without digits that say nothing: 4, 4.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def price(value: Price, language: str) -> str:
    """A price: "€1,299.00", "SEK 12.00"."""
    sign = _OWN[language].get(value.currency) or _NARROW.get(value.currency)
    text = number(abs(value.major), minor_digits(value.currency))
    minus = "-" if value.amount < 0 else ""
    if sign is None:
        return f"{minus}{value.currency}\N{NO-BREAK SPACE}{text}" if value.currency else minus + text
    return f"{minus}{sign}{text}"


def sign(currency: str, language: str) -> str:
    """The sign of a currency, or its name."""
    return _OWN[language].get(currency) or _NARROW.get(currency) or currency


def priced(product: Product, variant: Variant | None = None) -> tuple[Price | None, bool]:
    """What a product costs: the variant's price, or the lowest, and whether others cost more."""
    if variant is not None:
        return variant.price or product.price, False
    own = [offer.price or product.price for offer in product.variants] or [product.price]
    prices = sorted((each for each in own if each is not None), key=lambda each: each.amount)
    if not prices:
        return product.price, False
    return prices[0], prices[0].amount != prices[-1].amount


def moment(seconds: float) -> str:
    """A moment of a film or a sound as players show it: 0:07, 12:30, 1:02:03."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
