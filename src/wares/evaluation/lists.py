"""Measures of recommendation lists that need no judgments: how varied a list is, how unexpected, and how much of the
catalogue is ever shown. None of them says that a list is good: a list drawn by lot is first in all three.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


def intra_list_diversity(vectors: npt.NDArray[np.floating[Any]]) -> float:
    """1 - the mean cosine of all pairs of one list's products (Smyth and McClave 2001; Ziegler et al. 2005): 0 when
    all are alike, 1 when they have nothing in common, more only where cosines are below 0.

    ``vectors``: a row for each product of the list, of any length and order. A product without a vector (zeros) is
    left out; fewer than two products are not diverse: 0.
    """
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=-1)
    units = vectors[lengths > 0] / lengths[lengths > 0, None]
    if len(units) < 2:
        return 0.0
    # |Σu|² holds every pair twice, and every vector with itself.
    pairs = len(units) * (len(units) - 1)
    return max(1 - (float(np.square(units.sum(axis=0)).sum()) - len(units)) / pairs, 0.0)


def novelty(lists: Iterable[Sequence[str]], interactions: Mapping[str, int]) -> float:
    """How little known what is listed is, in bits: the mean of -log2 of a product's share of all interactions over a
    list's products, and the mean of that over lists (self-information; Zhou et al. 2010).

    ``interactions``: how often each product was clicked, or bought. One without any counts as if it had one, so that
    it is finite. Empty lists are left out; without lists or interactions it is 0.
    """
    total = sum(interactions.values())
    if total <= 0:
        return 0.0
    means = [
        math.fsum(math.log2(total / max(interactions.get(product, 0), 1)) for product in listed) / len(listed)
        for listed in lists
        if listed
    ]
    return math.fsum(means) / len(means) if means else 0.0


def catalogue_coverage(lists: Iterable[Iterable[str]], catalogue: Collection[str]) -> float:
    """The share of a catalogue's products that are in any of the lists (catalogue coverage; Ge, Delgado-Battenfeld
    and Jannach 2010); 0 of an empty catalogue. ``catalogue``: its ids; what is listed and not among them is ignored.
    """
    products = frozenset(catalogue)
    shown = products.intersection(product for listed in lists for product in listed)
    return len(shown) / len(products) if products else 0.0
