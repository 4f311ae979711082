"""Prices as people write them → :class:`~wares.records.Price` in minor units.

"1.299,00 €", "¥199", "USD 15", "15 USD", "1,299.00", "₹ 1.200", "12,50", "1 299,-", 12.5. What the marks mean:

- Both a point and a comma: the last one is the decimal mark. One kind several times ("1.299.000"): thousands.
- One mark once, with other than three digits behind it ("12,50"), or behind "0" or more than three digits: decimal.
- One mark once with three digits behind it ("1.299") can be both. It is decimal if the feed's other prices use it so
  (:func:`decimal_mark`) or the currency has three decimals (KWD); otherwise thousands.
- A sign that several currencies share yields to a currency column, and else means: "$" USD, "£" GBP, "¥" CNY where
  the product's text is Chinese and JPY otherwise.

Amounts finer than the minor unit are rounded half up. Currency codes are those of ISO 4217.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from wares.errors import CatalogueError
from wares.records import Price, minor_digits

_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
    CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_CODES.split())
# Signs and names that say one currency ...
_SIGNS = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "₹": "INR", "₽": "RUB", "руб": "RUB", "₩": "KRW", "원": "KRW",
    "₺": "TRY", "tl": "TRY", "₴": "UAH", "₫": "VND", "đ": "VND", "฿": "THB", "₪": "ILS", "zł": "PLN", "kč": "CZK",
    "ft": "HUF", "лв": "BGN", "lei": "RON", "fr": "CHF", "sfr": "CHF", "r$": "BRL", "us$": "USD", "au$": "AUD",
    "a$": "AUD", "c$": "CAD", "ca$": "CAD", "hk$": "HKD", "nt$": "TWD", "s$": "SGD", "nz$": "NZD", "mx$": "MXN",
    "us $": "USD", "元": "CNY", "块": "CNY", "人民币": "CNY", "rmb": "CNY", "cn¥": "CNY", "円": "JPY", "jp¥": "JPY",
    "港元": "HKD", "港币": "HKD", "新台币": "TWD", "美元": "USD", "欧元": "EUR", "日元": "JPY", "英镑": "GBP",
}  # fmt: skip
# ... and those that several share, with what they mean when nothing else is said.
_SHARED = {"$": "USD", "£": "GBP", "¥": "JPY", "rs": "INR", "kr": ""}

_PLAIN = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?(?: ([A-Z]{3}))?", re.ASCII)
# A leading mark belongs to the number at the start or after a sign ("$.50"), not after a word ("Rs.500").
_RUN = re.compile(r"(?:(?<![^\s$€£¥])[.,])?\d(?:[\d.,'’\s]*\d)?")
_GROUPED = re.compile(r"\d{1,3}(?:([\s'’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?|[\d.,]+")
_FRILLS = " \t.,:-–—"
_LARGEST = 10**15


def price(value: object, currency: str = "", *, decimal: str = "", chinese: bool = False) -> Price:
    """A cell → a price. ``currency``: of a column beside it; ``decimal``: the feed's mark, see :func:`decimal_mark`.

    Raises :class:`CatalogueError` for what is no price, is negative or has two currencies.
    """
    if isinstance(value, str):
        return _written(value, currency, decimal, chinese)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise CatalogueError(f"{value!r:.60} is no price")
    return Price(_minor(Decimal(str(value)), currency, value), currency)


@lru_cache(maxsize=16384)
def _written(text: str, currency: str, decimal: str, chinese: bool) -> Price:
    if plain := _PLAIN.fullmatch(text):
        whole, part, code = plain.groups()
        if not code or (code in CURRENCIES and (not currency or code == currency)):
            code = code or currency
            if minor_digits(code) == 2:
                return Price(int(whole) * 100 + int((part or "0").ljust(2, "0")), code)
    text = unicodedata.normalize("NFKC", text).strip()
    runs = _RUN.findall(text)
    if len(runs) != 1:
        raise CatalogueError(f"{text[:60]!r} is no price" + ("; give one amount" if runs else ""))
    before, after = text.split(runs[0], 1)
    if before.rstrip().endswith(("-", "−")) or before.lstrip().startswith(("-", "−")):
        raise CatalogueError(f"the price {text[:60]!r} is negative")
    code = _currency(before, after, currency, chinese, text)
    if minor_digits(code) == 3:
        decimal = decimal or "."
    return Price(_minor(number(runs[0], decimal), code, text), code)


def _minor(amount: Decimal, currency: str, shown: object) -> int:
    if not amount.is_finite():
        raise CatalogueError(f"{shown!r:.60} is no price")
    if amount < 0:
        raise CatalogueError(f"the price {shown!r:.60} is negative")
    if amount >= _LARGEST:
        raise CatalogueError(f"the price {shown!r:.60} is too large")
    return int(amount.scaleb(minor_digits(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def currency_code(text: str) -> str:
    """The content of a currency column → ISO 4217: "EUR", "eur", "€"."""
    folded = text.strip().casefold()
    code = folded.upper() if folded.upper() in CURRENCIES else _SIGNS.get(folded) or _SHARED.get(folded)
    if not code:
        raise CatalogueError(f"{text[:20]!r} is no currency of ISO 4217")
    return code


def _currency(before: str, after: str, column: str, chinese: bool, text: str) -> str:
    words = [word for part in (before, after) if (word := part.strip(_FRILLS).casefold())]
    exact, shared = {column} - {""}, ""
    for word in words:
        if (code := word.upper()) in CURRENCIES or (code := _SIGNS.get(word, "")):
            exact.add(code)
        elif word in _SHARED:
            shared = word
        else:
            raise CatalogueError(f"{text[:60]!r} is no price: {word[:20]!r} is no currency")
    if len(exact) > 1:
        raise CatalogueError(f"the price {text[:60]!r} has two currencies: {', '.join(sorted(exact))}")
    if exact or not shared:
        return next(iter(exact), "")
    if shared == "¥" and chinese:
        return "CNY"
    if not _SHARED[shared]:
        raise CatalogueError(f"the price {text[:60]!r} can be of several currencies: write the code, or add a column")
    return _SHARED[shared]


def number(text: str, decimal: str = "") -> Decimal:
    """Digits with marks → a number, by the rules above."""
    digits = text.strip()
    if not _GROUPED.fullmatch(digits):
        raise CatalogueError(f"{text[:60]!r} is no number")
    digits = re.sub(r"[\s'’]", "", digits)
    mark = _mark_of(digits) or (decimal if decimal and digits.count(decimal) == 1 else "")
    whole, _, part = digits.rpartition(mark) if mark else (digits, "", "")
    groups = re.split(r"[.,]", whole or "0")
    grouped = (
        len(groups[0]) in (1, 2, 3) and len(groups[-1]) == 3 and all(len(group) in (2, 3) for group in groups[1:])
    )
    if (len(groups) > 1 and not grouped) or len(set(whole) & {".", ",", mark}) > 1 or (mark and mark in whole):
        raise CatalogueError(f"{text[:60]!r} is no number")
    return Decimal("".join(groups) + (f".{part}" if part else ""))


def _mark_of(digits: str) -> str:
    """The decimal mark that the number itself shows; "" where it has none or can be read both ways."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return "." if digits.rindex(".") > digits.rindex(",") else ","
    if points + commas != 1:
        return ""
    mark = "." if points else ","
    whole, part = digits.split(mark)
    return "" if len(part) == 3 and len(whole) <= 3 and whole.lstrip("0") else mark


def decimal_mark(prices: Iterable[str]) -> str:
    """What most of these prices use as decimal mark: "." or ","; "" when they do not tell or are divided."""
    votes: Counter[str] = Counter()
    for text in prices:
        for run in _RUN.findall(text)[:1]:
            digits = re.sub(r"[\s'’]", "", run)
            if mark := _mark_of(digits):
                votes[mark] += 1
            elif max(digits.count("."), digits.count(",")) > 1:
                votes["," if "." in digits else "."] += 1
    point, comma = votes["."], votes[","]
    return "" if point == comma else "." if point > comma else ","
