"""Which products are one, and which are held out: by group, never by picture.

Products of one title, or with one and the same picture file, are a group: what is learned of one is known of the
other. Whether a group is held out is decided by the hash of its title, so that it stays out of every later fit too:
heads that start from the last ones have not seen what they are measured on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.tokens import fold
from wares.records import Product

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]

#: The share of groups that is held out: much of a small catalogue, so that a difference can show, less of a large.
SHARES = ((1_000, 0.2), (3_000, 0.1), (1 << 62, 0.05))


class Pictured(NamedTuple):
    """A product with the content keys of its pictures and what a tower made of them, (pictures, dims)."""

    product: Product
    keys: tuple[str, ...]
    rows: Vectors


def groups(products: Sequence[Pictured]) -> Ints:
    """For each product the number of its group."""
    leader = list(range(len(products)))

    def root(at: int) -> int:
        while leader[at] != at:
            leader[at] = at = leader[leader[at]]
        return at

    first: dict[tuple[str, str], int] = {}
    for at, one in enumerate(products):
        names = [("title", plain(one.product.title)), *(("picture", key) for key in one.keys)]
        for name in names:
            low, high = sorted((root(first.setdefault(name, at)), root(at)))
            leader[high] = low
    roots = [root(at) for at in range(len(leader))]
    number = {group: at for at, group in enumerate(dict.fromkeys(roots))}
    return np.array([number[group] for group in roots], np.int64)


def held_out(products: Sequence[Pictured], group: Ints) -> npt.NDArray[np.bool_]:
    """Whether each product is held out."""
    names: dict[int, str] = {}
    for one, number in zip(products, group.tolist(), strict=True):
        title = plain(one.product.title)
        names[number] = min(names.get(number, title), title)
    share = next(share for most, share in SHARES if len(names) < most)
    out = {number: _hashed(name) < share for number, name in names.items()}
    return np.array([out[number] for number in group.tolist()])


def plain(title: str) -> str:
    """A title as it is compared: no case, single spaces."""
    return " ".join(fold(title).split())


def _hashed(name: str) -> float:
    """A number from 0 to 1 that is a name's own."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8, person=b"wares-fit").digest()
    return int.from_bytes(digest) / float(1 << 64)
