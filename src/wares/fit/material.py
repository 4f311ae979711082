"""What heads are trained on: features of pictures, features of captions, and who belongs to whom. Numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.encoders.heads import Bag

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Ints = npt.NDArray[np.int64]
    Together = npt.NDArray[np.bool_]


class Texts(NamedTuple):
    """Captions as numbers: features that the head reads (t, d), the terms of caption ``i`` at
    ``terms[starts[i]:starts[i + 1]]``, and features that the prior reads, if it is asked too."""

    features: Vectors
    terms: Ints
    starts: Ints
    prior: Vectors = np.zeros((0, 0), np.float32)

    def bag(self, chosen: Ints) -> Bag:
        """The terms of some captions."""
        lengths = (self.starts[1:] - self.starts[:-1])[chosen]
        rows = np.repeat(np.arange(len(chosen)), lengths)
        offsets = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return Bag(self.terms[np.repeat(self.starts[:-1][chosen], lengths) + offsets], rows, len(chosen))


class Bank(NamedTuple):
    """All values of one field: value ``i`` is the facet ``facets[i]``, captions ``names[i]`` say just that."""

    facets: Ints
    names: Sequence[Ints]


class Material(NamedTuple):
    """Products 0 … p-1 with their pictures and captions.

    ``pictures`` (m, d) belong to the products ``owners`` (m,); ``views`` are other views of picture ``viewed[i]``.
    ``own[p]`` are captions that are a product's own, its title before all; ``said[p]`` those that others may share,
    in a list for each way they are made. A caption states ``stated[c]``, numbers of facets, of which product p has
    ``facets[p]``; one that states none belongs to its product and those of the same ``groups``. ``kinds`` tell what
    sort of thing each is (-1: unknown);
    ``banks`` are the names of all kinds, and of all colours.
    """

    pictures: Vectors
    owners: Ints
    views: Vectors
    viewed: Ints
    texts: Texts
    own: Sequence[Ints]
    said: Sequence[Sequence[Ints]]
    stated: Sequence[frozenset[int]]
    facets: Sequence[frozenset[int]]
    groups: Ints
    kinds: Ints
    banks: Sequence[Bank] = ()

    def together(self, captions: Ints, speakers: Ints, products: Ints) -> Together:
        """Which captions, said of ``speakers``, hold for which products: (captions, products)."""
        same: Together = self.groups[speakers][:, None] == self.groups[products][None, :]
        return same | self.holds([self.stated[caption] for caption in captions], products)

    def holds(self, stated: Sequence[frozenset[int]], products: Ints) -> Together:
        """Which products have all of some facets, where there are any: (sets of facets, products)."""
        wanted = sorted({facet for facets in stated for facet in facets})
        if not wanted:
            return np.zeros((len(stated), len(products)), np.bool_)
        place = {facet: at for at, facet in enumerate(wanted)}
        states = np.zeros((len(stated), len(wanted)), np.float32)
        for row, facets in enumerate(stated):
            states[row, [place[facet] for facet in facets]] = 1
        has = np.zeros((len(products), len(wanted)), np.float32)
        for row, product in enumerate(products):
            has[row, [place[facet] for facet in self.facets[product] if facet in place]] = 1
        needed = states.sum(axis=1)
        found: Together = (states @ has.T >= needed[:, None] - 0.5) & (needed[:, None] > 0)
        return found
