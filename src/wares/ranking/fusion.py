"""Decision-level fusion: the scores of several channels become one, and each channel's share can be told.

A part of a question (its words, a picture) is looked for in several channels. Within a part, each channel gives

    words            BM25 / the most that BM25 could give for these words    0 … 1
    dense vectors    max(cosine, 0)                                          0 … 1

and the part's score is their sum weighted by :data:`WEIGHTS`, divided by the sum of the weights of the channels that
were asked, so that parts with more channels do not count for more. The score of a product is the sum of its parts'
scores, each times the weight the asker gave, divided by the sum of their absolute weights. A channel in which a
product has nothing adds nothing. Contributions therefore sum to the score, and the score lies in -1 … 1.

The weights were chosen on the development sets; `benchmarks/results.md` shows what they do beside BM25 alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Scores = npt.NDArray[np.float32]

WORDS = "words"

#: Weight of a channel by (kind of the part, channel or else its modality). What a picture is called by a classifier
#: says less of its likeness to another than how it looks: 0.25 of it is better than none or all on the groceries.
WEIGHTS: Mapping[tuple[str, str], float] = {
    ("text", WORDS): 1.0,
    ("text", "text"): 0.4,
    ("text", "image"): 0.2,
    ("image", "image"): 1.0,
    ("image", "seen.image"): 0.25,
    ("image", "text"): 0.2,
    ("like", "text"): 0.5,
    ("like", "image"): 1.0,
    ("like", "seen.image"): 0.25,
}


class Ask(NamedTuple):
    """One channel asked on behalf of one part: column ``channel`` of the candidates' scores.

    ``part`` names the part for explanations ("text", "image 2", "not text"); ``weight`` is the channel's weight
    within its part, ``part_weight`` the asker's weight of the part, negative for "not this"; ``ceiling`` the score
    that no product exceeds.
    """

    part: str
    channel: str
    weight: float
    part_weight: float
    ceiling: float = 1.0


def default_weight(kind: str, channel: str) -> float:
    """The weight of a channel ("words", "space.modality") for a part of some kind."""
    return WEIGHTS.get((kind, channel), WEIGHTS.get((kind, channel.rpartition(".")[2]), 0.0))


def contributions(asks: Sequence[Ask], scores: Scores) -> npt.NDArray[np.float64]:
    """What each ask adds to each candidate's score; arrays of shape (n, asks), NaN for "has none"."""
    if not asks:
        return np.zeros((len(scores), 0))
    shares = np.maximum(np.nan_to_num(scores.astype(np.float64), nan=0.0), 0.0)
    shares = np.minimum(shares / np.asarray([ask.ceiling for ask in asks]), 1.0)
    within: dict[str, float] = {}
    parts: dict[str, float] = {}
    for ask in asks:
        within[ask.part] = within.get(ask.part, 0.0) + ask.weight
        parts[ask.part] = abs(ask.part_weight)
    total = sum(parts.values())
    factors = [
        ask.weight * ask.part_weight / (within[ask.part] * total) if within[ask.part] > 0 and total > 0 else 0.0
        for ask in asks
    ]
    added: npt.NDArray[np.float64] = shares * np.asarray(factors)
    return added
