"""The free sets, read from their zip files: photos of clothes (CC0) and of groceries (MIT)."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from wares import media
from wares.encoders.base import Tower
from wares.errors import CatalogueError, SetupError
from wares.fit.parting import Pictured
from wares.records import Product
from wares.reports import OnProgress, Progress

_AT_ONCE = 64


class FreeSet(NamedTuple):
    """One set: its file and its licence; ``photos`` names the table of further photos of products, if it has one."""

    file: str
    licence: str
    photos: str = ""


SETS: Mapping[str, FreeSet] = {
    "clothing": FreeSet("clothing_cc0.dev.zip", "CC0-1.0"),
    "grocery": FreeSet("grocery.dev.zip", "MIT", photos="natural_images.csv"),
}


def read(folder: Path, name: str, tower: Tower, tell: OnProgress) -> list[Pictured]:
    """The products of a set with the features of their pictures.

    Of the further photos only those count that the set's makers gave for training and that are nobody's questions.
    :class:`SetupError` when the file is missing, :class:`CatalogueError` when it is another.
    """
    path = folder / SETS[name].file
    if not path.exists():
        raise SetupError(f"{path} is missing; docs/alignment.md says which sets the heads are trained on")
    try:
        with zipfile.ZipFile(path) as archive:
            return _pictured(archive, name, tower, tell)
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError, csv.Error) as damage:
        raise CatalogueError(f"not the set {name}: {damage}", source=str(path)) from damage


def _pictured(archive: zipfile.ZipFile, name: str, tower: Tower, tell: OnProgress) -> list[Pictured]:
    tables = [member for member in archive.namelist() if member.endswith("products.csv")]
    root = min(tables).removesuffix("products.csv") if tables else ""
    products = list(_table(archive, f"{root}products.csv"))
    photos: dict[str, list[str]] = {row["id"]: [row["image"]] for row in products}
    if SETS[name].photos:
        asked = {line.split("\t")[1] for line in archive.read(f"{root}image_queries.tsv").decode().splitlines()}
        for row in _table(archive, f"{root}{SETS[name].photos}"):
            if row["official_split"] == "train" and row["split"] == "dev" and row["image"] not in asked:
                photos[row["product_id"]].append(row["image"])
    wanted = [(id, photo) for id, own in photos.items() for photo in own]
    rows: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        features = tower.features([media.decode_image(archive.read(root + photo), name=photo) for _, photo in batch])
        for (id, _), row in zip(batch, features, strict=True):
            rows.setdefault(id, []).append(row)
        tell(Progress(f"pictures of {name}", start + len(batch), len(wanted)))
    return [
        Pictured(_product(row), tuple(f"{name} {photo}" for photo in photos[row["id"]]), np.stack(rows[row["id"]]))
        for row in products
    ]


def _product(row: Mapping[str, str]) -> Product:
    return Product(
        id=row["id"],
        title=row["title"],
        description=row["description"],
        category=tuple(step for step in row["category"].split("/") if step),
    )


def _table(archive: zipfile.ZipFile, member: str) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(archive.read(member).decode()))
