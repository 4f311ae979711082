"""The first page: what the shop has, and in ten seconds what can be asked here.

Everything on it is made from the catalogue.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from wares.records import Hit, Part, Product, Query, Under
from wares.server.pages import formats
from wares.server.pages.address import Address

if TYPE_CHECKING:
    from wares.records import Filter, Results
    from wares.server.access import Caller
    from wares.server.pages.words import Words
    from wares.server.serving import Serving
    from wares.stamps import Stamp

_TILES, _LATEST = 6, 12
#: Products beside an example.
_SHOWN = 4
_FOR_S, _LONGEST_S = 10.0, 3_600.0
_MOST = 100


class Tile(NamedTuple):
    """A category with a picture."""

    name: str
    products: int
    href: str
    product: Product | None


class Example(NamedTuple):
    """A question, ``kind`` "words", "picture" or "mixed", and what is found by it."""

    kind: str
    text: str
    like: Product | None
    address: Address
    found: Sequence[Hit]


class Home(NamedTuple):
    """What the first page shows."""

    total: int
    tiles: Sequence[Tile]
    examples: Sequence[Example]
    popular: Sequence[Hit]


class Homes:
    """First pages by who sees them and in which language."""

    def __init__(self) -> None:
        self._made: OrderedDict[object, tuple[float, Stamp | None, Home]] = OrderedDict()

    def of(self, served: Serving, caller: Caller, words: Words) -> Home:
        """The first page for a caller: for an hour while nothing changes, for some seconds while something does."""
        key, now, stamp = (repr(caller.where), words.language), time.monotonic(), served.shop.stamp()
        at, kept, home = self._made.get(key, (0.0, None, None))
        age = now - at
        if home is None or age > _LONGEST_S or (age > _FOR_S and (stamp is None or stamp != kept)):
            home = _Maker(served, caller, words).home()
            self._made[key] = (now, stamp, home)
            while len(self._made) > _MOST:
                self._made.popitem(last=False)
        return home


class _Maker:
    def __init__(self, served: Serving, caller: Caller, words: Words) -> None:
        self._shop = served.shop
        self._caller = caller
        self._words = words
        self._fields = fields = served.shop.fields()
        self._colour = next((name for name in ("colour", "color", "flavor", "material") if name in fields), "")

    def home(self) -> Home:
        everything = self._ask(limit=1, facets=("category",))
        return Home(everything.total, self._tiles(everything), self._examples(everything), self._popular())

    def _ask(
        self,
        *parts: Part,
        where: Filter | None = None,
        limit: int = 4,
        facets: tuple[str, ...] = (),
        sort: str = "",
    ) -> Results:
        query = Query(parts=parts, where=self._caller.seen(where), limit=limit, facets=facets, sort=sort)
        return self._shop.search(query)

    def _popular(self) -> Sequence[Hit]:
        sort = next((f"-{name}" for name in ("rating_count", "rating") if name in self._fields), "")
        return self._ask(limit=_LATEST, sort=sort).hits

    def _tiles(self, everything: Results) -> list[Tile]:
        values = everything.facets.get("category", ())
        top = [value for value in values if "/" not in value.value]
        below = [value for value in values if value.value.count("/") == 1]
        chosen = top if len(top) > 3 or not below else sorted(below, key=lambda value: -value.count)
        return [
            Tile(
                value.value.rsplit("/", 1)[-1],
                value.count,
                Address.of([("f.category", value.value)]).href(),
                self._pictured(value.value),
            )
            for value in chosen[:_TILES]
        ]

    def _pictured(self, category: str) -> Product | None:
        found = self._ask(where=Under(tuple(category.split("/"))), limit=6)
        return next((hit.product for hit in found.hits if _has_picture(hit.product)), None)

    def _examples(self, everything: Results) -> list[Example]:
        """Of the largest categories: words for one, a product of another by its looks, one in another colour."""
        leaves = [value.value for value in everything.facets.get("category", ())]
        leaves = [leaf for leaf in leaves if not any(other.startswith(f"{leaf}/") for other in leaves)]
        if not leaves:
            return []
        made = [self._said(leaves[:3]), self._picture(leaves[1 % len(leaves)]), self._mixed(leaves[2 % len(leaves)])]
        return [example for example in made if example is not None and example.found]

    def _said(self, leaves: Sequence[str]) -> Example:
        """Words with a colour and a price among them, that find enough to be shown."""
        tried = []
        for leaf in leaves:
            name, bound = leaf.rsplit("/", 1)[-1].lower(), self._bound(leaf)
            for colour in (*self._values(leaf)[:2], ""):
                text = f"{colour.lower()} {name}".strip()
                tried.append(
                    self._example("words", self._words("home.under", what=text, price=bound) if bound else text, None)
                )
                if len(tried[-1].found) == _SHOWN:
                    return tried[-1]
        return max(tried, key=lambda example: len(example.found))

    def _bound(self, leaf: str) -> str:
        """A round price that most of a category's products cost less than."""
        found = self._ask(where=Under(tuple(leaf.split("/"))), limit=12).hits
        prices = sorted(price.major for hit in found if (price := formats.priced(hit.product)[0]) is not None)
        if not prices:
            return ""
        step = 10 ** math.floor(math.log10(max(prices[-1], 1))) / 2
        return formats.plain(step * math.ceil(prices[len(prices) * 3 // 4] / step + 0.01))

    def _mixed(self, leaf: str) -> Example | None:
        hits = self._like(leaf)
        for hit in hits:
            own = {value.casefold() for value in _texts(hit.product, self._colour)}
            other = next((value for value in self._values(leaf) if value.casefold() not in own), "")
            if other:
                return self._example("mixed", other.lower(), hit.product)
        return self._example("mixed", self._words("home.colour"), hits[0].product) if hits else None

    def _picture(self, leaf: str) -> Example | None:
        hits = self._like(leaf)
        return self._example("picture", "", hits[0].product) if hits else None

    def _like(self, leaf: str) -> list[Hit]:
        found = self._ask(where=Under(tuple(leaf.split("/"))), limit=8).hits
        return [hit for hit in found if _has_picture(hit.product)]

    def _values(self, leaf: str) -> list[str]:
        if not self._colour:
            return []
        found = self._ask(where=Under(tuple(leaf.split("/"))), limit=1, facets=(self._colour,))
        return [value.value for value in found.facets.get(self._colour, ()) if len(value.value) < 20]

    def _example(self, kind: str, text: str, like: Product | None) -> Example:
        pairs = [("q", text)] if text else []
        parts = [Part("text", text)] if text else []
        if like is not None:
            pairs.append(("like", like.id))
            parts.append(Part("like", like.id))
        found = [hit for hit in self._ask(*parts, limit=8).hits if _has_picture(hit.product)]
        return Example(kind, text, like, Address.of(pairs), found[:_SHOWN])


def _has_picture(product: Product) -> bool:
    return any(medium.modality == "image" for _, medium in product.all_media())


def _texts(product: Product, field: str) -> list[str]:
    found = [value for name, value in product.attributes.items() if name.casefold() == field]
    texts = [one for value in found for one in (value if isinstance(value, tuple) else (value,))]
    return [one for one in texts if isinstance(one, str)]
