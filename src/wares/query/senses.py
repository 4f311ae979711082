"""What a phrase can mean in a catalogue: the values of its fields, by every name they go by.

A value is called by its own words, by its other names in the dictionary of two languages, and by what it is a kind
of: "navy blue" is a blue, a girl is a child, "Shirts & Tops" are tops.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import msgspec

from wares.encoders.dictionary import Names, Sort, rows
from wares.query.kinds import UNSPOKEN, kind_of, sort_of
from wares.query.reading.text import fold, key
from wares.records import ChipKind

#: A phrase that means more values of a field than this means none.
MAX_MEANT = 64
#: Values are called by no more words than this.
MAX_PHRASE = 6
#: A field of many values, nearly each of another product, names products and says nothing of them.
NAMING_VALUES, NAMING_SHARE = 100, 0.5

#: Values that say something only with the name of their field, which is then what is looked up.
SAID_OF_ANYTHING = frozenset(("true", "yes", "是", "有", "false", "no", "否", "无", "n/a", "none", "other", "其他"))
TRUE = frozenset(("true", "yes", "是", "有"))

_PARTS = re.compile(r"\s*(?:[/&,;、，|+]|\band\b)\s*")
#: Who is meant by whom: a question for the first also means goods for the others.
_COVERS = (
    ("women", "unisex", "adults"),
    ("men", "unisex", "adults"),
    ("boys", "kids", "toddler"),
    ("girls", "kids", "toddler"),
    ("kids", "boys", "girls", "toddler", "teenagers"),
    ("baby", "newborn", "toddler"),
    ("toddler", "baby", "kids"),
)
#: Materials by what they are kinds of.
_MATERIALS = {
    "metal": "steel|stainless steel|aluminium|aluminum|iron|brass|copper|bronze|zinc|chrome|titanium|nickel|alloy",
    "steel": "stainless steel|carbon steel|galvanized steel",
    "wood": "oak|pine|walnut|beech|birch|maple|teak|cedar|bamboo|plywood|mdf|hardwood|solid wood",
    "plastic": "acrylic|pvc|vinyl|polypropylene|polyethylene|polycarbonate|abs|resin",
}
#: What people call themselves beside what the dictionary has.
_PEOPLE = {"women": "女装 女鞋", "men": "男装 男鞋", "kids": "童装 童鞋 小童 大童", "baby": "新生儿"}


class Value(msgspec.Struct, array_like=True, gc=False):
    """A value of a field as it is learnt: how it is spelled, how it is looked up, how many products have it."""

    spelling: str
    key: str
    count: int


class Meant(NamedTuple):
    """The values of one field that a phrase means. ``own``: the phrase is the value itself or a name of it, and which
    value that is; "" when the phrase only covers it."""

    own: str
    values: tuple[str, ...]


def names(field: str, value: str, known: Value) -> Iterator[tuple[str, bool]]:
    """The keys that a value is called by, and whether they name the value itself (or only what it is a kind of)."""
    if value in SAID_OF_ANYTHING:
        return
    kind = kind_of(field)
    last = known.spelling.rpartition("/")[2] if kind == "category" else known.spelling
    own = key(last) if kind == "category" else known.key
    parts = _PARTS.split(fold(last)) if kind in ("category", "colour") else []
    if own and (len(parts) < 2 or kind == "category"):  # "Black/Red" is no colour that anybody names
        yield own, True
    for row in _rows_of(sort_of(field), own):
        yield from ((name, True) for name in _keys_of(row))
    if len(parts) > 1:
        yield from ((key(part), False) for part in parts if part)
    yield from ((name, False) for name in _covering(kind, own, parts))


def _covering(kind: ChipKind, own: str, parts: Sequence[str]) -> Iterator[str]:
    """The keys of what a value is a kind of."""
    if kind == "colour":
        for part in parts:
            yield from _heads(key(part))
    elif kind in ("gender", "age"):
        yield from _people(own)
    elif kind == "material":
        yield from _kinds_of_material().get(own, ())


def index(fields: Mapping[str, Mapping[str, Value]], holders: Mapping[str, int]) -> dict[str, dict[str, Meant]]:
    """What each phrase means: field → values. ``holders``: how many products have a field."""
    found: dict[str, dict[str, tuple[list[str], list[str]]]] = {}
    for field, values in fields.items():
        if field in UNSPOKEN or _names_products(field, values, holders.get(field, 0)):
            continue
        for value, known in values.items():
            if value in TRUE and len(values) <= 2:
                found.setdefault(key(field), {}).setdefault(field, ([], []))[0].append(value)
            for name, own in names(field, value, known):
                if name and name.count(" ") < MAX_PHRASE:
                    lists = found.setdefault(name, {}).setdefault(field, ([], []))
                    lists[not own].append(value)
    return {name: dict(_meant(meant, fields)) for name, meant in found.items()}


def _meant(
    meant: Mapping[str, tuple[list[str], list[str]]], fields: Mapping[str, Mapping[str, Value]]
) -> Iterator[tuple[str, Meant]]:
    for field, (named, covered) in meant.items():
        values = tuple(sorted({*named, *covered}))
        if len(values) <= MAX_MEANT:
            counts = fields[field]
            own = max(named, key=lambda value: (counts[value].count, value), default="")
            yield field, Meant(own, values)


def _names_products(field: str, values: Mapping[str, Value], holders: int) -> bool:
    if kind_of(field) in ("brand", "category"):
        return False
    return len(values) > NAMING_VALUES and len(values) > NAMING_SHARE * holders


# -- the dictionary ---------------------------------------------------------------------------------------------


def _rows_of(sort: Sort, own: str) -> tuple[Names, ...]:
    return _by_key(sort).get(own, ())


@cache
def _by_key(sort: Sort) -> dict[str, tuple[Names, ...]]:
    found: dict[str, tuple[Names, ...]] = {}
    for row in rows(sort):
        for name in _keys_of(row):
            found[name] = (*found.get(name, ()), row)
    return found


@cache
def _keys_of(row: Names) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key(name) for name in (*row.english, *row.chinese)))


def _heads(own: str) -> Iterable[str]:
    """The plain colour at the end of a longer name: "navi blue" → "blue" and what else blue is called."""
    pieces = own.split(" ")
    while len(pieces) > 1 and pieces[-1] in ("色", "系"):
        pieces.pop()
    if len(pieces) < 2 or pieces[-2:-1] in (["off"], ["rose"]):
        return ()
    head = pieces[-1]
    found = _rows_of("colour", head)
    return dict.fromkeys([head, *(name for row in found for name in _keys_of(row))]) if found else ()


def _people(own: str) -> Iterable[str]:
    """The names of all who mean, among others, those that a value names: "girl" → "girls", "kids", "children", …"""
    return dict.fromkeys(name for group in _groups().get(own, ()) for name in _called(group))


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """The names of people, and the groups whose goods they are meant for."""
    meaning: dict[str, tuple[str, ...]] = {}
    for group in _COVERS:
        for named in group:
            for name in _called(named):
                meaning[name] = (*meaning.get(name, ()), group[0])
    return meaning


@cache
def _kinds_of_material() -> dict[str, tuple[str, ...]]:
    """Materials, and the names of what they are kinds of: "stainless steel" → "steel", "metal", "金属", …"""
    found: dict[str, tuple[str, ...]] = {}
    for kind, materials in _MATERIALS.items():
        called = tuple(
            dict.fromkeys([key(kind), *(name for row in _rows_of("value", key(kind)) for name in _keys_of(row))])
        )
        for material in materials.split("|"):
            found[key(material)] = (*found.get(key(material), ()), *called)
    return found


@cache
def _called(group: str) -> tuple[str, ...]:
    found = [name for row in _rows_of("value", key(group)) for name in _keys_of(row)]
    return tuple(dict.fromkeys([key(group), *found, *map(key, _PEOPLE.get(group, "").split())]))
