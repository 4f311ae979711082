"""What a product's record says about business: how well it sells, since when it is there, what it earns.

Feeds have no fields of their own for these, so they are read from attributes by the names that shops use.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date

from wares.records import Availability, Product
from wares.settings import SignalSettings

NAN = math.nan


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


#: By what is wanted, the usual names of its attribute, as :func:`plain` has them; the first that is there counts.
USUAL: Mapping[str, tuple[str, ...]] = {
    "popularity": _names(
        "popularity popularity_score sales units_sold sold sold_count sales_count total_sales order_count orders "
        "purchases 销量 月销量 总销量 已售 人气"
    ),
    "date": _names(
        "date_released release_date released date_added added_at created_at created published_at publish_date "
        "available_from launch_date date_available availability_date first_available 上架时间 上架日期 上市时间 "
        "上市日期 发布日期"
    ),
    "margin": _names("margin gross_margin profit_margin margin_percent 毛利率 利润率"),
    "cost": _names("cost cost_price cost_of_goods_sold cogs purchase_price 成本 成本价 进价"),
}

#: How much of a chance there is to get a product.
OBTAINABLE: Mapping[Availability, float] = {"in_stock": 1.0, "backorder": 0.5, "preorder": 0.5, "out_of_stock": 0.0}

_AMOUNT = re.compile(r"[^\d.,+-]{0,3}\s*([+-]?\d[\d,]*(?:\.\d+)?)\s*(%|万|千|k|m)?\s*\+?", re.IGNORECASE)
_SCALES = {"%": 0.01, "万": 1e4, "千": 1e3, "k": 1e3, "m": 1e6}
_DATE = re.compile(r"(\d{4})(?:[-/.年]?(\d{1,2})(?:[-/.月]?(\d{1,2}))?)?(?!\d)")


def plain(name: str) -> str:
    """The name of an attribute without case, its words joined by "_"."""
    return "_".join(re.split(r"[\s._-]+", name.casefold().strip()))


def attribute_names(settings: SignalSettings) -> dict[str, tuple[str, ...]]:
    """The names to look for, those that settings give before the usual ones."""
    given = {kind: getattr(settings, f"{kind}_attribute") for kind in USUAL}
    return {kind: (plain(given[kind]), *usual) if given[kind] else usual for kind, usual in USUAL.items()}


def named(settings: SignalSettings) -> SignalSettings:
    """Settings with nothing but the names of attributes."""
    return SignalSettings(**{f"{kind}_attribute": getattr(settings, f"{kind}_attribute") for kind in USUAL})


class Facts:
    """Reads products, with the attribute names of some settings."""

    def __init__(self, settings: SignalSettings) -> None:
        self.settings = settings
        kinds = attribute_names(settings).items()
        self._order = {name: (kind, -at) for kind, names in kinds for at, name in reversed([*enumerate(names)])}

    def read(self, product: Product) -> dict[str, float]:
        """All numbers of one product by name, NaN for what is not known (see :data:`wares.ranking.columns.ROW`)."""
        said = self._said(product)
        price = lowest_price(product)
        return {
            "rating": NAN if product.rating is None else product.rating,
            "rating_count": NAN if product.rating_count is None else float(product.rating_count),
            "popularity": popularity(said.get("popularity"), product.rating_count),
            "date": days(said.get("date")),
            "margin": margin(said.get("margin"), said.get("cost"), price),
            "stock": stock(product),
            "price": price,
        }

    def _said(self, product: Product) -> dict[str, object]:
        found: dict[str, tuple[int, object]] = {}
        for name, value in product.attributes.items():
            kind, rank = self._order.get(plain(name), ("", 0))
            if kind and (kind not in found or rank > found[kind][0]):
                found[kind] = rank, value
        return {kind: value for kind, (_, value) in found.items()}


def number(value: object) -> float:
    """A number out of an attribute: 1200.0, "1,200", "1.2k", "1.2万+", "35 %" (0.35), "$12.50"; NaN for others."""
    if isinstance(value, bool) or value is None:
        return NAN
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else NAN
    match = _AMOUNT.fullmatch(value.strip()[:40]) if isinstance(value, str) else None
    return float(match[1].replace(",", "")) * _SCALES.get((match[2] or "").lower(), 1.0) if match else NAN


def popularity(said: object, ratings: int | None) -> float:
    """How often it was bought or wanted; where nothing says so, how many people rated it."""
    found = number(said)
    return found if found >= 0 else NAN if ratings is None else float(ratings)


def days(said: object) -> float:
    """A date as days since 1970-01-01: ISO 8601 ("2011-03-01T09:00Z"), "2011/3/1", "2011-03", 2011; else NaN.

    Of a month or a year alone, its first day."""
    text = f"{said:.0f}" if isinstance(said, float) and math.isfinite(said) else said
    match = _DATE.match(text.strip()) if isinstance(text, str) else None
    if not match or not 1900 <= int(match[1]) <= 2200:
        return NAN
    try:
        return float(date(int(match[1]), int(match[2] or 1), int(match[3] or 1)).toordinal() - _EPOCH)
    except ValueError:
        return NAN


_EPOCH = date(1970, 1, 1).toordinal()


def margin(said: object, cost: object, price: float) -> float:
    """The share of the price that is earned, -1 … 1; said as a share or per cent, or else found from the cost."""
    share = number(said)
    if math.isnan(share):
        spent = number(cost)
        share = (price - spent) / price if price > 0 and spent >= 0 else NAN
    elif abs(share) > 1:
        share /= 100
    return min(max(share, -1.0), 1.0) if not math.isnan(share) else NAN


def stock(product: Product) -> float:
    """The chance to get it, 1 in stock … 0 out; of several variants the share that can be had."""
    own = product.availability
    said: Iterable[Availability | None] = (variant.availability or own for variant in product.variants)
    known = [OBTAINABLE[each] for each in (said if product.variants else (own,)) if each is not None]
    return sum(known) / len(known) if known else NAN


def lowest_price(product: Product) -> float:
    """The least that it is sold for, in major units."""
    offers = [variant.price or product.price for variant in product.variants] or [product.price]
    return min((price.major for price in offers if price is not None), default=NAN)
