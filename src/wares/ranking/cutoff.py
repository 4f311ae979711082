"""The relevance cut-off: which candidates count, before rubbish begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Scores = npt.NDArray[np.float64]


def counting(scores: Scores, whole: Mask, cutoff: float) -> Mask:
    """Which of n candidates count: bool (n,).

    ``scores``: (n,), by fusion alone, before signals and rules. ``whole``: (n,), holds all the telling words of a
    wanted text. ``cutoff``: 0 … 1, the share of the best score below which the others do not count.
    """
    if not len(scores) or cutoff <= 0:
        return np.ones(len(scores), np.bool_)
    best = max(float(scores.max()), 0.0)
    kept: Mask = whole | ((scores >= cutoff * best) & (scores > 0))
    return kept
