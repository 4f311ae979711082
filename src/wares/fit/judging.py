"""How good heads are on products that were held out: questions asked of their pictures alone.

``titles``  a title, and the pictures of its own group sought among all that are held out: reciprocal rank
``labels``  what shoppers type ("blue shirt", "蓝色衬衫"), and every product of which it holds: nDCG@10
``looks``   a picture, and the product it is of, by its other pictures: precision at one
``alike``   a picture, and those of products of the same kind and colour: precision at ten
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.base import Encoder
from wares.encoders.fitted import Words, beside, seen
from wares.encoders.heads import Head, Heads
from wares.fit.captions import Captioner
from wares.fit.material import Texts
from wares.fit.parting import Pictured
from wares.fit.terms import Facet
from wares.fit.wording import encoded
from wares.records import Product

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float64]

#: Questions of each kind, and products they are asked of, at most: what is more makes no figure surer.
MOST_LABELS, MOST_PRODUCTS = 400, 3_000
_DEPTH = 10
_DISCOUNTS = 1 / np.log2(np.arange(2, _DEPTH + 2))


class Asked(NamedTuple):
    """Questions as numbers, with the products that are right: ``right`` is (questions, products) of gains 0 or 1."""

    texts: Texts
    right: npt.NDArray[np.bool_]


class Exam(NamedTuple):
    """Products held out: their pictures (m, d), which product (0 … n-1) each is of, and what is asked.

    ``sorts`` (n,) is equal where kind and colour are, -1 where they are not known.
    """

    pictures: Vectors
    owners: Ints
    titles: Asked
    labels: Asked
    products: int
    sorts: Ints


class Marks(NamedTuple):
    """What each question was worth."""

    titles: Values
    labels: Values

    @property
    def mean(self) -> float:
        """Of both kinds, each counting the same; of one kind where the other has no question."""
        means = [float(values.mean()) for values in self if len(values)]
        return sum(means) / len(means) if means else 0.0


def exam(held: Sequence[Pictured], group: Ints, captioner: Captioner, words: Words, seed: int) -> Exam:
    """What products that are held out are asked; ``group`` numbers theirs."""
    chosen = list(range(len(held)))
    Random(seed).shuffle(chosen)  # noqa: S311 - to be repeated, no secret
    chosen = sorted(chosen[:MOST_PRODUCTS])
    products = [held[at] for at in chosen]
    numbers = group[chosen]
    titled = [at for at, one in enumerate(products) if one.product.title.strip()]
    right = numbers[titled][:, None] == numbers[None, :]
    titles = Asked(encoded(words, [products[at].product.title for at in titled], prior=True), right)
    return Exam(
        pictures=np.concatenate([one.rows for one in products]),
        owners=np.repeat(np.arange(len(products)), [len(one.rows) for one in products]),
        titles=titles,
        labels=_labels([one.product for one in products], captioner, words, seed),
        products=len(products),
        sorts=_sorts([one.product for one in products], captioner),
    )


def _sorts(products: Sequence[Product], captioner: Captioner) -> Ints:
    number: dict[frozenset[Facet], int] = {}
    found = []
    for product in products:
        sort = frozenset(facet for facet in captioner.facets(product) if facet[0] in ("kind", "colour"))
        found.append(number.setdefault(sort, len(number)) if sort else -1)
    return np.array(found, np.int64)


def _labels(products: Sequence[Product], captioner: Captioner, words: Words, seed: int) -> Asked:
    has = [captioner.facets(product) for product in products]
    stated = {c.text: c.facets for p in products for c in captioner.captions(p) if c.facets}
    texts = sorted(stated)
    Random(seed).shuffle(texts)  # noqa: S311 - to be repeated, no secret
    found: list[tuple[str, npt.NDArray[np.bool_]]] = []
    for text in texts[: 4 * MOST_LABELS]:
        right = np.array([stated[text] <= facets for facets in has])
        # What holds for half of the products tells nothing.
        if 0 < right.sum() <= len(products) / 2:
            found.append((text, right))
    found = found[:MOST_LABELS]
    gains = np.stack([right for _, right in found]) if found else np.zeros((0, len(products)), np.bool_)
    return Asked(encoded(words, [text for text, _ in found], prior=True), gains)


def marks(exam: Exam, words: Vectors, pictures: Vectors, labels: Vectors) -> Marks:
    """Marks of vectors: ``words`` of the titles, ``labels`` of the labels, ``pictures`` of all pictures, by row."""
    return Marks(
        titles=reciprocal_ranks(_by_product(words @ pictures.T, exam), exam.titles.right),
        labels=ndcg(_by_product(labels @ pictures.T, exam), exam.labels.right),
    )


def of_heads(exam: Exam, words: Head, pictures: Head) -> Marks:
    """Marks of two heads, without any prior beside them."""
    return marks(exam, said(words, exam.titles.texts), pictures(exam.pictures), said(words, exam.labels.texts))


def of_fit(exam: Exam, heads: Heads, prior: tuple[Encoder, Encoder] | None) -> Marks:
    """Marks of heads as a shop has them, with the prior beside them, if there is one."""
    if prior is None:
        return of_heads(exam, heads.words, heads.pictures)
    of_words, of_pictures = prior
    dims = of_words.tower.dims

    def joined(texts: Texts) -> Vectors:
        return beside(said(heads.words, texts), of_words.project(texts.prior[:, :dims]), heads.prior)

    rows = seen(exam.pictures, of_pictures.tower.shows, heads, of_pictures, 1 - heads.prior)
    return marks(exam, joined(exam.titles.texts), rows, joined(exam.labels.texts))


def said(head: Head, texts: Texts) -> Vectors:
    """Texts through a head of words."""
    return head(texts.features, texts.bag(np.arange(len(texts.features))))


def reciprocal_ranks(scores: Vectors, right: npt.NDArray[np.bool_]) -> Values:
    """1 / the place of the best right product in each row; of equal scores the worse place counts, so that heads that
    make all alike are not rewarded."""
    if not len(scores):
        return np.zeros(0)
    best = np.where(right, scores, -np.inf).max(axis=1, keepdims=True)
    return np.asarray(1 / (1 + ((scores >= best) & ~right).sum(axis=1)), dtype=np.float64)


def ndcg(scores: Vectors, right: npt.NDArray[np.bool_]) -> Values:
    """nDCG@10 of each row, gains 0 or 1."""
    if not len(scores):
        return np.zeros(0)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :_DEPTH]
    gains = np.take_along_axis(right, best, axis=1)
    depth = best.shape[1]
    ideal = np.cumsum(_DISCOUNTS)[np.minimum(right.sum(axis=1), depth) - 1]
    return np.asarray((gains * _DISCOUNTS[:depth]).sum(axis=1) / ideal, dtype=np.float64)


def by_chance(exam: Exam) -> Marks:
    """What each question is worth on average when products come in an order by chance: where words find no pictures,
    heads that learned nothing must not count as better."""
    return Marks(_ranks_by_chance(exam.titles.right), _ndcg_by_chance(exam.labels.right))


def _ranks_by_chance(right: npt.NDArray[np.bool_]) -> Values:
    number, products = right.sum(axis=1), right.shape[1]
    found, none_yet = np.zeros(len(right)), np.ones(len(right))
    for place in range(1, products + 1):
        here = np.minimum(number / (products - place + 1), 1.0)
        found += none_yet * here / place
        none_yet *= 1 - here
    return found


def _ndcg_by_chance(right: npt.NDArray[np.bool_]) -> Values:
    depth = min(_DEPTH, right.shape[1])
    number, best = right.sum(axis=1), np.cumsum(_DISCOUNTS)
    ideal = best[np.clip(number, 1, depth) - 1]
    return np.asarray(number / max(right.shape[1], 1) * best[depth - 1] / ideal, dtype=np.float64)


def looks(asked: Vectors, pictures: Vectors, owners: Ints, right: Ints) -> Values:
    """For each picture asked with, whether the nearest of ``pictures`` is of the product ``right``: 0 or 1."""
    if not len(asked) or not len(pictures):
        return np.zeros(0)
    return np.asarray(owners[(asked @ pictures.T).argmax(axis=1)] == right, dtype=np.float64)


def alike(exam: Exam, rows: Vectors) -> Values:
    """For each product's first picture the share of the ten nearest other products that are of its sort; ``rows`` are
    those of all pictures, (m, o). Products that are alone of their sort are not asked."""
    firsts = np.flatnonzero(np.r_[True, exam.owners[1:] != exam.owners[:-1]])
    counts = np.bincount(exam.sorts[exam.sorts >= 0], minlength=1)
    asking = np.array([sort >= 0 and counts[sort] > 1 for sort in exam.sorts])
    scores = rows[firsts] @ rows[firsts].T
    np.fill_diagonal(scores, -np.inf)
    depth = min(_DEPTH, len(firsts) - 1)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    same = exam.sorts[best] == exam.sorts[:, None]
    return np.asarray(same[asking].mean(axis=1), dtype=np.float64) if asking.any() else np.zeros(0)


def _by_product(scores: Vectors, exam: Exam) -> Vectors:
    """Scores of pictures (questions, m) as those of products (questions, n): the best of each."""
    if not len(scores):
        return np.zeros((0, exam.products), np.float32)
    starts = np.flatnonzero(np.r_[True, exam.owners[1:] != exam.owners[:-1]])
    return np.asarray(np.maximum.reduceat(scores, starts, axis=1), dtype=np.float32)
