"""Decision-level fusion: every channel judges for itself, and the judgments are weighted and added.

Each method says what share, 0 … 1, of its full worth an ask gives to a candidate; a channel in which a product has
nothing gives nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.errors import SetupError
from wares.ranking.fusion.base import Ask, Evidence, Fusion
from wares.settings import FusionSettings

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Floats, Shares

#: (scores of one ask, NaN left out; its ceiling) → shares.
Normaliser = Callable[["Shares", float], "Shares"]


class Decision(Fusion):
    """Weighted shares. A method writes :meth:`shares`."""

    def contributions(self, evidence: Evidence) -> Shares:
        if not evidence.asks:
            return np.zeros((len(evidence.scores), 0))
        added: Shares = self.shares(evidence.scores, evidence.asks) * self.factors(evidence.asks)
        return added

    @abstractmethod
    def shares(self, scores: Floats, asks: Sequence[Ask]) -> Shares:
        """What part of its worth each ask gives to each candidate: shape (n, asks), 0 … 1."""


def bounds(scores: Shares, ceiling: float) -> Shares:
    """The share of the most that could be: BM25 of the sum of all its terms' IDF, cosines of 1; below 0 is 0.

    What it gives does not depend on which other candidates there are.
    """
    return np.clip(scores / ceiling, 0.0, 1.0)


def minmax(scores: Shares, ceiling: float) -> Shares:
    """From the worst candidate, 0, to the best, 1; alike ones are all best."""
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.ones_like(scores)


def dbsf(scores: Shares, ceiling: float) -> Shares:
    """From three standard deviations below the mean, 0, to three above, 1: distribution-based score fusion
    (Mazzeschi, "Distribution-Based Score Fusion", 2023)."""
    spread = scores.std()
    return np.clip((scores - scores.mean()) / (6 * spread) + 0.5, 0.0, 1.0) if spread > 0 else np.ones_like(scores)


NORMALISERS: Mapping[str, Normaliser] = {"bounds": bounds, "minmax": minmax, "dbsf": dbsf}


class Weighted(Decision):
    """Normalised scores (CombSUM with weights: Fox and Shaw, "Combination of Multiple Searches", TREC-2, 1994)."""

    def __init__(self, settings: FusionSettings) -> None:
        super().__init__(settings)
        if settings.normalise not in NORMALISERS:
            raise SetupError(f"fusion: unknown normalise {settings.normalise!r}; known: {', '.join(NORMALISERS)}")
        self._normalise = NORMALISERS[settings.normalise]

    def shares(self, scores: Floats, asks: Sequence[Ask]) -> Shares:
        found = np.zeros(scores.shape)
        for at, ask in enumerate(asks):
            known = ~np.isnan(scores[:, at])
            if known.any():
                found[known, at] = self._normalise(scores[known, at].astype(np.float64), ask.ceiling)
        return found


class ReciprocalRanks(Decision):
    """``(k + 1) / (k + rank)``: reciprocal rank fusion, scaled so that the first has 1 (Cormack, Clarke and Büttcher,
    "Reciprocal Rank Fusion outperforms Condorcet and Individual Rank Learning Methods", SIGIR 2009)."""

    def __init__(self, settings: FusionSettings) -> None:
        super().__init__(settings)
        if not 0 <= settings.rrf_k <= 10_000:
            raise SetupError(f"fusion: rrf_k must lie in 0 … 10000, not {settings.rrf_k}")
        self._k = settings.rrf_k

    def shares(self, scores: Floats, asks: Sequence[Ask]) -> Shares:
        placed: Shares = np.nan_to_num((self._k + 1) / (self._k + ranks(scores)), nan=0.0)
        return placed


class Voting(Decision):
    """Every channel gives its first candidate n votes, the next n - 1 and so on, as a share of n: the Borda count
    (Aslam and Montague, "Models for Metasearch", SIGIR 2001), n being the number of all candidates."""

    def shares(self, scores: Floats, asks: Sequence[Ask]) -> Shares:
        n = max(len(scores), 1)
        votes: Shares = np.nan_to_num((n + 1 - ranks(scores)) / n, nan=0.0)
        return votes


def ranks(scores: Floats) -> Shares:
    """Ranks from 1 down each column, alike scores sharing the best of their ranks; NaN where there is no score."""
    placed = np.full(scores.shape, np.nan)
    for column, into in zip(scores.T, placed.T, strict=True):
        known = ~np.isnan(column)
        if known.any():
            ordered = np.sort(-column[known])
            into[known] = 1 + np.searchsorted(ordered, -column[known], side="left")
    return placed
