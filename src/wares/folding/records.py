"""What is compared when it is asked whether two products are one."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from wares.folding.titles import Title, title_of
from wares.gtins import gtin14
from wares.index.base import fold
from wares.media import hashing
from wares.query.names import field_name
from wares.records import Product

Kind: TypeAlias = Literal["duplicate", "family"]

#: Why two products are one, the strongest reason first; and whether they are the same, or variants of one.
REASONS: dict[str, Kind] = {
    "same code": "duplicate",
    "same picture, same title": "duplicate",
    "same picture, nearly the same title": "duplicate",
    "same title": "duplicate",
    "variant of the other": "family",
    "same group in the feed": "family",
    "same title but colour": "family",
    "same title but size": "family",
    "same title but colour and size": "family",
}

#: Names of attributes, as they are filtered, that hold a global trade item number, or the mark of a group.
GTINS = ("gtin", "gtin8", "gtin12", "gtin13", "gtin14", "ean", "upc", "isbn")
GROUP_MARKS = ("item_group_id", "group_id", "parent_sku", "parent_id", "variant_group", "style_id")
VARIANT_OF = "variant_of"
#: So many pictures of a product are compared.
PICTURES = 4


class Traits(NamedTuple):
    """A product as folding sees it. ``hashes`` are those of its first pictures; ``text`` and ``picture`` are the
    content keys under which features of its sentence and its first picture are kept, "" where there are none. Where
    its title is ``common``, too many others say the same and are something else.
    """

    number: int
    id: str
    title: Title
    brand: str
    category: str
    price: tuple[str, float] | None
    gtins: frozenset[str]
    marks: frozenset[str]
    parents: frozenset[str]
    hashes: tuple[int, ...]
    text: str
    picture: str
    common: bool = False

    def keys(self) -> Iterator[int]:
        """The keys under which the product is filed."""
        yield from self.bands()
        yield from self._word_keys()
        yield from (key("child", parent) for parent in self.parents)

    def probes(self) -> Iterator[int]:
        """The keys under which others are filed that may be one with it."""
        yield from self._bands(hashing.probes)
        yield from self._word_keys()
        yield from (key("child", id) for id in (self.id, *self.parents))

    def bands(self) -> Iterator[int]:
        """The keys of its pictures."""
        return self._bands(hashing.bands)

    def _bands(self, of: Callable[[int], tuple[int, ...]]) -> Iterator[int]:
        """Brands apart: the same picture under two brands makes no duplicate, and a band alone holds too many."""
        base = key("band", self.brand) & ~_BAND
        return (base | band for value in self.hashes for band in of(hashing.coarse(value)))

    def _word_keys(self) -> Iterator[int]:
        if self.title.said:
            yield key("title", *self.title.said)
        if self.title.own:
            yield key("rest", self.brand, *self.title.rest)
        yield from (key("gtin", code) for code in self.gtins)
        yield from (key("mark", self.brand, mark) for mark in self.marks)


#: The low bits of a key that say a band and its content.
_BAND = (hashing.BANDS << hashing.WIDTH) - 1


def traits(number: int, product: Product, hashes: Iterable[int] = (), text: str = "", picture: str = "") -> Traits:
    """What is compared of a product."""
    values = {field_name(name): value for name, value in product.attributes.items()}
    return Traits(
        number=number,
        id=product.id,
        title=title_of(product),
        brand=fold(product.brand),
        category=fold("/".join(product.category)),
        price=None if product.price is None else (product.price.currency, product.price.major),
        gtins=frozenset(filter(None, (gtin14(_text(values.get(name))) for name in GTINS))),
        marks=frozenset(fold(mark) for name in GROUP_MARKS if (mark := _text(values.get(name)))),
        parents=frozenset(product.relations.get(VARIANT_OF, ())),
        hashes=tuple(hashes),
        text=text,
        picture=picture,
    )


def key(kind: str, *parts: str) -> int:
    """A key of 63 bits; two different ones are the same once in 9 · 10¹⁸ times."""
    digest = hashlib.blake2b("\0".join((kind, *parts)).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int(struct.unpack(">Q", digest)[0]) >> 1


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return value if isinstance(value, str) else ""
