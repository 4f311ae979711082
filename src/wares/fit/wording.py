"""What is said of products, as numbers: captions drawn once, each text encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.fitted import Words
from wares.encoders.terms import of_text
from wares.fit.captions import Captioner
from wares.fit.material import Bank, Texts
from wares.fit.terms import Facet
from wares.records import Product

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

#: Captions drawn of each product; all together about MOST, for encoding them is what takes the time.
FEWEST, MOST_EACH, MOST = 6, 32, 40_000
_AT_ONCE = 512

#: (done, of how many texts).
Tell = Callable[[int, int], None]


class Wording(NamedTuple):
    """Captions of products, in the order of these; see :class:`~wares.fit.material.Material`."""

    captions: tuple[str, ...]
    own: list[Ints]
    said: list[Ints]
    stated: list[frozenset[int]]
    facets: list[frozenset[int]]
    kinds: Ints
    banks: list[Bank]


#: Fields all of whose values are asked of every batch, and how many values make one worth asking.
BANKS, FEWEST_VALUES = ("kind", "colour"), 2


def worded(products: Sequence[Product], captioner: Captioner, seed: int) -> Wording:
    """What is said of products: their titles always, and what is drawn by chance."""
    number: dict[Facet, int] = {}
    texts: dict[str, int] = {}
    stated: list[frozenset[int]] = []

    def numbered(facets: frozenset[Facet]) -> frozenset[int]:
        return frozenset(number.setdefault(facet, len(number)) for facet in sorted(facets))

    def place(text: str, facets: frozenset[Facet]) -> int:
        if text not in texts:
            texts[text] = len(stated)
            stated.append(numbered(facets))
        return texts[text]

    count = int(np.clip(MOST // max(len(products), 1), FEWEST, MOST_EACH))
    own: list[Ints] = []
    said: list[Ints] = []
    facets: list[frozenset[int]] = []
    kinds: list[int] = []
    for product in products:
        chance = Random(f"{seed} {product.id}")  # noqa: S311 - to be repeated, no secret
        drawn = captioner.draw(product, chance, count)
        title = [place(product.title, frozenset())] if product.title.strip() else []
        mine = [place(c.text, c.facets) for c in drawn if not c.facets and c.text.strip()]
        shared = [place(c.text, c.facets) for c in drawn if c.facets]
        own.append(np.array(list(dict.fromkeys([*title, *mine])), np.int64))
        said.append(np.array(list(dict.fromkeys(shared)), np.int64))
        has = captioner.facets(product)
        facets.append(numbered(has))
        kinds.append(min((number[facet] for facet in has if facet[0] == "kind"), default=-1))
    names: dict[str, dict[int, list[int]]] = {
        field: {number[facet]: [] for facet in number if facet[0] == field} for field in BANKS
    }
    for caption, states in enumerate(stated):
        for of_field in names.values():
            if len(states) == 1 and (only := min(states)) in of_field:
                of_field[only].append(caption)
    return Wording(tuple(texts), own, said, stated, facets, np.array(kinds, np.int64), list(_banks(names)))


def _banks(names: Mapping[str, Mapping[int, list[int]]]) -> Iterator[Bank]:
    for of_field in names.values():
        named = {facet: captions for facet, captions in of_field.items() if captions}
        if len(named) >= FEWEST_VALUES:
            yield Bank(np.array(list(named), np.int64), [np.array(captions, np.int64) for captions in named.values()])


def encoded(words: Words, texts: Sequence[str], tell: Tell | None = None) -> Texts:
    """Texts as numbers, encoded in batches."""
    rows = []
    for start in range(0, len(texts), _AT_ONCE):
        rows.append(words.features_without_terms(texts[start : start + _AT_ONCE]))
        if tell is not None:
            tell(min(start + _AT_ONCE, len(texts)), len(texts))
    terms = [of_text(text) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(term) for term in terms])]).astype(np.int64)
    features = np.concatenate(rows) if rows else np.zeros((0, words.dense), np.float32)
    return Texts(features, np.concatenate([*terms, np.zeros(0, np.int64)]), starts)
