"""Round ranges to count a number field in, as shops show prices: "0-25", "25-50", ..."""

from __future__ import annotations

import math


def edges(low: float, high: float, about: int = 5) -> list[float]:
    """Ascending round numbers that cover ``low`` … ``high`` in about so many steps of 1, 2, 2.5 or 5 × 10ⁿ.

    The last edge lies above ``high``, so that half-open ranges [edge, next edge) hold every value.
    """
    span = max(high - low, abs(high) * 1e-6, 1e-6)
    rough = span / about
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * scale for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * scale >= rough * (1 - 1e-9))
    first = math.floor(low / step)
    last = math.floor(high / step) + 1
    found = [float(f"{place * step:.12g}") for place in range(first, last + 1)]
    # Rounding may have moved an outer edge past the value it is to hold.
    if found[0] > low:
        found[0] = low
    if found[-1] <= high:
        found.append(float(f"{(last + 1) * step:.12g}"))
    return found


def label(low: float, high: float) -> str:
    """A range as it is shown: "25-50" holds 25 and not 50."""
    return f"{low:g}-{high:g}"
