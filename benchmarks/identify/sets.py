"""Three catalogues, and photos that are not in them, of which the truth is known.

``groceries``  81 products with an iconic picture each; phone photos of them in shops ask
``clothing``   clothes photographed by people at home, a product a photo; the people are parted in halves
``fashion``    a fashion catalogue; a fifth of its products asks, whole groups of equal titles or pictures
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.alignment import splits
from benchmarks.alignment.features import Pictured
from benchmarks.catalogues import Archive
from benchmarks.pictures import Set
from wares.records import Media, Product

Half = Literal["tune", "report"]


class Photo(NamedTuple):
    """A picture that asks, and what is true of it: the values of fields, "" for what is not known, and the product's
    id if the shop has it."""

    id: str
    path: Path
    truth: Mapping[str, str]
    product: str = ""


class Subject(NamedTuple):
    """A catalogue and who asks it."""

    name: str
    products: Sequence[Product]
    photos: Sequence[Photo]
    about: str


def groceries(data: Path, scratch: Path) -> Subject:
    """The iconic pictures are the shop, phone photos ask."""
    archive, folder = Archive(data, "grocery.dev.zip"), scratch / "pictures" / "grocery"
    rows = list(archive.rows("products.csv"))
    kind = {row["id"]: row["category"] for row in rows}
    judged = archive.judgments("image_qrels.tsv")
    exact = {question: id for question, gains in judged.items() for id, gain in gains.items() if gain == 3}
    photos = [
        Photo(question, archive.unpack(member, folder), {"category": kind[exact[question]]}, exact[question])
        for question, member in archive.pairs("image_queries.tsv").items()
    ]
    products = [_product(row, archive.unpack(row["image"], folder)) for row in rows]
    return Subject("groceries", products, photos, "phone photos in shops against iconic pictures")


def clothing(data: Path, scratch: Path) -> Subject:
    """The photos of one half of the people are the shop, those of the other half ask."""
    archive, folder = Archive(data, "clothing_cc0.dev.zip"), scratch / "pictures" / "clothing"
    rows = [(row, archive.unpack(row["image"], folder)) for row in archive.rows("products.csv")]
    asks = {row["sender_id"]: not _even(f"sender {row['sender_id']}") for row, _ in rows}
    products = [_product(row, path) for row, path in rows if not asks[row["sender_id"]]]
    photos = [Photo(row["id"], path, {"category": row["category"]}) for row, path in rows if asks[row["sender_id"]]]
    return Subject("clothing", products, photos, "photos taken at home, by other people than the shop's")


def fashion(data: Path, scratch: Path) -> Subject:
    """A fifth of the products asks, the rest are the shop."""
    archive, folder = Archive(data, "fashion_kagl.dev.zip"), scratch / "pictures" / "fashion_kagl"
    rows = [(row, archive.unpack(row["image"], folder)) for row in archive.rows("products.csv")]
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for _, path in rows]
    whole = Set(data / "fashion_kagl.dev.zip")
    out = set(splits.held_out(Pictured("fashion", whole, (), np.zeros((0, 0), np.float32), digests), 1))
    products = [_product(row, path) for at, (row, path) in enumerate(rows) if at not in out]
    photos = [Photo(row["id"], path, _truth(row)) for at, (row, path) in enumerate(rows) if at in out]
    return Subject("fashion", products, photos, "product photos of titles that the shop does not have")


SUBJECTS: Mapping[str, Callable[[Path, Path], Subject]] = {
    "groceries": groceries,
    "clothing": clothing,
    "fashion": fashion,
}
_ATTRIBUTES = ("colour", "gender", "season", "usage")


def half(photos: Sequence[Photo], which: Half) -> list[Photo]:
    """Photos by the hash of their ids: one half to choose by, the other to report."""
    return [photo for photo in photos if _even(photo.id) == (which == "tune")]


def _truth(row: Mapping[str, str]) -> dict[str, str]:
    told = {name: row.get(name, "") for name in ("category", "brand", *_ATTRIBUTES)}
    return {name: "" if value == "NA" else value for name, value in told.items()}


def _product(row: Mapping[str, str], picture: Path) -> Product:
    truth = _truth(row)
    return Product(
        id=row["id"],
        title=row["title"],
        description=row["description"],
        brand=truth["brand"],
        category=tuple(step for step in truth["category"].split("/") if step),
        attributes={name: truth[name] for name in _ATTRIBUTES if truth[name]},
        media=(Media(str(picture)),),
    )


def _even(text: str) -> bool:
    return hashlib.md5(text.encode()).digest()[0] % 2 == 0
