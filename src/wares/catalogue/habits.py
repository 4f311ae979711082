"""How a feed writes things, seen from its first rows: what one cell alone does not tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from wares.catalogue.base import Row
from wares.catalogue.columns import OPTIONS, Columns, plain
from wares.catalogue.prices import decimal_mark
from wares.catalogue.values import is_number

#: Rows that are looked at.
SAMPLED = 200

_FLAGS = frozenset(("true", "false", "True", "False", "TRUE", "FALSE"))
# Digits in these are names, not amounts: 0095205603217 is no number.
_CODES = re.compile(r"(?:^|_)(?:ids?|code|sku|ean|gtin\d*|upc|isbn|asin|mpn|number|no|nr|zip|phone|model)$")
_STEPS = (">", "›", "»", "|")


class Habits(msgspec.Struct, frozen=True):
    """``decimal``: the mark in prices ("" unknown); ``step``: what stands between the steps of a category path
    ("" unknown); ``numbers`` and ``flags``: text columns whose values are all numbers, or all true or false."""

    decimal: str = ""
    step: str = ""
    numbers: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()


def observe(rows: Sequence[Row], columns: Columns, *, typed: bool) -> Habits:
    """The habits of a feed from a sample of its rows. In a ``typed`` format cells know their types."""
    prices = [
        text for name, target in columns.order if target in ("price", "sale_price") for text in _texts(rows, name)
    ]
    paths = [text for name, target in columns.order if target == "category" for text in _texts(rows, name)]
    steps = Counter(step for path in paths for step in _STEPS if step in path)
    numbers, flags = set(), set()
    names = () if typed else dict.fromkeys(name for row in rows for name in row.cells if name not in columns.placed)
    for name in names:
        if plain(name) in OPTIONS or _CODES.search(plain(name)):
            continue
        values = list(_texts(rows, name))
        if values and all(map(is_number, values)):
            numbers.add(name)
        elif values and _FLAGS.issuperset(values):
            flags.add(name)
    step = steps.most_common(1)[0][0] if steps else ""
    return Habits(decimal_mark(prices), step, frozenset(numbers), frozenset(flags))


def _texts(rows: Sequence[Row], column: str) -> Iterator[str]:
    for row in rows:
        value = row.cells.get(column)
        if isinstance(value, str) and (value := value.strip()):
            yield value
