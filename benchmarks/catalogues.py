"""The data sets as products, questions and judgments, read from their zip files.

A set's judgments are TREC qrels with gains 0 to 3. Only the columns named here become part of a product: the sets
also carry columns from which the judgments were made, and those must not be found.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from wares.errors import SetupError
from wares.records import Media, Price, Product

csv.field_size_limit(1 << 24)


class Archive:
    """One data set."""

    def __init__(self, data: Path, file: str) -> None:
        self._path = data / file
        try:
            self._zip = zipfile.ZipFile(self._path)
        except (OSError, zipfile.BadZipFile) as missing:
            raise SetupError(
                f"{self._path} cannot be read ({missing}); say with --data where the data sets lie"
            ) from missing

    def text(self, member: str) -> str:
        """A member's text. Raises as :meth:`read`."""
        return self.read(member).decode()

    def read(self, member: str) -> bytes:
        """A member's bytes. :class:`SetupError` when the set has no such member."""
        try:
            return self._zip.read(member)
        except KeyError as missing:
            raise SetupError(f"{self._path} holds no {member}; it is another version of the data set") from missing

    def rows(self, member: str) -> Iterator[dict[str, str]]:
        """The lines of a CSV table by the names of their columns."""
        yield from csv.DictReader(io.StringIO(self.text(member)))

    def pairs(self, member: str) -> dict[str, str]:
        """A TSV table of two columns: id → text."""
        return dict(line.split("\t") for line in self.text(member).splitlines())

    def judgments(self, member: str) -> dict[str, dict[str, int]]:
        """Gains by question and product."""
        gains: dict[str, dict[str, int]] = {}
        for line in self.text(member).splitlines():
            question, _, product, gain = line.split("\t")
            gains.setdefault(question, {})[product] = int(gain)
        return gains

    def unpack(self, member: str, folder: Path) -> Path:
        """The member as a file in a folder; written when it is not there."""
        target = folder / member
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self._zip.read(member))
        return target


class Goods(msgspec.Struct, frozen=True):
    """Where the products of a set are, and whether their pictures are wanted."""

    file: str
    table: str = "products.csv"
    pictures: bool = False

    def products(self, data: Path, scratch: Path, limit: int | None = None) -> list[Product]:
        """The products in the order of the table, at most ``limit``; pictures are unpacked into ``scratch``."""
        archive = Archive(data, self.file)
        folder = scratch / "pictures" / self.file.removesuffix(".zip")
        found: list[Product] = []
        for row in archive.rows(self.table):
            if limit is not None and len(found) >= limit:
                break
            picture = str(archive.unpack(row["image"], folder)) if self.pictures and row["image"] else ""
            found.append(product(row, picture))
        return found


GOODS: Mapping[str, Goods] = {
    "icecat": Goods("icecat_chorus.dev.zip"),
    "crowdflower": Goods("crowdflower.dev.zip"),
    "chinese": Goods("zh.dev.zip", "taobao_titles_ner.csv"),
    "homedepot": Goods("homedepot.dev.zip"),
    "fashion": Goods("fashion_kagl.dev.zip", pictures=True),
    "fashion titles": Goods("fashion_kagl_text44k.dev.zip", "products_text.csv"),
    "grocery": Goods("grocery.dev.zip", pictures=True),
}


def product(row: Mapping[str, str], picture: str = "") -> Product:
    """A line of a set's table as a product."""
    price = row.get("price", "")
    return Product(
        id=row["id"],
        title=row["title"],
        description=row.get("description", ""),
        brand=row.get("brand", ""),
        category=tuple(step for step in row.get("category", "").split("/") if step),
        price=Price(round(float(price) * 100)) if price else None,
        media=(Media(picture),) if picture else (),
    )
