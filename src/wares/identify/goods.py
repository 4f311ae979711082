"""The pictures of a catalogue, and each of them held back and compared with those of other products.

Left out with a picture are the few products of its title and all that look the same (a cosine over .98), else every
answer would be right. Products that the fit in force has learned from are not asked: it has seen the answers. The
vectors are those of the index, so nothing is encoded.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.fit.parting import Pictured, groups, held_out, plain
from wares.identify.eyes import Eyes
from wares.records import Product
from wares.shop import Shop

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]

#: Pictures that are asked and products they are compared with, at most; look-alikes that vote; and the cosine above
#: which two pictures are the same.
MOST_ASKED, MOST_PRODUCTS, NEIGHBOURS, SAME = 1_000, 30_000, 30, 0.98
#: A title that more products have is no product's name.
MOST_OF_TITLE = 12
_AT_ONCE = 1_000


class Goods(NamedTuple):
    """Products with their pictures: row i of ``looks`` (m, d) and ``joint`` (m, e) is of product ``owners[i]``."""

    products: Sequence[Product]
    looks: Vectors
    joint: Vectors | None
    owners: Ints
    group: Ints


class Asked(NamedTuple):
    """Pictures that were asked, rows of :class:`Goods`, with the scores of their look-alikes (n, k), nearest first
    and -inf where there are fewer, and which products these are."""

    rows: Ints
    scores: Vectors
    near: Ints


def gathered(shop: Shop, eyes: Eyes, tell: Callable[[int], None]) -> Goods:
    """Products with pictures, at most :data:`MOST_PRODUCTS` of them, drawn by the hash of their ids."""
    pictured = (product for product in shop.products() if _pictured(product))
    drawn = heapq.nsmallest(MOST_PRODUCTS, pictured, key=lambda product: _hash(product.id))
    products: list[Product] = []
    looks: list[Vectors] = []
    joint: list[Vectors] = []
    counts: list[int] = []
    for some in _chunks(drawn):
        ids = [product.id for product in some]
        seen = shop.vectors(eyes.look.channel, ids)
        named = shop.vectors(eyes.joint.channel, ids) if eyes.joint else {}
        for product in some:
            rows = seen.get(product.id)
            if rows is None or (eyes.joint and len(named.get(product.id, ())) != len(rows)):
                continue
            products.append(product)
            looks.append(rows)
            counts.append(len(rows))
            joint.extend([named[product.id]] if eyes.joint else [])
        tell(len(products))
    width = eyes.look.dims
    return Goods(
        products,
        np.concatenate(looks) if looks else np.zeros((0, width), np.float32),
        np.concatenate(joint) if joint else None,
        np.repeat(np.arange(len(products)), counts),
        _groups(products),
    )


def chosen(shop: Shop, goods: Goods) -> Ints:
    """One picture of a product of each group, as far as these may be asked, at most :data:`MOST_ASKED`."""
    free = np.ones(len(goods.products), np.bool_)
    if shop.fit and len(free):
        bare = [Pictured(product, (), np.zeros((0, 0), np.float32)) for product in goods.products]
        free = held_out(bare, groups(bare))
    firsts: dict[int, int] = {}
    for row, owner in enumerate(goods.owners.tolist()):
        if free[owner]:
            firsts.setdefault(int(goods.group[owner]), row)
    return np.fromiter(islice(firsts.values(), MOST_ASKED), np.int64)


def asked(goods: Goods, rows: Ints) -> Asked:
    """The look-alikes of some pictures among products of other groups."""
    depth = min(NEIGHBOURS, len(goods.products))
    starts = np.flatnonzero(np.r_[True, goods.owners[1:] != goods.owners[:-1]])
    scores, near = np.zeros((len(rows), depth), np.float32), np.zeros((len(rows), depth), np.int64)
    for start in range(0, len(rows), 100):
        some = rows[start : start + 100]
        each = np.maximum.reduceat(goods.looks[some] @ goods.looks.T, starts, axis=1)
        own = goods.group[goods.owners[some]][:, None] == goods.group[None, :]
        each = np.where(own | (each > SAME), np.float32(-np.inf), each)
        best = np.argsort(-each, axis=1, kind="stable")[:, :depth]
        near[start : start + 100] = best
        scores[start : start + 100] = np.take_along_axis(each, best, axis=1)
    return Asked(rows, scores, near)


def _pictured(product: Product) -> bool:
    return any(medium.modality == "image" for _, medium in product.all_media())


def _groups(products: Sequence[Product]) -> Ints:
    """For each product the number of its group: those of one title, unless so many have it that it names a kind."""
    titles = [plain(product.title) for product in products]
    count = Counter(titles)
    number: dict[str | int, int] = {}
    keys = [title if 0 < count[title] <= MOST_OF_TITLE else at for at, title in enumerate(titles)]
    return np.array([number.setdefault(key, len(number)) for key in keys], np.int64)


def _hash(id: str) -> bytes:
    return blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8, person=b"wares-identify").digest()


def _chunks(products: Sequence[Product]) -> Iterator[Sequence[Product]]:
    return (products[start : start + _AT_ONCE] for start in range(0, len(products), _AT_ONCE))
