"""What things cost in a catalogue: what "cheap" means for a dress and for a car."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from wares.index.base import fold

if TYPE_CHECKING:
    from wares.records import Product

#: Prices are counted in steps of 5 %, for so many categories at most.
STEP, MAX_LEAVES = math.log(1.05), 4_000


class Prices(msgspec.Struct):
    """How many products cost how much: category path → step → products; "" has all of them. ``currencies`` counts."""

    leaves: dict[str, dict[str, int]] = {}
    currencies: dict[str, int] = {}

    def take(self, product: Product) -> None:
        """Count a product at its lowest price."""
        found = [variant.price or product.price for variant in product.variants] or [product.price]
        priced = [price for price in found if price is not None and price.amount > 0]
        if not priced:
            return
        lowest = min(priced, key=lambda price: price.major)
        if lowest.currency:
            self.currencies[lowest.currency] = self.currencies.get(lowest.currency, 0) + 1
        step = str(round(math.log(lowest.major) / STEP))
        steps = [one.strip() for name in product.category for one in name.split("/") if one.strip()]
        path = fold("/".join(steps))
        for leaf in {"", path}:
            if leaf in self.leaves or len(self.leaves) < MAX_LEAVES:
                counts = self.leaves.setdefault(leaf, {})
                counts[step] = counts.get(step, 0) + 1

    def joined(self, other: Prices) -> Prices:
        """The counts of both."""
        leaves = dict(other.leaves)
        for leaf, counts in self.leaves.items():
            leaves[leaf] = _added(leaves.get(leaf, {}), counts)
        return Prices(leaves, _added(other.currencies, self.currencies))

    def quantile(self, share: float, paths: tuple[str, ...] = ()) -> float | None:
        """The price that ``share`` of the products below some category paths stay under, to two digits; None when
        fewer than four of them have a price."""
        counts: dict[str, int] = {}
        for path in paths or ("",):
            for leaf, own in self.leaves.items() if path else [("", self.leaves.get("", {}))]:
                if leaf == path or leaf.startswith(f"{path}/"):
                    counts = _added(counts, own)
        total, seen = sum(counts.values()), 0
        if total < 4:
            return None
        for step in sorted(counts, key=int):
            seen += counts[step]
            if seen >= share * total:
                return _round(math.exp(int(step) * STEP))
        return None


def _round(price: float) -> float:
    """Two digits that count, upwards."""
    digits = 1 - math.floor(math.log10(price))
    scale = 10.0**digits
    return round(math.ceil(price * scale - 1e-9) / scale, 6)


def _added(one: dict[str, int], two: dict[str, int]) -> dict[str, int]:
    return {**one, **{key: one.get(key, 0) + count for key, count in two.items()}}
