"""What is known of products beside their feed: what was read in their media, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from wares.store import extracts, reviews
from wares.store.entries import NOTHING, Beside, StoredMedia


def anything(connection: Connection) -> bool:
    """Whether there is anything beside products: most shops need not look further."""
    return extracts.anything(connection) or reviews.anything(connection)


def of_media(connection: Connection, stored: Mapping[int, tuple[StoredMedia, ...]]) -> dict[int, Beside]:
    """What is beside products with these media, by number; those without are left out."""
    found = extracts.beside(connection, stored)
    for number, summed in reviews.of_numbers(connection, stored).items():
        known = found.get(number, NOTHING)
        found[number] = msgspec.structs.replace(known, reception=summed.reception, said=summed.words)
    return found
