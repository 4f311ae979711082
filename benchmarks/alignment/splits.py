"""What is learned from and what is held out.

Split 1, 2 and 3 are parts of one seeded shuffle, so that no two of them hold out the same product: their questions
together are one sample. Fashion holds out a fifth at a time, groceries a third.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from benchmarks.alignment.features import Pictured
from benchmarks.pictures import Rows

SPLITS = (1, 2, 3)
SEED = 20_071_106
FIFTHS, THIRDS = 5, 3


class Example(NamedTuple):
    """What is said of a picture that is learned from; "" where nothing is. ``place`` is its row in the set."""

    product: str
    title: str
    place: int
    kind: tuple[str, ...] = ()
    brand: str = ""
    colour: str = ""
    gender: str = ""
    usage: str = ""
    description: str = ""
    chinese: str = ""


class Training(NamedTuple):
    """Examples and the features of their pictures, row by row."""

    name: str
    examples: Sequence[Example]
    rows: Rows


def groups(fashion: Pictured) -> list[int]:
    """For each product the first that is joined to it by an equal title or an equal picture, over any steps."""
    leader = list(range(len(fashion.products)))

    def root(at: int) -> int:
        while leader[at] != at:
            leader[at] = at = leader[leader[at]]
        return at

    first: dict[str, int] = {}
    for at, row in enumerate(fashion.products):
        for key in (f"title {plain(row['title'])}", f"picture {fashion.digests[at]}"):
            one, other = sorted((root(first.setdefault(key, at)), root(at)))
            leader[other] = one
    return [root(at) for at in range(len(leader))]


def held_out(fashion: Pictured, split: int) -> list[int]:
    """The places of about a fifth of the products, whole groups of them."""
    group = groups(fashion)
    part = _parts(sorted(set(group)), FIFTHS)
    return [at for at, leader in enumerate(group) if part[leader] == split - 1]


def left_out(grocery: Pictured, split: int, whole: Literal["product", "kind"]) -> frozenset[str]:
    """The ids of about a third of the groceries: products one by one, or whole coarse kinds of them."""
    of = {row["id"]: row["id"] if whole == "product" else row["category"] for row in grocery.products}
    part = _parts(sorted(set(of.values())), THIRDS)
    return frozenset(id for id, leader in of.items() if part[leader] == split - 1)


def fashion_training(fashion: Pictured, split: int) -> Training:
    """The four fifths that a split does not hold out."""
    return _training(fashion, sorted(set(range(len(fashion.products))) - set(held_out(fashion, split))))


def grocery_training(grocery: Pictured, without: Collection[str] = ()) -> Training:
    """Iconic pictures and shelf photos of the products that are not left out; no photo that asks is among them."""
    shots = [len(grocery.products) + at for at, shot in enumerate(grocery.shots) if not shot.query]
    return _training(grocery, [*range(len(grocery.products)), *shots], without)


def whole_training(pictured: Pictured) -> Training:
    """All of a set that is never measured on: clothing, emoji."""
    return _training(pictured, range(len(pictured.products)))


def plain(title: str) -> str:
    """A title as it is compared: no case, no punctuation."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", title).casefold()))


def _training(pictured: Pictured, places: Iterable[int], without: Collection[str] = ()) -> Training:
    products = {row["id"]: row for row in pictured.products}
    owners = [*products, *(shot.product for shot in pictured.shots)]
    examples = [_example(products[owners[at]], at) for at in places if owners[at] not in without]
    return Training(pictured.name, examples, pictured.rows[[example.place for example in examples]])


def _example(row: Mapping[str, str], place: int) -> Example:
    return Example(
        product=row["id"],
        title=row["title"],
        place=place,
        kind=tuple(step for step in row["category"].split("/") if step),
        brand=row["brand"],
        colour=row["colour"],
        gender=row.get("gender", ""),
        usage="" if row.get("usage", "") == "NA" else row.get("usage", ""),
        description=row["description"],
        chinese=row.get("title_zh", ""),
    )


def _parts(names: Sequence[str] | Sequence[int], count: int) -> dict[str | int, int]:
    """Which of ``count`` equal parts of a seeded shuffle each name is in."""
    order = np.random.default_rng(SEED).permutation(len(names))
    return {names[at]: place * count // len(names) for place, at in enumerate(order)}
