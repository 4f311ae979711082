"""Fashion: words in English and Chinese find photos, photos find their labels, and their like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from benchmarks.alignment import chinese, splits
from benchmarks.alignment.asking import Asked, Line, Pair, Words
from benchmarks.alignment.features import Pictured
from benchmarks.pictures import Rows, gains_of

_SET = "fashion"


def held_out(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """All that is asked of the fifth that a split holds out, and nothing but it is searched."""
    fashion = sets[_SET]
    places = splits.held_out(fashion, split)
    rows = fashion.own[places]
    products = [fashion.products[at] for at in places]
    if pair.words is not None:
        pictures = pair.pictures(rows)
        yield from _titles(pair.words, pictures, products, split)
        yield from _attributes(pair.words, pictures, fashion, products, split, "")
        yield from _labels(pair.words, pictures, products, split)
    yield from _look_alikes(pair.looks(rows), products, split)


def whole(pair: Pair, sets: Mapping[str, Pictured], split: int) -> Iterable[Line]:
    """The attribute questions over the whole set, once: for a pair that learned from none of it."""
    fashion = sets[_SET]
    if pair.words is not None and split == splits.SPLITS[0]:
        pictures = pair.pictures(fashion.own)
        yield from _attributes(pair.words, pictures, fashion, fashion.products, split, ", whole set")


def _titles(words: Words, pictures: Rows, products: Sequence[Mapping[str, str]], split: int) -> Iterable[Line]:
    """Each title asks for its own photo; others may be called the same, so 1 cannot be reached."""
    ids = [row["id"] for row in products]
    scores = words([row["title"] for row in products]) @ pictures.T
    own = {id: {id: 1} for id in ids}
    measures = {"R@1": "Success@1", "R@5": "Success@5", "R@10": "Success@10", "MRR": "RR@100"}
    yield from Asked(_SET, "title → own photo", split).answered(scores, ids, own, measures)
    called: dict[str, dict[str, int]] = {}
    for row in products:
        called.setdefault(splits.plain(row["title"]), {})[row["id"]] = 1
    firsts = [at for at, row in enumerate(products) if next(iter(called[splits.plain(row["title"])])) == row["id"]]
    same = {ids[at]: called[splits.plain(products[at]["title"])] for at in firsts}
    asked = Asked(_SET, "title → a photo so called", split)
    yield from asked.answered(scores[firsts], ids, same, {"R@1": "Success@1"})


def _attributes(
    words: Words,
    pictures: Rows,
    fashion: Pictured,
    products: Sequence[Mapping[str, str]],
    split: int,
    where: str,
) -> Iterable[Line]:
    """Questions made from labels, of which some product of the pool has all the facets (gain 3)."""
    ids = [row["id"] for row in products]
    pool = set(ids)
    gains = gains_of(fashion.data.pairs("attr_qrels.tsv"))
    within = {query: {id: gain for id, gain in found.items() if id in pool} for query, found in gains.items()}
    texts = {
        query: text
        for query, text in fashion.data.pairs("attr_queries.tsv")
        if max(within.get(query, {}).values(), default=0) >= 3
    }
    languages = {"English": str, "Chinese": chinese.usual, "Chinese, other words": chinese.other}
    for language, said in languages.items():
        queries = {query: said(text) for query, text in texts.items() if said(text)}
        asked = Asked(_SET, f"attributes, {language}{where}", split)
        judged = {query: within[query] for query in queries}
        scores = words(list(queries.values())) @ pictures.T
        yield from asked.answered(scores, ids, judged, {"nDCG@10": "nDCG@10"})


def _labels(words: Words, pictures: Rows, products: Sequence[Mapping[str, str]], split: int) -> Iterable[Line]:
    """A photo finds the name of its kind, and of its colour, among all that the pool has."""
    for column, table in (("category", chinese.KINDS), ("colour", chinese.COLOURS)):
        labels = np.array([row[column].split("/")[-1] for row in products])
        known = labels != ""
        names = sorted(set(labels[known]))
        photos = [row["id"] for row in products if row[column]]
        for language, said in (("English", names), ("Chinese", [table[name] for name in names])):
            best = np.array(names)[(pictures @ words(said).T).argmax(axis=1)]
            asked = Asked(_SET, f"photo → {column}, {language}", split)
            yield asked.told(len(names), "R@1", photos, (best == labels)[known])


def _look_alikes(looks: Rows, products: Sequence[Mapping[str, str]], split: int) -> Iterable[Line]:
    """Every photo of the pool asks for its like; the photo itself is left out."""
    category = np.array([row["category"] for row in products])
    colour = np.array([row["colour"] for row in products])
    scores = looks @ looks.T
    np.fill_diagonal(scores, -np.inf)
    best = np.argpartition(-scores, 10, axis=1)[:, :10]
    same = category[best] == category[:, None]
    both = same & (colour[best] == colour[:, None])
    photos = [row["id"] for row in products]
    for what, right in (("category", same), ("category and colour", both)):
        asked = Asked(_SET, f"look-alikes, {what}", split)
        yield asked.told(len(products), "P@10", photos, right.mean(axis=1))
