"""From evidence to confidence: what share of answers with so much evidence was right.

Evidence is a share of votes, and no probability: ten look-alikes of one kind say less in a shop of few kinds.
Isotonic regression (Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability
Estimates", KDD 2002) finds the curve that never falls and is nearest to what was right. It is fitted here to bins of
equal counts, each with one right and one wrong answer added (Laplace's rule of succession), so that a few lucky
answers never say "100 %". Between the bins the curve is a straight line, and so it is from the first one down to
nothing: photos from elsewhere have less evidence than any of the catalogue's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Values = npt.NDArray[np.float64]

#: Answers that tell anything are no fewer than this; a bin has so many, and there are at most so many bins.
FEWEST, IN_A_BIN, BINS = 50, 15, 20


class Calibrator(msgspec.Struct, frozen=True):
    """A curve from evidence to confidence, both 0 … 1: it never falls, and is flat beyond its last point."""

    evidence: tuple[float, ...]
    confidence: tuple[float, ...]

    def __call__(self, evidence: float) -> float:
        return float(np.interp(evidence, self.evidence, self.confidence))


def fitted(evidence: Sequence[float], right: Sequence[bool]) -> Calibrator | None:
    """The curve of answers of which it is known whether they were right; None for fewer than :data:`FEWEST`."""
    if len(evidence) < FEWEST:
        return None
    order = np.argsort(np.asarray(evidence, np.float64), kind="stable")
    scores, hits = np.asarray(evidence, np.float64)[order], np.asarray(right, np.float64)[order]
    starts = _starts(scores, max(IN_A_BIN, -(-len(scores) // BINS)))
    counts = np.diff([*starts, len(scores)]).astype(np.float64)
    middles = np.add.reduceat(scores, starts) / counts
    shares = (np.add.reduceat(hits, starts) + 1) / (counts + 2)
    curve = isotonic(shares, counts)
    lowest = [0.0] if middles[0] > 0 else []
    return Calibrator((*lowest, *middles.tolist()), (*lowest, *curve.tolist()))


def isotonic(values: Values, weights: Values) -> Values:
    """The rising sequence that is nearest to ``values``, by weighted squares: pool adjacent violators (Ayer, Brunk,
    Ewing, Reid and Silverman 1955)."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, length
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        mean, mass, length = value, weight, 1
        while blocks and blocks[-1][0] >= mean:
            before, other, count = blocks.pop()
            mean = (before * other + mean * mass) / (other + mass)
            mass, length = mass + other, length + count
        blocks.append((mean, mass, length))
    return np.repeat([mean for mean, _, _ in blocks], [length for _, _, length in blocks])


def _starts(scores: Values, least: int) -> list[int]:
    """Where bins begin in sorted scores: ``least`` answers or more in each, and equal scores never parted."""
    starts = [0]
    firsts = np.flatnonzero(np.r_[True, scores[1:] != scores[:-1]])
    for at in firsts.tolist():
        if at - starts[-1] >= least and len(scores) - at >= least:
            starts.append(at)
    return starts
