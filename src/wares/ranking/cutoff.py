"""The relevance cut-off: which candidates count, before rubbish begins.

Channels of vectors bring in their nearest hundred however far those are, and words bring in what holds one of five. A
candidate counts if it holds all telling words of a wanted text; or else if the question is about something that the
shop has, and

- it shares a word with the question, and its score is at least ``cutoff`` × the best one;
- it came by vectors alone, and its score is at least √``cutoff`` × the best one: where BM25 of unlike things is 0,
  their cosine is not.

A question is about something that the shop has when some candidate reaches the floor of some channel: so much of what
BM25 could give at most, or such a cosine. Floors belong to encoders; :data:`FLOORS` has those of the ones that wares
brings, and a channel without one is believed. ``benchmarks/cutoff.md`` says how the numbers were found, and what they
cost. (The other school fits distributions to the scores: Arampatzis, Kamps and Robertson, "Where to Stop Reading a
Ranked List?", SIGIR 2009.)
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.fusion import WORDS, Ask
from wares.settings import RankingSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Scores = npt.NDArray[np.float64]

#: By channel, or by kind of part ("strange": words that nobody knows) and channel, what its best candidate must reach
#: for the question to be believed: a share of the ceiling of BM25, or a cosine. Low ones: to show too much of what is
#: a little like it is better than to show nothing of what is meant.
FLOORS: Mapping[str, float] = {
    **{"words": 0.2, "use.text": 0.25, "hashed.text": 0.2},
    **{"look.image": 0.38, "seen.image": 0.3},
    "image.seen.image": 1.0,  # never: what a classifier calls a picture that was asked for is always like something
    **{"strange.use.text": 0.3, "strange.seen.image": 0.4},  # words that nobody knows are near to something, too
    **{"sounding.audio": 0.33, "audio.sounding.audio": 0.5, "audio.timbre.audio": 0.6, "audio.use.text": 0.3},
}
#: Parts of a question that may be about something the shop has not.
STRANGE = ("text", "image", "audio")


class Standard(NamedTuple):
    """What candidates are held against: the best fused score, and whether the question is about something that the
    shop has."""

    best: float
    known: bool


def standard(
    fused: Scores, scores: npt.NDArray[np.float32], asks: Sequence[Ask], settings: RankingSettings
) -> Standard:
    """The standard that candidates set; arguments as of :func:`counting`."""
    return Standard(float(fused.max(initial=-math.inf)), known(scores, asks, settings))


def counting(
    fused: Scores,
    scores: npt.NDArray[np.float32],
    asks: Sequence[Ask],
    whole: Mask,
    settings: RankingSettings,
    against: Standard | None = None,
    named: bool = False,
) -> Mask:
    """Which of n candidates count: bool (n,).

    ``fused``: (n,), the score by fusion alone, before signals and rules. ``scores``: (n, asks), of each channel, NaN
    for none (:attr:`wares.index.base.Candidates.scores`). ``whole``: (n,), holds all the telling words of a wanted
    text. ``against``: the standard, if these candidates do not set it: under the asker's filter it is that of what
    does not pass it, too, for what is far from the question does not come near by filtering, and counts by value stay
    those that filtering by the value gives. ``named``: the words name something that the shop has, whatever the
    floors say.
    """
    if settings.cutoff <= 0:
        return np.ones(len(fused), np.bool_)
    best, believed = against or standard(fused, scores, asks, settings)
    if best <= 0:
        return np.ones(len(fused), np.bool_)
    if not (believed or named):
        return whole.copy()
    share = np.where(_sharing(scores, asks), settings.cutoff, math.sqrt(settings.cutoff))
    kept: Mask = whole | (fused >= share * best)
    return kept


def known(scores: npt.NDArray[np.float32], asks: Sequence[Ask], settings: RankingSettings) -> bool:
    """Whether the question is about something that the shop has: a candidate reaches the floor of a channel."""
    floors = {**FLOORS, **settings.floors}
    for at, ask in enumerate(asks):
        if ask.part_weight <= 0:
            continue
        names = (f"{'strange' if ask.strange else ask.kind}.{ask.channel}", ask.channel)
        floor = next((floors[name] for name in names if name in floors), 0.0) if ask.kind in STRANGE else 0.0
        found = float(np.nan_to_num(scores[:, at], nan=-math.inf).max(initial=-math.inf))
        if found > -math.inf and found / ask.ceiling >= floor:
            return True
    return False


def _sharing(scores: npt.NDArray[np.float32], asks: Sequence[Ask]) -> Mask:
    """Who shares a word with a wanted text."""
    words = [at for at, ask in enumerate(asks) if ask.channel == WORDS and ask.part_weight > 0]
    shared: Mask = np.any(np.nan_to_num(scores[:, words]) > 0, axis=1)
    return shared
