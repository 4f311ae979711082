"""Reviews as they were read, and the receptions of products that they come to.

Both go by the id of the product, which may be added later; whoever removes a product removes them with it. The fact
"unsummed" says that there are reviews which no reception counts yet: what a killed job left is made up for by the
next one.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, select

from wares.errors import StoreError
from wares.records import Reception, Review
from wares.store import products as rows
from wares.store.database import Database
from wares.store.tables import meta, products, receptions, reviews
from wares.store.vectors import chunks

#: So many reviews of one product are kept.
MOST = 2_000

#: What became of a review. "too many": its product has :data:`MOST` already.
Kept: TypeAlias = Literal["added", "changed", "unchanged", "too many"]


class Keyed(NamedTuple):
    """A review, and the key that tells it from others of its product."""

    key: str
    review: Review


class Summed(NamedTuple):
    """What the reviews of a product come to, and their words."""

    reception: Reception
    words: str


_encode = msgspec.json.Encoder().encode
_review = msgspec.json.Decoder(Review).decode
_reception = msgspec.json.Decoder(Reception).decode

_UNSUMMED = meta.c.key == "unsummed"
_AMONG: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_KNOWN = select(reviews.c.product, reviews.c.key, reviews.c.doc).where(
    reviews.c.product.in_(_AMONG), reviews.c.key.in_(bindparam("keys", expanding=True))
)
_COUNTS = select(reviews.c.product, func.count()).where(reviews.c.product.in_(_AMONG)).group_by(reviews.c.product)
_DROP = delete(reviews).where(reviews.c.product == bindparam("old_product"), reviews.c.key == bindparam("old_key"))
_IDS = select(reviews.c.product).where(reviews.c.product > bindparam("after")).distinct().order_by(reviews.c.product)
_DOCS = (
    select(reviews.c.product, reviews.c.doc)
    .where(reviews.c.product.in_(_AMONG))
    .order_by(reviews.c.product, reviews.c.key)
)
_SUMMED = select(receptions.c.product, receptions.c.doc, receptions.c.words).where(receptions.c.product.in_(_AMONG))
_FORGET = delete(receptions).where(receptions.c.product.in_(_AMONG))
_OF_NUMBERS = (
    select(products.c.number, receptions.c.doc, receptions.c.words)
    .join(receptions, receptions.c.product == products.c.id)
    .where(products.c.number.in_(bindparam("numbers", expanding=True)))
)


class Reviews:
    """The reviews of a store; methods as of :class:`~wares.store.store.Store`, whose part it is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, found: Sequence[Keyed]) -> list[Kept]:
        """Keep reviews, in place of older ones of the same key; what became of each, in order."""
        with self._database.write() as connection:
            told = _put(connection, found)
            if any(one in ("added", "changed") for one in told):
                _mark(connection)
        return told

    def remove(self, product: str, keys: Collection[str] | None = None) -> int:
        """Remove the reviews of a product that have these keys, or all; how many there were. The reception goes with
        the last one."""
        own = reviews.c.product == product
        with self._database.write() as connection:
            gone = connection.execute(delete(reviews).where(own if keys is None else own & reviews.c.key.in_(keys)))
            if gone.rowcount:
                _mark(connection)
                if connection.scalar(select(reviews.c.key).where(own).limit(1)) is None:
                    connection.execute(_FORGET, {"ids": [product]})
                    rows.touch(connection, list(rows.numbers(connection, [product]).values()))
        return int(gone.rowcount)

    def unsummed(self) -> str:
        """A token while there are reviews that no reception counts yet, another one after more have come; or ""."""
        with self._database.read() as connection:
            return connection.scalar(select(meta.c.value).where(_UNSUMMED)) or ""

    def scan(self, batch: int = 25) -> Iterator[list[tuple[str, list[Review]]]]:
        """Every product that has reviews, with these, in lists of at most ``batch``; a list is one transaction."""
        after = ""
        while True:
            with self._database.read() as connection:
                ids = list(connection.scalars(_IDS.limit(batch), {"after": after}))
                docs = connection.execute(_DOCS, {"ids": ids}).all() if ids else []
            if not ids:
                return
            grouped = groupby(docs, key=lambda row: row[0])
            yield [(product, [_decoded(doc) for _, doc in own]) for product, own in grouped]
            after = ids[-1]

    def of(self, id: str) -> list[Review]:
        """The reviews of a product."""
        with self._database.read() as connection:
            return [_decoded(doc) for _, doc in connection.execute(_DOCS, {"ids": [id]})]

    def sum(self, found: Mapping[str, Summed]) -> int:
        """Keep what reviews come to, by product; how many differ from before. Their products count as changed."""
        docs = {id: (_encode(one.reception).decode(), one.words) for id, one in found.items()}
        with self._database.write() as connection:
            for chunk in chunks(docs):
                known = {id: (doc, words) for id, doc, words in connection.execute(_SUMMED, {"ids": chunk})}
                for id in chunk:
                    if docs[id] == known.get(id):
                        del docs[id]
            if docs:
                for chunk in chunks(docs):
                    connection.execute(_FORGET, {"ids": chunk})
                values = [{"product": id, "doc": doc, "words": words} for id, (doc, words) in docs.items()]
                connection.execute(insert(receptions), values)
                rows.touch(connection, list(rows.numbers(connection, docs).values()))
        return len(docs)

    def settle(self, token: str) -> None:
        """Say that receptions count all reviews that there were when ``token`` was read."""
        with self._database.write() as connection:
            connection.execute(delete(meta).where(_UNSUMMED, meta.c.value == token))

    def receptions(self, ids: Iterable[str]) -> dict[str, Reception]:
        """How products were received, by id; those without reviews are left out."""
        with self._database.read() as connection:
            return {
                id: _received(doc)
                for chunk in rows.id_chunks(ids)
                for id, doc, _ in connection.execute(_SUMMED, {"ids": chunk})
            }

    def counted(self) -> tuple[int, int, int]:
        """How many reviews there are, of how many products, and how many of these the shop lacks."""
        with self._database.read() as connection:
            count = connection.scalar(select(func.count()).select_from(reviews)) or 0
            ids = select(reviews.c.product).distinct()
            owners = connection.scalar(select(func.count()).select_from(ids.subquery())) or 0
            absent = ids.where(reviews.c.product.not_in(select(products.c.id)))
            return count, owners, connection.scalar(select(func.count()).select_from(absent.subquery())) or 0


