"""Diversity: the first places are not all of one brand, nor do they all look the same.

Maximal marginal relevance (Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering
Documents and Producing Summaries", SIGIR 1998): place by place, the product is taken that is best by

    score / best score  -  brand × (has it the brand of one above?)  -  look × (its greatest cosine to one above)

Cosines below 0 count as 0. Only the order changes, no score. Whoever is taken stands among the first ``AMONG`` times
as many as there are places, so that nothing is brought up from far below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.ranking.chain.base import Listing, Situation, Stage
from wares.ranking.columns import Columns
from wares.settings import RankingSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

BY = "diversity"
#: How many times as many products as places are looked at.
AMONG = 3


class Diversity(Stage):
    """Moves products of the first places; without weights it changes nothing."""

    def __init__(self, settings: RankingSettings, columns: Columns) -> None:
        self._settings = settings.diversity
        self._columns = columns

    def apply(self, listing: Listing, situation: Situation) -> Listing:
        settings, size = self._settings, min(len(listing.numbers), self._settings.places * AMONG)
        if not (settings.brand or settings.look) or size < 3:
            return listing
        numbers = listing.numbers[:size]
        alike = np.zeros((size, size))
        if settings.brand:
            brands = self._columns.rows(numbers)["brand"]
            alike += settings.brand * ((brands[:, None] == brands) & (brands > 0))
        if settings.look:
            alike += settings.look * cosines(looks(numbers.tolist(), situation))
        order = chosen(listing.scores[:size], alike, settings.places)
        whole = listing.with_held([*order, *range(size, len(listing.numbers))])
        return listing.moved_to(BY, whole)


def chosen(scores: Values, alike: Values, places: int) -> list[int]:
    """Places of a listing in their new order: ``places`` of them chosen one by one, the rest as they were.

    ``scores``: (n,), in the order of the listing; where they rise from one to the next, a stage moved somebody up,
    and that one counts as much as whoever follows. ``alike``: (n, n), what a product loses for standing below
    another.
    """
    worth = np.maximum.accumulate(scores[::-1])[::-1]
    gain = worth / max(abs(float(worth.max(initial=0.0))), abs(float(worth.min(initial=0.0))), 1e-12)
    loss = np.zeros(len(gain))
    left = np.ones(len(gain), np.bool_)
    order: list[int] = []
    for _ in range(min(places, len(gain))):
        best = int(np.where(left, gain - loss, -np.inf).argmax())  # of equals the first, as it was
        order.append(best)
        left[best] = False
        loss = np.maximum(loss, alike[:, best])
    return order + np.flatnonzero(left).tolist()


def looks(numbers: Sequence[int], situation: Situation) -> list[npt.NDArray[np.float32] | None]:
    """The vectors by which products look like each other: of the first channel of pictures, their mean picture."""
    channel = next((name for name in situation.channels if name.endswith(".image")), "")
    found = situation.vectors(numbers, channel) if channel else {}
    return [found[number].mean(axis=0) if number in found else None for number in numbers]


def cosines(vectors: Sequence[npt.NDArray[np.float32] | None]) -> Values:
    """Of all pairs, not below 0: (n, n); 0 where one has no vector."""
    size = next((len(vector) for vector in vectors if vector is not None), 1)
    rows = np.stack([vector if vector is not None else np.zeros(size, np.float32) for vector in vectors])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    between: Values = np.clip(units @ units.T, 0.0, 1.0).astype(np.float64)
    return between
