"""The data sets' products with what their tables say of them beside the titles: colour, gender, attributes, brands.

For searching these columns are left out, as some judgments were made from them. To tell how well a question is read
they are needed: a shop has such fields.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from benchmarks.catalogues import GOODS, Archive, product
from wares.encoders.colour_names import PROTOTYPES
from wares.encoders.tokens import stem, tokens
from wares.records import AttributeValue, Product

#: Sets whose tables have titles only. Attributes are taken from the titles, so that there is something to misread.
TOLD = ("crowdflower", "homedepot")
_TOLD: Mapping[str, tuple[str, ...]] = {
    "colour": tuple(PROTOTYPES),
    "material": (
        "leather",
        "cotton",
        "wool",
        "silk",
        "wood",
        "metal",
        "steel",
        "glass",
        "plastic",
        "ceramic",
        "brass",
    ),
    "gender": ("women", "men", "girls", "boys", "kids", "baby"),
}

#: Columns of the fashion set's table that are attributes.
_FASHION = ("colour", "gender", "season", "usage")


def goods(name: str, data: Path) -> list[Product]:
    """The products of a set of :data:`~benchmarks.catalogues.GOODS` with their attributes."""
    of_set = GOODS[name]
    archive = Archive(data, of_set.file)
    more = _MORE.get(name)
    attributes = more(archive) if more else {}
    found = []
    for row in archive.rows(of_set.table):
        one = product(row)
        extra = dict(attributes.get(one.id, {}))
        extra |= {column: row[column] for column in _FASHION if row.get(column) and name.startswith("fashion")}
        brand = str(extra.pop("brand", "")) or one.brand
        if name in TOLD:
            extra |= told(one.title)
        found.append(msgspec.structs.replace(one, attributes=extra, brand=brand))
    return found


def told(title: str) -> dict[str, AttributeValue]:
    """The colours, materials and people that a title names."""
    said = set(tokens(title))
    found = ((field, tuple(one for one in values if stem(one) in said)) for field, values in _TOLD.items())
    return {field: values for field, values in found if values}


def _icecat(archive: Archive) -> Mapping[str, dict[str, AttributeValue]]:
    """Attributes as the set has them; the first letters of their names tell the type."""
    with gzip.open(io.BytesIO(archive.read("attributes.jsonl.gz")), "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return {row["id"]: {name[7:]: _value(value) for name, value in row["attrs"].items()} for row in rows}


def _value(value: object) -> AttributeValue:
    return value if isinstance(value, bool) else float(value) if isinstance(value, int | float) else str(value)


def _chinese(archive: Archive) -> Mapping[str, dict[str, AttributeValue]]:
    """The first brand that is marked in a title."""
    return {row["id"]: dict(_brand(row["entities"])) for row in archive.rows(GOODS["chinese"].table)}


def _brand(marked: str) -> Iterator[tuple[str, AttributeValue]]:
    brands = [text for kind, text in json.loads(marked or "[]") if kind == "HPPX"]
    yield from (("brand", one) for one in brands[:1])


_MORE: Mapping[str, Callable[[Archive], Mapping[str, dict[str, AttributeValue]]]] = {
    "icecat": _icecat,
    "chinese": _chinese,
}
