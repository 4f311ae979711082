"""JSON whose names are columns: one object a line, or an array of objects."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from wares.catalogue.base import Reader, Row
from wares.catalogue.feed import Feed
from wares.catalogue.json_stream import elements
from wares.errors import CatalogueError

#: Where an object that is a whole feed keeps its products.
KEYS = ("products", "items", "data", "results", "rows")


class JsonLinesReader(Reader):
    """One object per line (https://jsonlines.org); a broken line costs that line."""

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        decode = msgspec.json.Decoder().decode
        for number, line in feed.lines():
            if isinstance(line, CatalogueError):
                yield line
                continue
            if line.isspace():
                continue
            try:
                cells = decode(line)
            except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
                yield CatalogueError(f"this is no JSON: {error}", line=number)
                continue
            yield as_row(number, cells)


class JsonReader(Reader):
    """An array of objects, or an object that holds one under a name of ``KEYS``."""

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        with feed.text() as stream:
            for number, cells in elements(stream, KEYS):
                yield as_row(number, cells)


def as_row(number: int, cells: object) -> Row | CatalogueError:
    """A JSON value as a row, if it is an object."""
    if isinstance(cells, dict):
        return Row(number, cells)
    return CatalogueError("a product is a JSON object", line=number)
