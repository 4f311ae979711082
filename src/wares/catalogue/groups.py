"""Rows of one group → one product with variants.

What all rows of a group say alike is the product's; what differs is the variant's: attributes become its options.
Rows of a group need not stand together: they wait in a private temporary SQLite database, which SQLite keeps in
memory while small and spills to disk when not.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, cast

import msgspec

from wares.catalogue.values import option_text
from wares.errors import CatalogueError
from wares.records import AttributeValue, Availability, Price, Product, Variant

#: The attribute that keeps a price above the present one; it tells no variants apart.
REGULAR_PRICE = "regular_price"
_BATCH = 1000


def merge(key: str, rows: Sequence[Product], parent: Product | None = None) -> Product:
    """One product with the id ``key`` from its variants' rows, and its own row if it has one.

    Its price is the parent's or the lowest; a variant keeps the price, availability, media and attributes in which it
    differs from the product. Raises :class:`CatalogueError` when none has a title.
    """
    base = parent or rows[0]
    if parent:
        attributes = parent.attributes
    else:
        attributes = {
            name: value
            for name, value in base.attributes.items()
            if all(row.attributes.get(name) == value for row in rows)
        }
    options = [_options(row, attributes) for row in rows]
    title = base.title if parent and parent.title else _common_title(rows, options)
    if not title:
        raise CatalogueError("no title")
    price = base.price if parent and parent.price else _lowest(rows)
    availability = base.availability if parent and parent.availability else _any_available(rows)
    shared = [medium for medium in rows[0].media if all(medium in row.media for row in rows)] if not parent else []
    media = dict.fromkeys([*(parent.media if parent else ()), *shared])
    first: dict[str, Any] = {
        field: next((value for row in (base, *rows) if (value := getattr(row, field)) not in ("", (), None)), default)
        for field, default in (("description", ""), ("brand", ""), ("category", ()), ("url", ""))
    }
    relations: dict[str, tuple[str, ...]] = {}
    for row in (base, *rows):
        for kind, ids in row.relations.items():
            relations[kind] = tuple(dict.fromkeys((*relations.get(kind, ()), *ids)))
    rated = next((row for row in (base, *rows) if row.rating is not None), base)
    return Product(
        id=key,
        title=title,
        attributes=attributes,
        price=price,
        availability=availability,
        rating=rated.rating,
        rating_count=rated.rating_count,
        media=tuple(media),
        relations=relations,
        variants=tuple(
            Variant(
                id=row.id,
                options=chosen,
                price=row.price if row.price != price else None,
                availability=row.availability if row.availability != availability else None,
                media=tuple(medium for medium in row.media if medium not in media),
            )
            for row, chosen in zip(rows, options, strict=True)
        ),
        **first,
    )


def _options(row: Product, shared: Mapping[str, AttributeValue]) -> dict[str, str]:
    named = row.variants[0].options if row.variants else {}
    differing = {
        name: option_text(value)
        for name, value in row.attributes.items()
        if shared.get(name) != value and name != REGULAR_PRICE
    }
    return {**named, **differing}


def _lowest(rows: Sequence[Product]) -> Price | None:
    return min((row.price for row in rows if row.price), key=lambda price: price.amount, default=None)


def _any_available(rows: Sequence[Product]) -> Availability | None:
    found = {row.availability for row in rows}
    if len(found) == 1:
        return found.pop()
    return "in_stock" if "in_stock" in found else None


def _common_title(rows: Sequence[Product], options: Sequence[dict[str, str]]) -> str:
    """The title without the words of the options ("Shirt - Red / S" → "Shirt") if all rows then agree, else the
    first one."""
    titles = [row.title for row in rows if row.title]
    bare = {_without(row.title, chosen.values()) for row, chosen in zip(rows, options, strict=True)}
    return bare.pop() if len(bare) == 1 and all(bare) else next(iter(titles), "")


def _without(title: str, words: Iterable[str]) -> str:
    for word in words:
        title = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", title, flags=re.IGNORECASE)
    title = re.sub(r"\(\s*\)|\[\s*\]", " ", title)
    title = re.sub(r"([-–—/|,])(?:\s+[-–—/|,])+", r"\1", title)
    return " ".join(title.split()).strip("-–—/|,: ")


class Group(NamedTuple):
    """The rows of one product: ``line`` where the first one begins, the parent's own row if there is one."""

    key: str
    line: int
    parent: Product | None
    rows: list[Product]

    def product(self) -> Product:
        """The one product they make. A row that names no group and that no row names is a product by itself."""
        if self.rows:
            return merge(self.key, self.rows, self.parent)
        return cast(Product, self.parent)


class Spool:
    """Rows that wait until their groups are complete; closed, it leaves nothing behind."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", check_same_thread=False)  # "": a temporary one
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE row (n INTEGER PRIMARY KEY, key TEXT, line INTEGER, member, body BLOB)")
        self._waiting: list[tuple[str, int, bool, bytes]] = []
        self._encode = msgspec.msgpack.Encoder().encode

    def add(self, group: str, line: int, row: Product) -> None:
        """Keep a row: a variant of ``group``, or, when that is "", a product or parent."""
        self._waiting.append((group or row.id, line, bool(group), self._encode(row)))
        if len(self._waiting) >= _BATCH:
            self._write()

    def _write(self) -> None:
        self._database.executemany("INSERT INTO row (key, line, member, body) VALUES (?, ?, ?, ?)", self._waiting)
        self._waiting.clear()

    def groups(self) -> Iterator[Group]:
        """Every group, in the order in which they began."""
        self._write()
        decode = msgspec.msgpack.Decoder(Product).decode
        self._database.execute("CREATE INDEX by_key ON row (key, n)")
        rows = self._database.execute(
            "SELECT key, line, member, body FROM (SELECT key, min(n) AS first FROM row GROUP BY key)"
            " JOIN row USING (key) ORDER BY first, n"
        )
        for key, together in groupby(rows, key=lambda row: cast(str, row[0])):
            parent, members, began = None, [], 0
            for _, line, member, body in together:
                began = began or line
                if member:
                    members.append(decode(body))
                else:
                    parent = decode(body)
            yield Group(key, began, parent, members)

    def close(self) -> None:
        self._database.close()
