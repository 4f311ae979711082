"""Google Merchant feeds as XML: items of RSS 2.0 or entries of Atom, with or without the ``g:`` namespace.

https://support.google.com/merchants/answer/7052112 names the attributes. The tab-separated form of the same feed is
read as a table. Entities and external references are refused (defusedxml).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser

from wares.catalogue.base import Reader, Row
from wares.catalogue.delimited import DelimitedReader
from wares.catalogue.feed import MAX_LINE, UNDECODABLE, Feed
from wares.errors import CatalogueError

_CHUNK = 1 << 16
_DEEPEST = 20
# A private-use character, for undecodable bytes while inside the parser, which takes no surrogates.
_CARRIED = "\U0010fffd"


class MerchantReader(Reader):
    """One item an element; of an element that is there twice, both count."""

    typed: ClassVar[bool] = False

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        if not feed.beginning().lstrip("\ufeff \t\r\n").startswith("<"):
            yield from DelimitedReader().rows(feed)
            return
        parser = make_parser()
        items = _Items(parser)
        parser.setContentHandler(items)
        with feed.text() as stream:
            try:
                while chunk := stream.read(_CHUNK):
                    parser.feed(chunk.replace(UNDECODABLE, _CARRIED))
                    yield from items.take()
                parser.close()
            except SAXParseException as error:
                yield from items.take()
                where = error.getLineNumber()
                raise CatalogueError(f"the XML is not well-formed: {error.getMessage()}", line=where) from error
            except DefusedXmlException as error:
                raise CatalogueError("the XML declares entities, which are not read") from error
            yield from items.take()


class _Items(ContentHandler):
    """Collects the items that the parser comes past; :meth:`take` hands them over."""

    def __init__(self, locator: Locator) -> None:
        super().__init__()
        self._locator = locator
        self._done: list[Row | CatalogueError] = []
        self._line = 0
        self._path: list[str] | None = None
        self._open: list[tuple[list[str], str]] = []
        self._size = 0
        self._cells: dict[str, Any] = {}
        self._google: set[str] = set()

    def take(self) -> list[Row | CatalogueError]:
        """The items completed since the last call."""
        done, self._done = self._done, []
        return done

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        local = name.rpartition(":")[2]
        if self._path is None:
            if local in ("item", "entry"):
                self._path, self._open, self._cells, self._google, self._size = [], [], {}, set(), 0
                self._line = self._locator.getLineNumber() or 0
            return
        if len(self._path) == _DEEPEST:
            raise CatalogueError(f"elements are nested over {_DEEPEST} deep", line=self._line)
        self._path.append(local)
        self._open.append(([], attrs.get("href", "")))

    def characters(self, content: str) -> None:
        if self._path is None or not self._open:
            return
        self._size += len(content)
        if self._size > MAX_LINE:
            raise CatalogueError(f"the item has over {MAX_LINE // 1_000_000} million characters", line=self._line)
        self._open[-1][0].append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        if self._path is None:
            return
        if not self._path:
            self._done.append(Row(self._line, _with_related(_with_details(self._cells))))
            self._path = None
            return
        pieces, href = self._open.pop()
        value = "".join(pieces).strip().replace(_CARRIED, UNDECODABLE) or href
        if value:
            self._put(".".join(self._path), value, name.startswith("g:"))
        self._path.pop()

    def _put(self, name: str, value: str, google: bool) -> None:
        """A value under a name: Google's element counts before RSS's or Atom's own of that name."""
        if name not in self._cells or (google and name not in self._google):
            self._cells[name] = value
        elif google == (name in self._google):
            held = self._cells[name]
            self._cells[name] = [*held, value] if isinstance(held, list) else [held, value]
        if google:
            self._google.add(name)


def _with_details(cells: dict[str, Any]) -> dict[str, Any]:
    """``product_detail`` elements name an attribute and its value: as that attribute."""
    names, values = (cells.get(f"product_detail.attribute_{part}", []) for part in ("name", "value"))
    names, values = ([part] if isinstance(part, str) else part for part in (names, values))
    if names and len(names) == len(values):
        cells = {name: value for name, value in cells.items() if not name.startswith("product_detail.")}
        for name, value in zip(names, values, strict=True):
            cells.setdefault(name, value)
    return cells


def _with_related(cells: dict[str, Any]) -> dict[str, Any]:
    """``related_product`` elements as the tab-separated form of the feed writes them: "accessory:id:A7"."""
    parts = [
        cells.get(f"related_product.{part}", []) for part in ("relationship_type", "identifier_type", "identifier")
    ]
    kinds, types, ids = ([part] if isinstance(part, str) else part for part in parts)
    if ids and len(kinds) == len(types) == len(ids):
        cells = {name: value for name, value in cells.items() if not name.startswith("related_product.")}
        cells["related_product"] = [":".join(one) for one in zip(kinds, types, ids, strict=True)]
    return cells
