"""Whether one filter implies another, so that a rule for ``brand = "Puma"`` fires where a shopper asked for that and
a price besides.

What is said to be implied is; something implied may be missed (``price < 5 OR price >= 5`` is not seen to be always
true). Both filters must be checked ones: the same names for the same fields, values in the form of their fields.
"""

from __future__ import annotations

from collections.abc import Iterator

from wares.index.base import fold
from wares.records import AllOf, AnyOf, Compare, Exists, Filter, In, Not, Scalar, Under


def implies(asked: Filter, wanted: Filter) -> bool:
    """Whether everything that passes ``asked`` is bound to pass ``wanted``."""
    if asked == wanted:
        return True
    match asked, wanted:
        case _, AllOf(items):
            return all(implies(asked, item) for item in items)
        case AnyOf(items), _:
            return all(implies(item, wanted) for item in items)
        case _, AnyOf(items) if any(implies(asked, item) for item in items):
            return True
        case AllOf(items), _:
            return any(implies(item, wanted) for item in items)
        case Not(item), Not(inner):
            return implies(inner, item)
    return _atom(asked, wanted)


def _atom(asked: Filter, wanted: Filter) -> bool:
    """The same of conditions on one field."""
    match asked, wanted:
        case Under(path), Under(wider):
            return [fold(step) for step in path[: len(wider)]] == [fold(step) for step in wider]
        case Under(), Exists("category"):
            return True
        case In(field, values), _ if values:
            return all(_one(Compare(field, "=", value), wanted) for value in values)
        case Compare(), _:
            return _one(asked, wanted)
    return False


def _one(asked: Compare, wanted: Filter) -> bool:
    match wanted:
        case In(field, values):
            return field == asked.field and asked.operator == "=" and _same(asked.value) in map(_same, values)
        case Exists(field):
            return field == asked.field
        case Compare(field, operator, value) if field == asked.field:
            return _compared(asked, operator, value)
    return False


def _compared(asked: Compare, operator: str, value: Scalar) -> bool:
    """Of two comparisons of one field: whether the first implies the second."""
    own, bound = _same(asked.value), _same(value)
    if asked.operator == operator and own == bound:
        return True
    if operator == "=" or asked.operator == "!=" or isinstance(own, str) or isinstance(bound, str):
        return False
    (low, from_low), (high, to_high) = _range(asked.operator, own)
    match operator:
        case "<":
            return high < bound or (high == bound and not to_high)
        case "<=":
            return high <= bound
        case ">":
            return low > bound or (low == bound and not from_low)
        case ">=":
            return low >= bound
    within = low < bound < high or (bound == low and from_low) or (bound == high and to_high)
    return not within


def _range(operator: str, value: float) -> tuple[tuple[float, bool], tuple[float, bool]]:
    """The bounds that a number has, and whether each is itself allowed."""
    low = (value, operator != ">") if operator in ("=", ">", ">=") else (float("-inf"), False)
    high = (value, operator != "<") if operator in ("=", "<", "<=") else (float("inf"), False)
    return low, high


def _same(value: Scalar) -> Scalar:
    """The form in which values are compared."""
    return fold(value) if isinstance(value, str) else value


def atoms(where: Filter) -> Iterator[Filter]:
    """The conditions that a filter is made of."""
    match where:
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from atoms(item)
        case Not(item):
            yield from atoms(item)
        case _:
            yield where


def equalities(where: Filter) -> Iterator[tuple[str, Scalar]]:
    """The fields and values that a filter says with ``=`` or ``IN``."""
    for atom in atoms(where):
        match atom:
            case Compare(field, "=", value):
                yield field, _same(value)
            case In(field, values):
                yield from ((field, _same(value)) for value in values)
