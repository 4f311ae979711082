"""Is a difference more than chance? How sure is a mean? How alike are two lists?

Questions are the sample: the interval and the p-value tell how far a figure would move with other questions of the
same kind, and nothing about judgments that are wrong or a set that is biased. All is seeded: the same input gives
the same output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Numbers = npt.NDArray[np.float64]

SEED = 20_071_106
_CELLS = 1 << 20  # of a table in memory at once
_EXACT = 15  # differences whose signs are set in all ways: 32,768, which is as quick as to draw some
_BLOCK = 8  # signs in one drawn byte


def bootstrap(values: Sequence[float], *, resamples: int = 4_000, seed: int = SEED) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean (Efron 1979): of many samples of the same size, drawn with
    replacement, the 2.5th and the 97.5th percentile of their means.

    One value is an interval of itself, and none gives (0, 0). Of fewer than about thirty skewed values the interval
    is a few per cent too narrow (`docs/measures.md` has the coverage).
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size < 2 or (sample == sample[0]).all():
        return (float(sample[0]), float(sample[0])) if sample.size else (0.0, 0.0)
    random = np.random.default_rng(seed)
    means = np.empty(resamples)
    step = max(_CELLS // sample.size, 1)
    for start in range(0, resamples, step):
        part = means[start : start + step]
        part[:] = sample[random.integers(sample.size, size=(part.size, sample.size), dtype=np.int32)].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def randomisation(differences: Sequence[float], *, flips: int = 10_000, seed: int = SEED) -> float:
    """The two-sided p-value of the paired randomisation test (Fisher 1935; Smucker, Allan and Carterette 2007).

    ``differences``: of two systems, question by question. If they were alike, each difference could as well have had
    the other sign: p is the share of all ways to set the signs whose mean is at least as far from 0. All ways are
    tried when at most 15 differ from 0, else ``flips`` random ones, and p = (as far + 1) / (flips + 1) (Phipson and
    Smyth 2010), so that it is never 0. Without any difference p is 1.
    """
    sample = np.asarray(differences, dtype=np.float64)
    sample = sample[sample != 0]
    if sample.size == 0:
        return 1.0
    least = abs(sample.sum()) - 1e-12 * np.abs(sample).sum()  # sums that only rounding tells apart are equal
    if sample.size <= _EXACT:
        return float(np.mean(np.abs(_signed_sums(sample[None])) >= least))
    random = np.random.default_rng(seed)
    blocks = np.pad(sample, (0, -sample.size % _BLOCK)).reshape(-1, _BLOCK)
    sums = np.zeros(flips)
    step = max(_CELLS >> _BLOCK, 1)
    for start in range(0, len(blocks), step):
        for table in _signed_sums(blocks[start : start + step]):
            sums += table[random.integers(1 << _BLOCK, size=flips, dtype=np.uint8)]
    return float((np.count_nonzero(np.abs(sums) >= least) + 1) / (flips + 1))


def _signed_sums(rows: Numbers) -> Numbers:
    """The sums of each row with its signs set in all 2^width ways: (rows, width) → (rows, 2^width)."""
    sums = np.zeros((len(rows), 1))
    for column in rows.T[:, :, None]:
        sums = np.concatenate((sums + column, sums - column), axis=1)
    return sums


def holm(ps: Sequence[float]) -> list[float]:
    """p-values adjusted for how many there are (Holm 1979), in the order given: whoever calls those below 0.05
    significant is wrong about any of them with a probability of at most 5 %."""
    adjusted = [0.0] * len(ps)
    reached = 0.0
    for done, which in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        reached = max(reached, min((len(ps) - done) * ps[which], 1.0))
        adjusted[which] = reached
    return adjusted


def overlap(one: Sequence[str], other: Sequence[str], p: float = 0.9) -> float:
    """How alike two rankings are, from 0 (no product in common) to 1 (the same): extrapolated rank-biased overlap
    (Webber, Moffat and Zobel 2010, equation 32).

    The share of common products among the first d of both, averaged over all depths d with weights p^(d - 1); beyond
    the lists' ends it is taken to stay as it was. ``p``, between 0 and 1, is how likely a reader goes on to the next
    place: 0.9 lays 86 % of the weight on the first ten. The lengths may differ; no list holds a product twice. Two
    empty lists are alike (1), an empty one and another are not (0).
    """
    short, long = sorted((one, other), key=len)
    if not short:
        return float(not long)
    common = _common(short, long)
    ends, last = len(short), len(long)  # s and l of the paper
    at_ends, at_last = common[ends - 1], common[last - 1]
    total = math.fsum(count / depth * p**depth for depth, count in enumerate(common, start=1))
    total += math.fsum(at_ends * (depth - ends) / (ends * depth) * p**depth for depth in range(ends + 1, last + 1))
    return total * (1 - p) / p + ((at_last - at_ends) / last + at_ends / ends) * p**last


def _common(short: Sequence[str], long: Sequence[str]) -> list[int]:
    """How many products the first d of both lists have in common, for d from 1 to the longer one's length."""
    counts, count = [], 0
    seen_short: set[str] = set()
    seen_long: set[str] = set()
    for depth, product in enumerate(long):
        seen_long.add(product)
        if depth < len(short):
            seen_short.add(short[depth])
            count += short[depth] in seen_long and short[depth] != product
        count += product in seen_short
        counts.append(count)
    return counts
