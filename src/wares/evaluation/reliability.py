"""Are answers as sure as they say? Reliability: of those that were said with 80 %, are 80 % right?

The expected calibration error (Naeini, Cooper and Hauskrecht 2015; Guo, Pleiss, Sun and Weinberger, "On Calibration
of Modern Neural Networks", ICML 2017, arXiv:1706.04599) is the mean distance between how sure answers were and how
many were right, over bins of equal width, each counting by how many answers are in it. It depends on the number of
bins and, of few answers, is above 0 by chance alone: say both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from wares.errors import CatalogueError

BINS = 15


class Bin(msgspec.Struct, frozen=True):
    """Answers whose confidence lies in ``low`` … ``high`` (the upper end included, and 0 in the first bin): how many,
    how sure they were on average, and what share was right. A bin without answers has None in both."""

    low: float
    high: float
    count: int
    confidence: float | None
    accuracy: float | None


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> tuple[Bin, ...]:
    """Answers in ``bins`` bins of equal width, by how sure they were. :class:`CatalogueError` when the lists differ
    in length or a confidence is not between 0 and 1."""
    if len(confidences) != len(right):
        raise CatalogueError(f"{len(confidences)} confidences do not go with {len(right)} answers")
    wrong = next((value for value in confidences if not 0 <= value <= 1), None)
    if wrong is not None:
        raise CatalogueError(f"a confidence must lie in 0 … 1, not {wrong}")
    inside: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for value, hit in zip(confidences, right, strict=True):
        inside[max(math.ceil(value * bins) - 1, 0)].append((value, hit))
    return tuple(_bin(at, bins, answers) for at, answers in enumerate(inside))


def ece(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """The expected calibration error, 0 … 1; 0 for no answers. Raises as :func:`reliability`."""
    total = max(len(confidences), 1)
    found = reliability(confidences, right, bins)
    return math.fsum(
        one.count / total * abs(one.accuracy - one.confidence)
        for one in found
        if one.accuracy is not None and one.confidence is not None
    )


def _bin(at: int, bins: int, answers: Sequence[tuple[float, bool]]) -> Bin:
    count = len(answers)
    sure = math.fsum(value for value, _ in answers) / count if count else None
    share = sum(hit for _, hit in answers) / count if count else None
    return Bin(at / bins, (at + 1) / bins, count, sure, share)
