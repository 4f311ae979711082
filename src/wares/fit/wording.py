"""What is said of products, as numbers: captions drawn once, each text encoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.fitted import Words
from wares.encoders.terms import of_text
from wares.encoders.tokens import tokens
from wares.fit.captions import Caption, Captioner
from wares.fit.material import Bank, Texts
from wares.fit.terms import Facet
from wares.records import Product

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

#: Captions drawn of each product, beside those in the commonest words; all together about MOST, for encoding them is
#: what takes the time. A title of which less than FEWEST_WORDS is left says too little to be its own.
FEWEST, MOST_EACH, MOST, FEWEST_WORDS = 6, 32, 40_000, 3
_AT_ONCE = 512

#: (done, of how many texts).
Tell = Callable[[int, int], None]

#: How often what shoppers type is said beside other captions: a brand alone is seldom to be seen, a colour is.
OFTEN: Mapping[str, int] = {
    "kind": 4,
    "colour": 3,
    "colour kind": 4,
    "gender colour kind": 4,
    "attribute kind": 3,
    "brand kind": 2,
    "attribute colour kind": 2,
}


class Wording(NamedTuple):
    """Captions of products, in the order of these; see :class:`~wares.fit.material.Material`."""

    captions: tuple[str, ...]
    own: list[Ints]
    said: list[tuple[Ints, ...]]
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
    said: list[tuple[Ints, ...]] = []
    facets: list[frozenset[int]] = []
    kinds: list[int] = []
    for product in products:
        chance = Random(f"{seed} {product.id}")  # noqa: S311 - to be repeated, no secret
        title = [place(product.title, frozenset())] if product.title.strip() else []
        drawn = captioner.draw(product, chance, count)
        mine = [place(c.text, c.facets) for c in drawn if not c.facets and _tells(c)]
        own.append(np.array(list(dict.fromkeys([*title, *mine])), np.int64))
        shared: dict[str, dict[int, None]] = {}
        for caption in (*captioner.captions(product), *captioner.shared(product, chance, count)):
            if caption.facets:
                shared.setdefault(caption.kind, {})[place(caption.text, caption.facets)] = None
        ways = {kind: np.array(list(places), np.int64) for kind, places in shared.items()}
        said.append(tuple(ways[kind] for kind in ways for _ in range(OFTEN.get(kind, 1))))
        has = captioner.facets(product)
        facets.append(numbered(has))
        kinds.append(min((number[facet] for facet in has if facet[0] == "kind"), default=-1))
    names: dict[str, dict[int, list[int]]] = {
        field: {number[facet]: [] for facet in number if facet[0] == field} for field in BANKS
    }
    for number_of_caption, states in enumerate(stated):
        for of_field in names.values():
            if len(states) == 1 and (only := min(states)) in of_field:
                of_field[only].append(number_of_caption)
    return Wording(tuple(texts), own, said, stated, facets, np.array(kinds, np.int64), list(_banks(names)))


def _banks(names: Mapping[str, Mapping[int, list[int]]]) -> Iterator[Bank]:
    for of_field in names.values():
        named = {facet: captions for facet, captions in of_field.items() if captions}
        if len(named) >= FEWEST_VALUES:
            yield Bank(np.array(list(named), np.int64), [np.array(captions, np.int64) for captions in named.values()])


def _tells(caption: Caption) -> bool:
    """Whether a caption of a product's own is more than a word or two that would do for many."""
    return len(tokens(caption.text)) >= FEWEST_WORDS


def encoded(words: Words, texts: Sequence[str], tell: Tell | None = None, *, prior: bool = False) -> Texts:
    """Texts as numbers, encoded in batches; with ``prior`` for the prior too."""
    rows = []
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        rows.append(words.features_without_terms(some) if prior else words.features_read(some))
        if tell is not None:
            tell(min(start + _AT_ONCE, len(texts)), len(texts))
    terms = [of_text(text) for text in texts]
    starts = np.concatenate([[0], np.cumsum([len(term) for term in terms])]).astype(np.int64)
    width = words.dense if prior else words.read.stop - words.read.start
    found = np.concatenate(rows) if rows else np.zeros((0, width), np.float32)
    listed = np.concatenate([*terms, np.zeros(0, np.int64)])
    return Texts(found[:, words.read] if prior else found, listed, starts, found if prior else found[:, :0])
