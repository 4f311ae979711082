"""Pools: what several systems find together is judged, so that no one of them is favoured by what was looked at.

K. Spärck Jones, C. J. van Rijsbergen, Report on the need for and provision of an "ideal" information retrieval test
collection, 1975; TREC's way to make judgments since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from wares.errors import CatalogueError, QueryError
from wares.evaluation.records import Asked, System
from wares.records import Product


def pool(asked: Asked, systems: Sequence[System], k: int) -> tuple[Product, ...]:
    """The products that any system has among its first ``k``, each once, in an order that tells nothing of ranks.

    The order depends on the ids of question and product alone: it is the same when a pool is made again, whatever
    has come or gone. A system that cannot answer this is left out; when none can, the error of the first is raised.
    """
    query = msgspec.structs.replace(asked.query, limit=k, offset=0, sort="", facets=())
    found: dict[str, Product] = {}
    errors: list[QueryError | CatalogueError] = []
    for system in systems:
        try:
            found |= {hit.id: hit.product for hit in system(query).hits}
        except (QueryError, CatalogueError) as error:
            errors.append(error)
    if errors and len(errors) == len(systems):
        raise errors[0]
    return tuple(sorted(found.values(), key=lambda product: _place(asked.id, product.id)))


def _place(query_id: str, product_id: str) -> bytes:
    return hashlib.blake2b(f"{query_id}\n{product_id}".encode(), digest_size=16).digest()
