"""Business signals: what people think of a product, how often it is bought, how new it is, what it earns, whether it
can be had.

Each gives a value v of 0 … 1 and has a neutral value v₀, what nothing is known of counts as; the score grows by
weight × best × (v - v₀), where best is the highest score before. So a weight is a share of the best score: scores of
one question lie higher than those of another, and signals are to decide among products that answer a question about
equally well, whatever the question (``benchmarks/chain.md`` says how well that goes).

==============  ====================================================  =========================================
signal          v                                                     v₀
==============  ====================================================  =========================================
``rating``      (n r + m C) / (n + m) / 5                             C / 5
``popularity``  log(1 + p) / log(1 + P), at most 1                    mean of log(1 + p) / log(1 + P), at most 1
``recency``     ½ ^ (age / half-life)                                 ½
``margin``      share of the price that is earned, not below 0        the catalogue's mean, not below 0
``stock``       1 in stock, ½ to order, 0 out; the mean of variants   1
==============  ====================================================  =========================================

r is the mean of n ratings, C the mean over the catalogue and m the prior (a Bayesian average, the "weighted rating"
of IMDb's top 250; Miller, "Bayesian Average Ratings", 2012; Robbins, "An Empirical Bayes Approach to Statistics",
1956). Of a rating by nobody knows how many, n is taken to be m. p is how often a product was bought (or, where no
attribute says so, rated), and P what 99 % of the products do not exceed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.chain.base import Added, Listing, Situation, Stage
from wares.ranking.columns import Columns
from wares.settings import RankingSettings, SignalSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.ranking.columns import Typical

    Numbers = npt.NDArray[np.int64]
    Rows = npt.NDArray[np.void]
    Values = npt.NDArray[np.float64]

#: The part that contributions of signals have in explanations.
PART = "signal"
#: Seconds.
DAY, HOUR = 86_400, 3_600


class Given(NamedTuple):
    """What a signal may look at beside the products."""

    settings: SignalSettings
    typical: Typical
    now: float


class Signals(Stage):
    """Adds one column for every signal that has a weight and of which anything is known."""

    def __init__(self, settings: RankingSettings, columns: Columns) -> None:
        self._settings = settings.signals
        self._columns = columns

    def apply(self, listing: Listing, situation: Situation) -> Listing:
        best = float(listing.scores.max(initial=0.0))
        columns = self.columns(listing.numbers, situation.now, best if best > 0 else 1.0)
        total = np.zeros(len(listing.numbers))
        for values in columns.values():
            total += values
        if not total.any():
            return listing
        added = (Added(PART, name, values) for name, values in columns.items() if values.any())
        grown = listing._replace(scores=listing.scores + total, added=(*listing.added, *added))
        return grown.taken(grown.with_held(np.lexsort((grown.numbers, -grown.scores))))

    def columns(self, numbers: Sequence[int] | Numbers, now: datetime, best: float = 1.0) -> dict[str, Values]:
        """By signal, what it adds to the score of each product: float64 (n,), 0 where nothing is known; ``best`` is
        the highest score."""
        wanted = {name: getattr(self._settings, name) for name in SIGNALS}
        if not any(wanted.values()):
            return {}
        rows = self._columns.rows(numbers)
        hour = now.timestamp() // HOUR  # whole hours: within one, the same question has the same answer
        given = Given(self._settings, self._columns.typical, hour * HOUR / DAY)
        return {
            name: best * weight * np.nan_to_num(SIGNALS[name](rows, given))
            for name, weight in wanted.items()
            if weight
        }


def rating(rows: Rows, given: Given) -> Values:
    """The mean rating, drawn towards the catalogue's as far as few have rated; less that of the catalogue."""
    mean, prior = given.typical.rating, given.settings.prior
    counted = np.where(np.isnan(rows["rating_count"]), max(prior, 1.0), rows["rating_count"]).astype(np.float64)
    own = np.clip(rows["rating"].astype(np.float64), 0, 5)
    weight = counted + prior
    share = np.divide(counted, weight, out=np.zeros_like(weight), where=weight > 0)
    drawn: Values = share * (own - mean) / 5
    return drawn


def popularity(rows: Rows, given: Given) -> Values:
    """How often it was bought on a scale of logarithms; less the mean of the catalogue."""
    most = np.log1p(given.typical.popular)
    neutral = min(given.typical.popularity / most, 1.0)
    found: Values = np.minimum(np.log1p(rows["popularity"].astype(np.float64)) / most, 1.0) - neutral
    return found


def recency(rows: Rows, given: Given) -> Values:
    """Half as much with every half-life; less a half. What is to come counts as of today."""
    age = np.maximum(given.now - rows["date"].astype(np.float64), 0.0)
    found: Values = np.exp2(-age / given.settings.half_life) - 0.5
    return found


def margin(rows: Rows, given: Given) -> Values:
    """The share of the price that is earned; less the mean of the catalogue."""
    found: Values = np.clip(rows["margin"].astype(np.float64), 0, 1) - max(given.typical.margin, 0.0)
    return found


def stock(rows: Rows, given: Given) -> Values:
    """What is missing to be wholly in stock."""
    found: Values = rows["stock"].astype(np.float64) - 1.0
    return found


#: By the name of its weight in the settings, value less neutral value of every product; NaN where it is not known.
SIGNALS: Mapping[str, Callable[[Rows, Given], Values]] = {
    "rating": rating,
    "popularity": popularity,
    "recency": recency,
    "margin": margin,
    "stock": stock,
}
