"""Feeds in, products out: CSV, JSON, Parquet, Google Merchant, Shopify, schema.org and Saleor.

    catalogue = wares.catalogue.read("feed.csv", map={"price": "Preis"})
    for product in catalogue: ...
    for problem in catalogue.problems: ...

A :class:`~wares.catalogue.base.Reader` turns one format into rows of cells; everything after that — which column is
which, prices, pictures, variants, duplicates — is the same for every format. A new format is one file and one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from wares.registry import PartSpec

if TYPE_CHECKING:
    from wares.catalogue.catalogue import Catalogue as Catalogue
    from wares.errors import CatalogueError

GROUP = "wares.readers"

READERS: dict[str, PartSpec] = {
    "csv": PartSpec("wares.catalogue.delimited:DelimitedReader", "CSV; the delimiter and encoding are detected"),
    "tsv": PartSpec("wares.catalogue.delimited:DelimitedReader", "TSV, also Google Merchant's"),
    "jsonl": PartSpec("wares.catalogue.json_rows:JsonLinesReader", "one JSON object per line"),
    "json": PartSpec("wares.catalogue.json_rows:JsonReader", "a JSON array of products, or an object holding one"),
    "parquet": PartSpec("wares.catalogue.parquet:ParquetReader", "Parquet", extra="parquet"),
    "merchant": PartSpec("wares.catalogue.merchant:MerchantReader", "Google Merchant XML, RSS 2.0 or Atom"),
    "shopify": PartSpec("wares.catalogue.shopify:ShopifyReader", "Shopify products.json"),
    "jsonld": PartSpec("wares.catalogue.jsonld:JsonLdReader", "schema.org JSON-LD, in a JSON file or an HTML page"),
    "saleor": PartSpec("wares.catalogue.saleor:SaleorReader", "a Saleor data fixture (populatedb_data.json)"),
}


def read(
    *sources: str | PathLike[str],
    format: str | None = None,
    map: Mapping[str, str] | None = None,
    media_root: str | PathLike[str] | None = None,
    strict: bool = False,
    on_problem: Callable[[CatalogueError], None] | None = None,
) -> Catalogue:
    """Open feeds (files, also ``.gz``) as one catalogue; the format is detected unless ``format`` names it.

    ``map`` says which column holds what ({"price": "Preis"}: target → the feed's column) where recognition errs.
    Relative media paths are resolved against ``media_root``, or else against the folder of their feed.
    A row that cannot be used is left out and told to ``on_problem`` (and kept in ``problems``); with ``strict`` the
    first one is raised. Raises :class:`~wares.errors.CatalogueError` for a file that is no feed.
    """
    from wares.catalogue.catalogue import Catalogue

    return Catalogue(sources, format=format, map=map, media_root=media_root, strict=strict, on_problem=on_problem)


def __getattr__(name: str) -> Any:
    """``Catalogue`` is imported when it is first used."""
    if name != "Catalogue":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from wares.catalogue.catalogue import Catalogue

    return Catalogue
