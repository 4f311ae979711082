"""The relevance cut-off: which candidates count, before rubbish begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Scores = npt.NDArray[np.float64]


def counting(scores: Scores, whole: Mask, threshold: float) -> Mask:
    """Which of n candidates count: bool (n,).

    ``scores``: (n,), by fusion alone, before signals and rules. ``whole``: (n,), holds all the telling words of a
    wanted text. ``threshold``: the score below which the others do not count; at 0 all do.
    """
    kept: Mask = np.ones(len(scores), np.bool_) if threshold <= 0 else whole | (scores >= threshold)
    return kept
