"""A sort by a field that keeps relevance: only what is above the cut-off is sorted, and of equals the better answer
comes first. The cheapest thing that has a little to do with the question is not its first answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wares.ranking.chain.base import Listing

if TYPE_CHECKING:
    import numpy.typing as npt


def by_field(listing: Listing, values: npt.NDArray[np.float64], *, descending: bool = False) -> Listing:
    """The listing by a number of each product, shape (n,), least first; equal ones in the order they had, and last
    those whose number is not known (NaN). Scores and moves stay as they are: the asker chose this order."""
    unknown = np.isnan(values)
    keys = np.where(unknown, 0.0, -values if descending else values)
    return listing.taken(np.lexsort((np.arange(len(values)), keys, unknown)))