def anything(connection: Connection) -> bool:
    """Whether there are any receptions: most shops need not look further."""
    return connection.scalar(select(receptions.c.product).limit(1)) is not None


def of_numbers(connection: Connection, numbers: Iterable[int]) -> dict[int, Summed]:
    """What the reviews of products come to, by their numbers; those without are left out."""
    return {
        number: Summed(_received(doc), words)
        for chunk in chunks(numbers)
        for number, doc, words in connection.execute(_OF_NUMBERS, {"numbers": chunk})
    }


def forget(connection: Connection, ids: Iterable[str]) -> None:
    """Remove all that was said of products."""
    for chunk in rows.id_chunks(ids):
        connection.execute(delete(reviews).where(reviews.c.product.in_(_AMONG)), {"ids": chunk})
        connection.execute(_FORGET, {"ids": chunk})


def _mark(connection: Connection) -> None:
    connection.execute(delete(meta).where(_UNSUMMED))
    connection.execute(insert(meta), {"key": "unsummed", "value": uuid.uuid4().hex})


def _put(connection: Connection, found: Sequence[Keyed]) -> list[Kept]:
    ids = {one.review.product for one in found}
    known: dict[tuple[str, str], str] = {}
    for chunk in chunks(one.key for one in found):
        for id, key, doc in connection.execute(_KNOWN, {"ids": list(ids), "keys": chunk}):
            known[id, key] = doc
    counts = {id: n for chunk in chunks(ids) for id, n in connection.execute(_COUNTS, {"ids": chunk})}
    told: list[Kept] = []
    fresh: dict[tuple[str, str], str] = {}
    replaced: set[tuple[str, str]] = set()
    for key, review in found:
        at, doc = (review.product, key), _encode(review).decode()
        before = fresh.get(at, known.get(at))
        if before == doc:
            told.append("unchanged")
        elif before is None and counts.get(review.product, 0) >= MOST:
            told.append("too many")
        else:
            told.append("changed" if before is not None else "added")
            counts[review.product] = counts.get(review.product, 0) + (before is None)
            fresh[at] = doc
            if at in known:
                replaced.add(at)
    if replaced:
        connection.execute(_DROP, [{"old_product": id, "old_key": key} for id, key in replaced])
    if fresh:
        values = [{"product": id, "key": key, "doc": doc} for (id, key), doc in fresh.items()]
        connection.execute(insert(reviews), values)
    return told


def _decoded(doc: str) -> Review:
    try:
        return _review(doc)
    except msgspec.MsgspecError as damage:
        raise StoreError(f"the store is damaged: a review cannot be read: {damage}") from damage


def _received(doc: str) -> Reception:
    try:
        return _reception(doc)
    except msgspec.MsgspecError as damage:
        raise StoreError(f"the store is damaged: what reviews come to cannot be read: {damage}") from damage
