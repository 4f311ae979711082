"""Groceries: phone photos of shelves find the product; names find the iconic picture.

Gain 3 is the product, 1 its coarse kind; R@k counts the product only. A product counts by the best of its rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import numpy as np

from benchmarks.alignment import splits
from benchmarks.alignment.asking import Asked, Line, Pair
from benchmarks.alignment.features import Pictured
from benchmarks.pictures import Rows, gains_of

_SET = "grocery"
_MEASURES = {"R@1": "Success(rel=3)@1", "R@5": "Success(rel=3)@5", "nDCG@10": "nDCG@10"}


def names(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """The English name of a product finds its iconic picture among all."""
    if pair.words is None:
        return
    grocery = sets[_SET]
    ids = [row["id"] for row in grocery.products]
    scores = pair.words([row["title"] for row in grocery.products]) @ pair.pictures(grocery.own).T
    asked = Asked(_SET, "name → iconic picture", split)
    yield from asked.answered(scores, ids, {id: {id: 1} for id in ids}, {"R@1": "Success@1", "R@10": "Success@10"})


def photographed(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """The catalogue has each product's iconic picture and its other shelf photos."""
    grocery = sets[_SET]
    media = [at for at, shot in enumerate(grocery.shots) if not shot.query]
    owners = np.array([*(row["id"] for row in grocery.products), *(grocery.shots[at].product for at in media)])
    catalogue = pair.looks(np.concatenate([grocery.own, grocery.shot_rows(media)]))
    queries = _queries(grocery, owners)
    scores = pair.looks(grocery.shot_rows(queries)) @ catalogue.T
    best = np.stack([scores[:, owners == row["id"]].max(axis=1) for row in grocery.products], axis=1)
    yield from _answered(Asked(_SET, "photo → product with photos", split), grocery, queries, best)


def new_product(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """Photos of the products that a split leaves out; the catalogue has iconic pictures and names."""
    return _unphotographed(pair, sets[_SET], split, "product")


def new_kind(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """The same, where all products of the coarse kind were left out."""
    return _unphotographed(pair, sets[_SET], split, "kind")


def _unphotographed(pair: Pair, grocery: Pictured, split: int, whole: Literal["product", "kind"]) -> Iterable[Line]:
    queries = _queries(grocery, splits.left_out(grocery, split, whole))
    asking = grocery.shot_rows(queries)
    by_picture = pair.looks(asking) @ pair.looks(grocery.own).T
    ways = {"picture": by_picture}
    if pair.words is not None:
        by_name = pair.pictures(asking) @ pair.words([row["title"] for row in grocery.products]).T
        ways |= {"name": by_name, "both": by_picture + by_name}
    for way, scores in ways.items():
        asked = Asked(_SET, f"photo → new {whole} by {way}", split)
        yield from _answered(asked, grocery, queries, scores)


def _queries(grocery: Pictured, products: Collection[str]) -> list[int]:
    return [at for at, shot in enumerate(grocery.shots) if shot.query and shot.product in products]


def _answered(asked: Asked, grocery: Pictured, queries: list[int], scores: Rows) -> Iterable[Line]:
    gains = gains_of(grocery.data.pairs("image_qrels.tsv"))
    asking = [grocery.shots[at] for at in queries]
    judged = {f"{shot.product}/{shot.query}": gains[shot.query] for shot in asking}
    yield from asked.answered(scores, [row["id"] for row in grocery.products], judged, _MEASURES)
