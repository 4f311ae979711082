"""schema.org products as JSON-LD: in a JSON file, or in the scripts of an HTML page.

``Product`` with ``Offer`` or ``AggregateOffer``; ``ProductGroup`` with ``hasVariant``, or products that say
``isVariantOf`` (https://schema.org/ProductGroup). A document may hold several, also inside other things, and refer
from one to the other by ``@id``; what is referred to must be in the same file.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from wares.catalogue.base import Reader, Row
from wares.catalogue.feed import Feed
from wares.catalogue.json_stream import elements
from wares.catalogue.kinds import OF_SCHEMA
from wares.errors import CatalogueError
from wares.records import SUBTITLES

Node = dict[str, Any]

_PRODUCTS = {"Product", "ProductGroup", "IndividualProduct", "ProductModel", "SomeProducts"}
_IDS = ("productID", "sku", "@id", "gtin", "gtin13", "gtin14", "gtin12", "gtin8", "mpn", "url")
_GROUP_IDS = ("productGroupID", "@id", "url")
# Properties that are cells of their own; every other one becomes an attribute.
_CELLS = {
    *("name", "description", "image", "video", "url", "category", "brand", "manufacturer", "offers", "productID"),
    *("aggregateRating", "review", "reviews", "additionalProperty", *OF_SCHEMA),
    *("hasVariant", "isVariantOf", "inProductGroupWithID", "productGroupID", "variesBy"),
    *("mainEntityOfPage", "subjectOf", "potentialAction"),
}


class JsonLdReader(Reader):
    """One product or product group a node."""

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        nodes: list[tuple[int, object]] = []
        for line, text in _documents(feed.document()):
            try:
                nodes.extend((line + at - 1, node) for at, node in elements(io.StringIO(text), ("@graph",)))
            except CatalogueError as error:
                yield CatalogueError(error.reason, line=line + (error.line or 1) - 1)
        products = [(line, product) for line, node in nodes for product in _products(node)]
        graph = _Graph([product for _, product in products], [node for _, node in nodes])
        for line, product in products:
            if not graph.is_inner(product):
                yield Row(line, graph.cells(product))


def _documents(text: str) -> list[tuple[int, str]]:
    """The JSON-LD documents of a page, or the text itself, with the lines on which they begin."""
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return [(1, text)]
    page = _Page()
    page.feed(text)
    page.close()
    return [(line, script) for line, script in page.scripts if script.strip()]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[tuple[int, str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and (dict(attrs).get("type") or "").strip().lower() == "application/ld+json"
        if self._inside:
            self.scripts.append((self.getpos()[0], ""))

    def handle_data(self, data: str) -> None:
        if self._inside:
            line, text = self.scripts[-1]
            self.scripts[-1] = (line, text + data)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def _products(node: object) -> Iterator[Node]:
    """The outermost products in a node, in order."""
    if isinstance(node, list):
        for item in node:
            yield from _products(item)
    elif isinstance(node, dict):
        if _types(node) & _PRODUCTS and node.keys() - {"@id", "@type"}:
            yield node
        else:
            yield from _products([value for value in node.values() if isinstance(value, list | dict)])


def _types(node: Mapping[str, Any]) -> set[str]:
    """The types of a node without "schema:" or "https://schema.org/"."""
    return {str(name).rpartition("/")[2].rpartition(":")[2] for name in _list(node.get("@type"))}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


class _Graph:
    """The nodes of a feed, which may refer to each other."""

    def __init__(self, products: list[Node], nodes: list[object]) -> None:
        self._named: dict[str, Node] = {}
        for node in nodes:
            self._name(node)
        # Variants that stand beside their group as well as in it are read once, as the group's.
        self._inner = {id(self._at(variant)) for node in products for variant in _list(node.get("hasVariant"))}

    def _name(self, node: object) -> None:
        for inner in node if isinstance(node, list) else node.values() if isinstance(node, dict) else ():
            self._name(inner)
        if isinstance(node, dict) and isinstance(node.get("@id"), str) and node.keys() - {"@id", "@type"}:
            self._named.setdefault(node["@id"], node)

    def _at(self, value: Any) -> Any:
        """The node that a bare reference means; anything else as it is."""
        if isinstance(value, dict) and "@id" in value and not value.keys() - {"@id", "@type"}:
            return self._named.get(value["@id"], value)
        return value

    def is_inner(self, node: Node) -> bool:
        """Whether the node is a variant that its group holds."""
        return id(node) in self._inner

    def cells(self, node: Node) -> dict[str, Any]:
        """A product's cells."""
        group = "ProductGroup" in _types(node)
        name = _first(node, _GROUP_IDS if group else _IDS) or _first(node, _IDS)
        rating = self._at(node.get("aggregateRating"))
        cells: dict[str, Any] = {
            "id": name,
            "title": self._text(node.get("name")),
            "description": self._text(node.get("description")),
            "brand": self._text(node.get("brand")) or self._text(node.get("manufacturer")),
            "category": self._text(node.get("category")),
            "url": self._text(node.get("url")),
            "image": [self._source(item) for item in _list(node.get("image"))],
            "video": [part for item in _list(node.get("video")) for part in self._film(item)],
            "relations": self._relations(node),
            "attributes": {key: value for key, value in self._attributes(node).items() if value != name},
            **(_rating(rating) if isinstance(rating, dict) else {}),
            **self._offer(node.get("offers")),
        }
        owner = self._at(next(iter(_list(node.get("isVariantOf"))), None))
        if isinstance(owner, dict):
            cells["item_group_id"] = _first(owner, _GROUP_IDS) or _first(owner, _IDS)
        elif owner or (not group and "inProductGroupWithID" in node):
            cells["item_group_id"] = owner or node["inProductGroupWithID"]
        variants = [self._at(variant) for variant in _list(node.get("hasVariant"))]
        cells["variants"] = [
            {**self.cells(item), "item_group_id": None} for item in variants if isinstance(item, dict)
        ]
        return {name: value for name, value in cells.items() if value not in (None, "", [], {})}

    def _text(self, value: Any) -> str:
        """Text, or the name of a thing, or the first of several."""
        value = self._at(next(iter(_list(value)), ""))
        if isinstance(value, dict):
            return self._text(value.get("name", value.get("@value", "")))
        return str(value) if isinstance(value, str | int | float) else ""

    def _source(self, value: Any) -> str:
        value = self._at(value)
        if isinstance(value, dict):
            return str(value.get("contentUrl") or value.get("url") or value.get("@id") or "")
        return str(value)

    def _film(self, value: Any) -> list[Any]:
        """A video and the files of its subtitles. A caption may be text as well, which says what is to be seen."""
        video = self._at(value)
        captions = _list(video.get("caption")) if isinstance(video, dict) else []
        named = [self._source(item) for item in captions if isinstance(self._at(item), dict)]
        return [self._source(value), *({"source": source, "role": SUBTITLES} for source in named if source)]

    def _relations(self, node: Node) -> dict[str, list[str]]:
        """Ids of products by kind of relation."""
        found: dict[str, list[str]] = {}
        for name, kind in OF_SCHEMA.items():
            if ids := [id for item in _list(node.get(name)) if (id := self._id(item))]:
                found.setdefault(kind, []).extend(ids)
        return found

    def _id(self, value: Any) -> str:
        """The id of a product that is referred to, also as part of a set with a quantity; "" for other things, such
        as the page that a product is part of."""
        value = self._at(value)
        if not isinstance(value, dict):
            return str(value)
        if "typeOfGood" in value:
            return self._id(value["typeOfGood"])
        kinds = _types(value)
        return (_first(value, _IDS) or "") if not kinds or kinds & (_PRODUCTS | {"Service", "Thing"}) else ""

    def _attributes(self, node: Node) -> dict[str, Any]:
        attributes = {
            name: self._attribute(value)
            for name, value in node.items()
            if name not in _CELLS and not name.startswith("@")
        }
        for entry in _list(node.get("additionalProperty")):
            if isinstance(entry, dict) and isinstance(entry.get("name"), str):
                attributes.setdefault(entry["name"], self._attribute(entry))
        return attributes

    def _attribute(self, value: Any) -> Any:
        """A property's value: a quantity with its unit, a thing by its name."""
        value = self._at(value)
        if isinstance(value, list):
            return [self._attribute(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "value" in value:
            unit = value.get("unitText") or value.get("unitCode")
            return f"{value['value']} {unit}" if unit else value["value"]
        return self._text(value) or None

    def _offer(self, value: Any) -> dict[str, Any]:
        """Price, currency and availability of the cheapest offer; what any of them has in stock is in stock."""
        offers = [offer for item in _list(value) if isinstance(offer := self._at(item), dict)]
        inner = [offer for item in offers for offer in _list(item.get("offers")) if isinstance(offer, dict)]
        priced = [cells for offer in (*offers, *inner) if (cells := self._priced(offer))]
        stock = [str(offer["availability"]) for offer in (*offers, *inner) if offer.get("availability")]
        best = min(priced, key=lambda cells: _magnitude(cells["price"]), default={})
        in_stock = [state for state in stock if state.endswith("InStock")]
        return {**best, "availability": next(iter(in_stock or stock), None)}

    def _priced(self, offer: Node) -> dict[str, Any]:
        places = [offer, *map(self._at, _list(offer.get("priceSpecification")))]
        for place in (place for place in places if isinstance(place, dict)):
            price = place.get("price", place.get("lowPrice"))
            if price not in (None, ""):
                return {"price": price, "currency": place.get("priceCurrency") or offer.get("priceCurrency")}
        return {}


def _first(node: Node, names: tuple[str, ...]) -> str | None:
    """The first of these properties that has a plain value."""
    for name in names:
        for value in _list(node.get(name)):
            if isinstance(value, str | int) and value != "":
                return str(value)
    return None


def _rating(node: Node) -> dict[str, Any]:
    """A rating as 0 to 5, from a scale that may end elsewhere."""
    value, best = node.get("ratingValue"), node.get("bestRating", 5)
    count = node.get("ratingCount", node.get("reviewCount"))
    if best not in (5, "5") and _magnitude(best) not in (0, float("inf")) and _magnitude(value) != float("inf"):
        value = _magnitude(value) * 5 / _magnitude(best)
    return {"rating": value, "rating_count": count}


def _magnitude(value: Any) -> float:
    """For comparing prices that are not yet read: what is no plain number counts as largest."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("inf")
