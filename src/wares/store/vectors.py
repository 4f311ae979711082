"""Features: what a tower made of a content, one float16 row per (content key, tower), kept so that nothing is encoded
twice.

Half precision halves the file; the error it adds to a cosine of 512 dims is about 1e-4, far below what separates two
products. All rows of a tower have the same dims, checked when written and when read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from wares.errors import StoreError
from wares.store.entries import Features
from wares.store.tables import media, towers, vectors

if TYPE_CHECKING:
    from wares.store.entries import Row

Item = TypeVar("Item")

#: How many values one IN (…) holds: far below every database's limit, and few different statements to prepare.
CHUNK = 500
#: The characters of a content key; what follows names a part of the content.
KEY_LENGTH = 32


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """The distinct items, in order, in lists of at most ``size``."""
    rest = iter(dict.fromkeys(items))
    while chunk := list(islice(rest, size)):
        yield chunk


_KNOWN = select(towers.c.tower, towers.c.dims).where(towers.c.fingerprint == bindparam("fingerprint"))
_ROWS = select(vectors.c.key, vectors.c.row).where(
    vectors.c.tower == bindparam("tower"), vectors.c.key.in_(bindparam("keys", expanding=True))
)
_KEYS = select(vectors.c.key).where(
    vectors.c.tower == bindparam("tower"), vectors.c.key.in_(bindparam("keys", expanding=True))
)
_DELETE = delete(vectors).where(vectors.c.tower == bindparam("old_tower"), vectors.c.key == bindparam("old_key"))


def put(connection: Connection, features: Features) -> None:
    """Keep rows, in place of older ones of the same key and tower."""
    by_tower: dict[str, list[str]] = {}
    for key, fingerprint in features:
        by_tower.setdefault(fingerprint, []).append(key)
    for fingerprint, keys in by_tower.items():
        rows = [features[key, fingerprint] for key in keys]
        tower, dims = _tower(connection, fingerprint) or _add_tower(connection, fingerprint, len(rows[0]))
        packed = _pack(rows, dims, fingerprint)
        connection.execute(_DELETE, [{"old_key": key, "old_tower": tower} for key in keys])
        values = [{"key": key, "tower": tower, "row": row} for key, row in zip(keys, packed, strict=True)]
        connection.execute(insert(vectors), values)


def get(connection: Connection, keys: Iterable[str], fingerprint: str) -> dict[str, Row]:
    """The rows there are, as float32 of shape (dims,), by key."""
    tower = _tower(connection, fingerprint)
    if tower is None:
        return {}
    found: dict[str, Row] = {}
    for chunk in chunks(keys):
        for key, packed in connection.execute(_ROWS, {"tower": tower[0], "keys": chunk}):
            found[key] = _unpack(packed, tower[1], fingerprint)
    return found


def missing(connection: Connection, keys: Sequence[str], fingerprint: str) -> set[str]:
    """The keys a tower has no row for."""
    absent = set(keys)
    tower = _tower(connection, fingerprint)
    if tower is not None:
        for chunk in chunks(keys):
            absent.difference_update(connection.scalars(_KEYS, {"tower": tower[0], "keys": chunk}))
    return absent


def prune(connection: Connection) -> int:
    """Remove the rows whose key no stored medium has, nor one that they are a part of; how many they were."""
    used = select(media.c.key).where(media.c.key == func.substr(vectors.c.key, 1, KEY_LENGTH))
    return connection.execute(delete(vectors).where(~used.exists())).rowcount


def _tower(connection: Connection, fingerprint: str) -> tuple[int, int] | None:
    row = connection.execute(_KNOWN, {"fingerprint": fingerprint}).first()
    return None if row is None else (row.tower, row.dims)


def _add_tower(connection: Connection, fingerprint: str, dims: int) -> tuple[int, int]:
    connection.execute(insert(towers), {"fingerprint": fingerprint, "dims": dims})
    added = _tower(connection, fingerprint)
    if added is None:  # pragma: no cover - the row was written one line above
        raise StoreError(f"tower {fingerprint!r} was not kept")
    return added


def _pack(rows: Sequence[Row], dims: int, fingerprint: str) -> list[bytes]:
    wrong = next((row.shape for row in rows if row.shape != (dims,)), None)
    if wrong is not None:
        raise StoreError(f"features of tower {fingerprint!r} have the shape ({dims},), not {wrong}")
    with np.errstate(over="ignore"):
        halves = np.stack(rows).astype("<f2")
    if not np.isfinite(halves).all():
        raise StoreError(f"features of tower {fingerprint!r} hold a number that is not finite in half precision")
    return [half.tobytes() for half in halves]


def _unpack(packed: bytes, dims: int, fingerprint: str) -> Row:
    if len(packed) != 2 * dims:
        raise StoreError(f"features of tower {fingerprint!r} are damaged: {len(packed)} bytes, {2 * dims} expected")
    return np.frombuffer(packed, dtype="<f2").astype(np.float32)
