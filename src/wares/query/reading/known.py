"""What a reader knows of a shop: which fields it has, of which type, and what their values are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar, cast

from wares.index.base import FieldSpec
from wares.index.fields import as_number
from wares.query.kinds import UNSPOKEN, kind_of
from wares.query.names import SAME, plain
from wares.query.reading.text import key
from wares.query.senses import TRUE
from wares.query.values import Sense, Values
from wares.records import AnyOf, ChipKind, Compare, Filter, In, Under

#: Number fields that tell when a thing came out, by the last word of their names.
_DATES = frozenset(("year", "date", "released", "release", "年份", "上市时间", "上市年份"))
Made = TypeVar("Made")

_UNIT = re.compile(r"_?[(（\[].*$|_(?:mg|g|kg|oz|lbs?|ml|cl|l|mm|cm|m|inch(?:es)?|ft|gb|mb|tb|w|mah|v)$")
_SAME = {name: row for row in SAME for name in row}


class Known:
    """The values of a catalogue, and the fields of its index. Nothing here changes; threads may share it."""

    def __init__(self, values: Values, fields: Mapping[str, FieldSpec]) -> None:
        self.values = values
        self.fields = {name: spec for name, spec in fields.items() if values.holders(name)}
        self._made: dict[Callable[[Known], object], object] = {}

    def once(self, make: Callable[[Known], Made]) -> Made:
        """What ``make`` makes of this, made the first time that it is asked for."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("Made", self._made[make])

    def has(self, field: str) -> bool:
        """Whether products have the field."""
        return field in self.fields

    def numeric(self, field: str) -> bool:
        """Whether products have the field, and it is a number."""
        return field in self.fields and self.fields[field].type == "number"

    def coverage(self, field: str) -> float:
        """The share of the products that have a field."""
        return min(1.0, self.values.holders(field) / max(1, self.values.products))

    def of_kind(self, kind: ChipKind) -> tuple[str, ...]:
        """The fields that are about something, those of most products first."""
        return self._kinds.get(kind, ())

    def named(self, name: str) -> str | None:
        """The field that a name means, also in the other language; None for none."""
        own = plain(name)
        ways = (name, *_SAME.get(own, ()))
        found = (self.names.get(key(way.replace("_", " "))) or (way if way in self.fields else None) for way in ways)
        return next((field for field in found if field), None)

    def senses(self, phrase: str) -> Iterator[Sense]:
        """What a phrase means in the fields that can be filtered by texts."""
        for sense in self.values.senses(phrase):
            if sense.field in self.fields and self.fields[sense.field].type != "number":
                yield sense

    def condition(self, field: str, values: Iterable[str]) -> Filter:
        """``field`` has one of some values, as they are stored."""
        meant = tuple(dict.fromkeys(values))
        if field == "category":
            tops = [path for path in meant if not any(path.startswith(f"{top}/") for top in meant)]
            under = tuple(Under(tuple(path.split("/"))) for path in tops)
            return under[0] if len(under) == 1 else AnyOf(under)
        fitted = tuple(self._fitted(field, value) for value in meant)
        return Compare(field, "=", fitted[0]) if len(fitted) == 1 else In(field, fitted)

    def _fitted(self, field: str, value: str) -> str | float | bool:
        spec = self.fields[field]
        if spec.type == "boolean":
            return value in TRUE
        number = as_number(value) if spec.type == "number" else None
        return value if number is None else number

    @cached_property
    def currencies(self) -> frozenset[str]:
        """The currencies of the prices."""
        return frozenset(self.values.prices.currencies)

    @cached_property
    def date(self) -> str:
        """The number field by which the newest come first; "" for none."""
        return next((name for name in self.fields if self.numeric(name) and name.split("_")[-1] in _DATES), "")

    @cached_property
    def sizes(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The sizes by how they are called: the field and the value. Sizes of number fields are not listed."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for field in self.of_kind("size"):
            for value, known in self.values.of(field):
                if known.key:
                    found[known.key] = (*found.get(known.key, ()), (field, value))
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The fields by how they are called in a question: "screen size" → "screen_size_(inch)"."""
        spoken = (name for name in self.fields if name not in UNSPOKEN)
        return {key(_UNIT.sub("", name.removeprefix("attributes.")).replace("_", " ")): name for name in spoken}

    @cached_property
    def _kinds(self) -> Mapping[ChipKind, tuple[str, ...]]:
        found: dict[ChipKind, list[str]] = {}
        for name in sorted(self.fields, key=lambda name: (-self.values.holders(name), name)):
            if name not in UNSPOKEN:
                found.setdefault(kind_of(name), []).append(name)
        return {kind: tuple(names) for kind, names in found.items()}
