"""Collapse: of products that are the same (``Stored.group``) the best-ranked stands for all."""

from __future__ import annotations

import numpy as np

from wares.ranking.chain.base import Listing, Situation, Stage
from wares.ranking.columns import Columns
from wares.settings import RankingSettings


class Collapse(Stage):
    """Leaves one product of each group. One that is held stands for its group, wherever the others are."""

    def __init__(self, settings: RankingSettings, columns: Columns) -> None:
        self._on = settings.collapse
        self._columns = columns

    def apply(self, listing: Listing, situation: Situation) -> Listing:
        if not self._on:
            return listing
        groups = self._columns.rows(listing.numbers)["group"]
        return collapsed(listing, groups.tolist())


def collapsed(listing: Listing, groups: list[int]) -> Listing:
    """The listing with one product of each group (0: of none). Two of a group that are both held both stay."""
    if not any(groups):
        return listing
    numbers = listing.numbers.tolist()
    stands: dict[int, int] = {}
    for number, group in zip(numbers, groups, strict=True):
        if group > 0 and (group not in stands or (number in listing.held and stands[group] not in listing.held)):
            stands[group] = number
    folded = {number: tuple(others) for number, others in listing.folded.items()}
    kept: list[int] = []
    for place, (number, group) in enumerate(zip(numbers, groups, strict=True)):
        first = stands.get(group, number)
        if number == first or number in listing.held:
            kept.append(place)
        else:
            folded[first] = (*folded.get(first, ()), number, *folded.pop(number, ()))
    left = listing.taken(np.asarray(kept, np.int64))._replace(folded=folded)
    return left.taken(left.with_held(np.arange(len(kept))))
