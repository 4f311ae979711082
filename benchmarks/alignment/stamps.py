"""Stamps: captions find their pictures. Nothing may learn from this set: it tells how a way does in a new domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmarks.alignment.asking import Asked, Line, Pair
from benchmarks.alignment.features import Pictured


def captions(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """The pool is all pictures; what a pair learned from differs by split, the questions do not."""
    if pair.words is None:
        return
    stamps = sets["stamps"]
    ids = [row["id"] for row in stamps.products]
    pictures = pair.pictures(stamps.own)
    for language, column in (("English", "title"), ("Chinese", "title_zh_cn")):
        asking = [row for row in stamps.products if row[column]]
        scores = pair.words([row[column] for row in asking]) @ pictures.T
        own = {row["id"]: {row["id"]: 1} for row in asking}
        asked = Asked("stamps", f"caption → picture, {language}", split)
        yield from asked.answered(scores, ids, own, {"R@1": "Success@1", "R@10": "Success@10"})
