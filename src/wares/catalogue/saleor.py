"""Saleor's demonstration data: a Django fixture, a list of records that refer to each other by model and key.

The fixture names a picture ``products/<name>_<random>.png``; the files beside it are ``placeholders/<name>.png``.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, NamedTuple

import msgspec

from wares.catalogue.base import Reader, Row
from wares.catalogue.feed import Feed
from wares.catalogue.json_stream import elements
from wares.errors import CatalogueError

_RANDOM = re.compile(r"_[A-Za-z0-9]{7}\Z")
_FOLDERS = ("", "placeholders", "products", "media/products", "static/placeholders")
_DEEPEST = 20
_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


class _Record(msgspec.Struct):
    """``model`` is "app.name"; ``fields`` may refer to other records by their ``pk``."""

    model: str
    pk: int | str
    fields: dict[str, Any]


class SaleorReader(Reader):
    """One product a record. A variant is known by its SKU; its attributes, or else its name, are its options."""

    spread: ClassVar[bool] = False

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        fixture = _Fixture(_files(feed.media_root))
        for number, element in elements(io.StringIO(feed.document()), ()):
            try:
                fixture.add(number, msgspec.convert(element, _Record))
            except msgspec.ValidationError as error:
                yield CatalogueError(f"this is no record of a Django fixture: {error}", line=number)
        for product in fixture.tables["product"].values():
            try:
                yield Row(product.line, fixture.product(product))
            except KeyError as missing:
                yield CatalogueError(f"the product refers to {missing}, which is not there", line=product.line)


class _Entry(NamedTuple):
    line: int
    pk: int | str
    fields: dict[str, Any]


class _Fixture:
    """The records by model and key, and what they say of a product together."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.tables: dict[str, dict[int | str, _Entry]] = defaultdict(dict)
        self._files = files
        self._by_owner: dict[str, dict[object, list[_Entry]]] = {}

    def add(self, line: int, record: _Record) -> None:
        self.tables[record.model.rpartition(".")[2]][record.pk] = _Entry(line, record.pk, record.fields)

    def product(self, product: _Entry) -> dict[str, Any]:
        """A product's cells. Raises KeyError for a field or record that is missing."""
        fields = product.fields
        kind = self._fields("producttype", fields["product_type"])["name"]
        collections = [
            self._fields("collection", entry.fields["collection"])["name"]
            for entry in self._of("collectionproduct", product)
        ]
        pictures = sorted(self._of("productimage", product), key=lambda entry: entry.fields.get("sort_order") or 0)
        return {
            "id": str(product.pk),
            "title": fields["name"],
            "description": fields.get("description"),
            "category": self._category(fields["category"]),
            "price": fields.get("price_amount"),
            "currency": fields.get("currency"),
            "attributes": {
                "product_type": kind,
                "collection": collections,
                **self._assigned("assignedproductattribute", "attributeproduct", "product", product),
            },
            "image": [self._picture(entry.fields["image"]) for entry in pictures],
            "variants": [self._variant(variant) for variant in self._of("productvariant", product)],
        }

    def _variant(self, variant: _Entry) -> dict[str, Any]:
        fields = variant.fields
        options = self._assigned("assignedvariantattribute", "attributevariant", "variant", variant)
        return {
            "id": fields["sku"],
            "options": options or ({"variant": fields["name"]} if fields.get("name") else {}),
            "price": fields.get("price_override_amount"),
            "availability": fields.get("quantity", 0) > 0 or not fields.get("track_inventory", True),
        }

    def _fields(self, model: str, pk: int | str) -> dict[str, Any]:
        if pk not in self.tables[model]:
            raise KeyError(f"{model} {pk}")
        return self.tables[model][pk].fields

    def _of(self, model: str, owner: _Entry, role: str = "product") -> list[_Entry]:
        """The records of ``model`` that refer to ``owner``, found by an index made once."""
        if model not in self._by_owner:
            owned: dict[object, list[_Entry]] = defaultdict(list)
            for entry in self.tables[model].values():
                owned[entry.fields[role]].append(entry)
            self._by_owner[model] = owned
        return self._by_owner[model].get(owner.pk, [])

    def _assigned(self, model: str, through: str, role: str, owner: _Entry) -> dict[str, list[str]]:
        """Names and values of the attributes that are assigned to a product or variant."""
        return {
            self._fields("attribute", self._fields(through, entry.fields["assignment"])["attribute"])["name"]: [
                self._fields("attributevalue", value)["name"] for value in entry.fields["values"]
            ]
            for entry in self._of(model, owner, role)
        }

    def _category(self, pk: int | str | None) -> list[str]:
        path: list[str] = []
        while pk is not None and len(path) < _DEEPEST:
            fields = self._fields("category", pk)
            path.insert(0, fields["name"])
            pk = fields.get("parent")
        return path

    def _picture(self, name: str) -> str:
        stem = PurePosixPath(name).stem
        return self._files.get(stem) or self._files.get(_RANDOM.sub("", stem)) or name


def _files(root: str) -> dict[str, str]:
    """Pictures below the folder, by their names without extension."""
    files: dict[str, str] = {}
    for folder in _FOLDERS:
        for path in sorted(Path(root, folder).glob("*")):
            if path.suffix.lower() in _SUFFIXES:
                files.setdefault(path.stem, str(PurePosixPath(folder, path.name)))
    return files
