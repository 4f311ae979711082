"""How large a filter may be, so that no question can stall a shop."""

from __future__ import annotations

from wares.errors import QueryError
from wares.records import AllOf, AnyOf, Filter, Not

#: Characters of a filter in words, or of one text in JSON.
MAX_LENGTH = 2000
#: Levels of conditions within conditions.
MAX_DEPTH = 32
#: Conditions and values of a filter in JSON.
MAX_ITEMS = 2000


def bounded(where: Filter) -> Filter:
    """The filter itself, unless it is nested too deep for :class:`QueryError`."""
    level: tuple[Filter, ...] = (where,)
    for _ in range(MAX_DEPTH):
        level = tuple(part for item in level for part in _parts(item))
        if not level:
            return where
    raise QueryError(f"the filter is nested more than {MAX_DEPTH} levels deep")


def _parts(item: Filter) -> tuple[Filter, ...]:
    match item:
        case Not(inner):
            return (inner,)
        case AllOf(items) | AnyOf(items):
            return items
        case _:
            return ()
