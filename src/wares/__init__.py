"""wares: multimodal product search over a product feed, embedded, offline, in English and Chinese.

>>> import wares
>>> shop = wares.open("my-shop")                        # doctest: +SKIP
>>> shop.add(wares.read("feed.csv"))                    # doctest: +SKIP
>>> shop.search("red shoes", where="price < 50", k=10)  # doctest: +SKIP

Importing this package loads nothing heavy; the libraries come in when a shop is opened.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wares.catalogue import Catalogue, read
    from wares.client import Client
    from wares.errors import CatalogueError, QueryError, SetupError, StoreError, WaresError
    from wares.records import Hit, Media, Part, Price, Product, Query, Results, Variant
    from wares.shop import Shop, open

__version__ = "0.1.0"

__all__ = [
    "Catalogue",
    "CatalogueError",
    "Client",
    "Hit",
    "Media",
    "Part",
    "Price",
    "Product",
    "Query",
    "QueryError",
    "Results",
    "SetupError",
    "Shop",
    "StoreError",
    "Variant",
    "WaresError",
    "open",
    "read",
]

_HOMES = {
    **dict.fromkeys(("Catalogue", "read"), "wares.catalogue"),
    **dict.fromkeys(("CatalogueError", "QueryError", "SetupError", "StoreError", "WaresError"), "wares.errors"),
    **dict.fromkeys(("Hit", "Media", "Part", "Price", "Product", "Query", "Results", "Variant"), "wares.records"),
    **dict.fromkeys(("Shop", "open"), "wares.shop"),
    "Client": "wares.client",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'wares' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
