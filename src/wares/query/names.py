"""Which field is meant by a name: as it is called, in another spelling, or under another usual name."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from wares.errors import QueryError
from wares.index.base import FieldSpec, FieldType

#: Fields that every shop has. An attribute of the same name is reached as "attributes.<name>".
CORE_FIELDS: Mapping[str, FieldType] = {
    "id": "keyword",
    "brand": "keyword",
    "category": "keyword",
    "availability": "keyword",
    "currency": "keyword",
    "price": "number",
    "rating": "number",
    "rating_count": "number",
}

#: Names for the same thing. A name that is no field of a shop stands for the first of its row that is.
SAME: tuple[tuple[str, ...], ...] = (
    ("brand", "vendor", "manufacturer", "品牌", "牌子"),
    ("category", "categories", "product_type", "类别", "類別", "分类", "分類", "品类"),
    ("price", "cost", "价格", "價格", "价钱"),
    ("currency", "货币", "貨幣", "币种"),
    ("rating", "stars", "评分", "評分"),
    ("rating_count", "reviews", "review_count", "评论数", "評論數"),
    ("availability", "stock", "库存", "庫存"),
    ("colour", "color", "颜色", "顏色"),
    ("size", "尺码", "尺碼", "尺寸"),
    ("material", "fabric", "材质", "材質", "材料", "面料"),
    ("gender", "sex", "性别", "性別"),
    ("weight", "重量"),
    ("season", "季节", "季節"),
)

_CATEGORY = frozenset(next(row for row in SAME if row[0] == "category"))
_ALIASES = {name: row for row in SAME for name in row}
_PREFIXES = ("attributes", "options")


def resolve(name: str, fields: Mapping[str, FieldSpec]) -> str:
    """The field that is meant: ``Colour``, ``color``, ``颜色`` and ``attributes.colour`` are ``colour`` where a shop
    has that. :class:`QueryError` with the nearest names when it is none."""
    known = {**CORE_FIELDS, **fields}
    found = next((candidate for candidate in _candidates(name) if candidate in known), None)
    if found is None:
        near = difflib.get_close_matches(plain(name), known, n=3, cutoff=0.6)
        hint = f"did you mean {', '.join(near)}?" if near else f"fields here: {_some(sorted(known))}"
        raise QueryError(f"unknown field {_short(name)}; {hint}")
    return found


def resolve_sort(sort: str, fields: Mapping[str, FieldSpec]) -> str:
    """The order that is meant by "price" or "-price" (dearest first); "" stays. It needs a number field."""
    if not sort:
        return ""
    sign = "-" if sort.startswith("-") else ""
    name = resolve(sort.removeprefix("-"), fields)
    if kind(name, fields) != "number":
        numbers = sorted(field for field in {*CORE_FIELDS, *fields} if kind(field, fields) == "number")
        raise QueryError(f"cannot sort by {name}, which is no number; number fields: {_some(numbers)}")
    return sign + name


def kind(name: str, fields: Mapping[str, FieldSpec]) -> FieldType:
    """The type of a resolved field."""
    return fields[name].type if name in fields else CORE_FIELDS[name]


def is_category(name: str) -> bool:
    """Whether a name means the category."""
    return plain(name) in _CATEGORY


def plain(name: str) -> str:
    """The spelling in which fields are kept: no case, no dots, underscores for blanks."""
    return "_".join(name.casefold().replace(".", " ").split())


def field_name(name: str) -> str:
    """The name under which an attribute or option is filtered: without case, and never one of the core fields."""
    own = plain(name)
    return f"attributes.{own}" if own in CORE_FIELDS else own


def _candidates(name: str) -> Iterator[str]:
    yield name
    prefix, _, rest = name.partition(".")
    if rest and prefix.casefold() in _PREFIXES:
        own = plain(rest)
        yield f"attributes.{own}"
        yield from (one for one in (own, *_ALIASES.get(own, ())) if one not in CORE_FIELDS)
    else:
        own = plain(name)
        yield own
        yield from _ALIASES.get(own, ())


def _some(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _short(name: str) -> str:
    return repr(name if len(name) <= 40 else name[:39] + "…")
