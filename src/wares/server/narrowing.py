"""What is told to a caller that sees a part of the shop, of what is understood by the whole vocabulary of the shop.

A question is put right, and conditions are read out of it, by what all products say. For such a caller a correction
stands only if one of its own products has the words that it leads to, and a condition on a name (a brand, a category,
a value) is told only if one of its own products passes it. So it learns no word of the others. Suggestions need none
of this: :meth:`wares.shop.Shop.suggest` takes the filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from wares.errors import QueryError
from wares.records import Chip, Filter, Not, Query, Results

if TYPE_CHECKING:
    from wares.server.access import Caller
    from wares.server.serving import Serving
    from wares.shop import Shop

#: Chips on numbers, which name nothing.
_NUMBERS = ("price", "rating", "sort", "availability")
#: How often a question is looked at: a correction that is given up may make room for another.
_LOOKS = 3


def vetted(served: Serving, caller: Caller, query: Query) -> Query:
    """A question that is not put right by words of products that the caller does not see."""
    texts = tuple(part for part in query.parts if part.kind == "text" and part.weight > 0)
    if caller.where is None or not query.parse or not texts:
        return query
    for _ in range(_LOOKS):
        asked = msgspec.structs.replace(query, parts=texts, facets=(), sort="", limit=1, offset=0)
        found = served.search(asked).corrections
        strange = [each.said for each in found if not served.shop.count(caller.where, each.meant)]
        if not strange:
            return query
        query = msgspec.structs.replace(query, ignore=(*query.ignore, *strange))
    return msgspec.structs.replace(query, parse=False)


def told(shop: Shop, caller: Caller, results: Results) -> Results:
    """Results with the conditions of which the caller may know."""
    return msgspec.structs.replace(results, chips=known(shop, caller, results.chips))


def known(shop: Shop, caller: Caller, chips: tuple[Chip, ...]) -> tuple[Chip, ...]:
    """The conditions of which the caller may know."""
    if caller.where is None:
        return chips
    return tuple(chip for chip in chips if chip.kind in _NUMBERS or _own(shop, caller, chip.where))


def _own(shop: Shop, caller: Caller, where: Filter | None) -> bool:
    named = where.item if isinstance(where, Not) else where
    try:
        return named is None or shop.count(caller.seen(named)) > 0
    except QueryError:
        return False
