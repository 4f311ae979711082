"""Which fields products have, of which type, and in which form their values are kept for filtering.

A field's type is decided by the batch of points in which it first appears: a number if every value there is a
number, a boolean if every value is a boolean, else a keyword. It stays so, or one bad row ("N/A") would take
``weight < 5`` away from a whole shop. A later value that does not fit is brought into the type where that is plain
(``"12.5"`` in a number field, ``42`` in a keyword field); where it is not, the product is indexed without that value
and a warning is logged. Blank texts, empty lists and numbers that are not finite are no values.

A field's level is "offer" as soon as the offers of any product differ in it: then every product keeps it on its
offers, with what they inherit. What all offers of every product agree in, as they must where each has one, is kept on
the product. So every field is read in one place only, and shops without variants ask nothing of offers at all.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Literal, TypeAlias

import msgspec

from wares.errors import QueryError
from wares.index.base import FieldSpec, FieldType, FieldValue, Point, fold
from wares.records import Scalar

#: How many fields an index makes fast. Feeds have thousands of attributes, most of them of a few products; Qdrant's
#: engine spends 5 MB of memory and of disk on the index of a field, however small.
COMMON = 32

_log = logging.getLogger(__name__)

Level: TypeAlias = Literal["product", "offer"]
Values: TypeAlias = dict[str, FieldValue]


class Stored(msgspec.Struct):
    """A point's filter values in stored form: ``fields`` of product level, ``offers`` with what they inherit.

    ``shown`` holds, per field, the spelling of those keywords that do not read as they are stored.
    """

    fields: Values
    offers: list[Values]
    shown: dict[str, dict[str, str]]

    def spelling(self, field: str, value: str) -> str:
        """How this product writes a stored keyword."""
        return self.shown.get(field, {}).get(value, value)


class Schema(msgspec.Struct, frozen=True):
    """The fields seen so far, common ones first. It never changes; :meth:`learn` and :meth:`ranked` give new ones."""

    specs: Mapping[str, FieldSpec] = {}

    @property
    def common(self) -> frozenset[str]:
        """The first :data:`COMMON` fields: those an index makes fast."""
        return frozenset(islice(self.specs, COMMON))

    def ranked(self, counts: Mapping[str, int]) -> Schema:
        """The schema in the order of how many points have a field; ``self`` when that makes no difference."""
        ranked = Schema(dict(sorted(self.specs.items(), key=lambda named: -counts.get(named[0], 0))))
        return self if ranked.common == self.common else ranked

    def learn(self, points: Sequence[Point]) -> Schema:
        """The schema after these points have been seen; ``self`` when they bring nothing new. Of several new fields
        those come first that more of the points have."""
        found: dict[str, set[FieldType]] = {}
        seen: Counter[str] = Counter()
        differing: set[str] = set()
        for point in points:
            views = _views(point)
            names = {name for view in views for name in view}
            seen.update(names)
            differing.update(name for name in names if _differ(views, name))
            for view in views:
                for name, value in view.items():
                    found.setdefault(name, set()).update(_types(value))
        specs = dict(self.specs)
        for name in sorted(found, key=lambda name: -seen[name]):
            types = found[name]
            old = specs.get(name)
            kind = old.type if old else types.pop() if len(types) == 1 else "keyword"
            level: Level = "offer" if name in differing or (old is not None and old.level == "offer") else "product"
            specs[name] = FieldSpec(name=name, type=kind, level=level)
        return self if specs == self.specs else Schema(specs)

    def store(self, points: Sequence[Point]) -> list[Stored]:
        """The points in stored form. Values that do not fit are left out with one warning per field."""
        misfits: dict[str, tuple[int, FieldValue]] = {}
        stored = [self._store(point, misfits) for point in points]
        for name, (number, value) in misfits.items():
            kind = self.specs[name].type
            _log.warning("product %d cannot be found by %s, a %s field: it has %.40r", number, name, kind, value)
        return stored

    def _store(self, point: Point, misfits: dict[str, tuple[int, FieldValue]]) -> Stored:
        shown: dict[str, dict[str, str]] = {}
        views: list[Values] = []
        for view in _views(point):
            views.append({})
            for name, value in view.items():
                fitted = self._fit(name, value, shown)
                if fitted is None:
                    misfits.setdefault(name, (point.number, value))
                else:
                    views[-1][name] = fitted
        of_offers = {name for view in views for name in view if self.specs[name].level == "offer"}
        return Stored(
            fields={name: value for name, value in views[0].items() if name not in of_offers},
            offers=[{name: value for name, value in view.items() if name in of_offers} for view in views],
            shown=shown,
        )

    def _fit(self, name: str, value: FieldValue, shown: dict[str, dict[str, str]]) -> FieldValue | None:
        if self.specs[name].type != "keyword":
            return None if isinstance(value, list) else fit(value, self.specs[name].type)
        folded: dict[str, str] = {}
        for item in value if isinstance(value, list) else [value]:
            if text := as_text(item):
                folded.setdefault(fold(text), text)
        for key, text in folded.items():
            if key != text:
                shown.setdefault(name, {}).setdefault(key, text)
        return list(folded) if isinstance(value, list) else next(iter(folded))

    def asked(self, name: str, value: Scalar) -> Scalar:
        """The value a filter compares with, in stored form; :class:`QueryError` when the field can never have it."""
        kind = self.specs[name].type
        fitted = fit(value, kind)
        if fitted is None:
            raise QueryError(f"{name} is a {kind} field and cannot be compared with {value!r:.60}")
        return fitted


def fit(value: Scalar, kind: FieldType) -> Scalar | None:
    """A value in the stored form of a type, or None when it has none."""
    if kind == "keyword":
        return fold(as_text(value))
    if kind == "number":
        return as_number(value)
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def as_text(value: Scalar) -> str:
    """A value as a shop would print it: ``42``, ``0.5``, ``true``, or the text itself without outer blanks."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value.strip()
        return (
            text if text.isascii() else text.encode("utf-8", "replace").decode()
        )  # half a surrogate pair is no text
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def as_number(value: Scalar) -> float | None:
    """A finite number, also from text; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _views(point: Point) -> list[Values]:
    """Every offer seen together with the product's fields, without what is no value; at least one."""
    fields = {name: value for name, value in point.fields.items() if _types(value)}
    offers = [{name: value for name, value in offer.items() if _types(value)} for offer in point.offers or ({},)]
    return [{**fields, **offer} for offer in offers]


def _differ(views: Sequence[Values], name: str) -> bool:
    first = views[0].get(name)
    return any(type(view.get(name)) is not type(first) or view.get(name) != first for view in views[1:])


def _types(value: FieldValue) -> Iterable[FieldType]:
    """The type a value speaks for, or nothing for a value that is none."""
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, str):
        return ("keyword",) if value and not value.isspace() else ()
    if isinstance(value, list):
        return ("keyword",) if any(text and not text.isspace() for text in value) else ()
    return ("number",) if as_number(value) is not None else ()
