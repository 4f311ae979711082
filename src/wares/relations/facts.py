"""What the graph keeps of one product, and the keys by which things are looked up.

Ids, brands, categories and model numbers are known by keys of 64 bits. Among a million of them two share a key once
in 37 million graphs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from wares.catalogue.kinds import KINDS, OTHER
from wares.index.base import fold
from wares.records import Product
from wares.relations.codes import codes

#: Kinds are kept by their place here.
KIND = tuple(KINDS)
#: Relations of one product that are kept.
MAX_SAID = 10_000
#: The place of a kind there.
PLACE = {kind: at for at, kind in enumerate(KIND)}

_GTIN = frozenset(("gtin", "gtin8", "gtin12", "gtin13", "gtin14", "ean", "upc", "GTIN", "EAN", "UPC"))


def key(text: str) -> int:
    """A stable number of 64 bits for a text (BLAKE2b, RFC 7693); never 0."""
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little") or 1


class Facts(NamedTuple):
    """What the graph keeps of one product.

    ``keys`` are those of its id, then of its variants' ids and its GTINs. ``said`` are the relations that its feed
    gives it: places in :data:`KIND` and ids. ``own`` are keys of its model numbers; ``named`` the model numbers that
    it is for; ``maker`` and ``words`` are keys (see :class:`~wares.relations.codes.Codes`); ``fits`` says that what
    it is for it fits as an accessory.
    """

    keys: tuple[int, ...]
    brand: str
    category: tuple[str, ...]
    said: tuple[tuple[int, str], ...] = ()
    own: tuple[int, ...] = ()
    named: tuple[str, ...] = ()
    maker: int = 0
    words: tuple[int, ...] = ()
    fits: bool = False


def facts(product: Product) -> Facts:
    """What the graph keeps of a product."""
    found = codes(product)
    gtins = [str(product.attributes[name]) for name in product.attributes if name in _GTIN]
    ids = (product.id, *(variant.id for variant in product.variants), *gtins)
    said = [
        (PLACE[kind if kind in KINDS else OTHER], id)
        for kind, others in product.relations.items()
        for id in others
        if id != product.id
    ]
    return Facts(
        keys=tuple(dict.fromkeys(map(key, ids))),
        brand=product.brand,
        category=product.category,
        said=tuple(said[:MAX_SAID]),
        own=tuple(map(key, found.own)),
        named=found.named,
        maker=key(found.maker) if found.own else 0,
        words=tuple(map(key, found.words)),
        fits=found.fits,
    )


def brand_key(brand: str) -> int:
    """What a brand is looked up by: its name without regard to case; 0 for none."""
    plain = fold(brand)
    return key(f"brand {plain}") if plain else 0


def path_key(path: Sequence[str]) -> int:
    """What a category is looked up by: its steps without regard to case; 0 for none."""
    return key("\n".join(["category", *map(fold, path)])) if path else 0
