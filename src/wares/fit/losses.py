"""Losses of a batch: how far the words and pictures that belong together are from being nearest.

Each takes the cosines of n captions and m pictures, and which of them belong together, and gives the loss with its
slope by every cosine; heads need nothing else. A caption may belong to several pictures ("blue shirt") and never
counts them as wrong.

===============  ==================================================================================================
``infonce``      symmetric cross-entropy with learned temperature (van den Oord, Li and Vinyals 2018; Radford et al.,
                 "Learning Transferable Visual Models From Natural Language Supervision", 2021), over several
                 positives as in Khosla et al., "Supervised Contrastive Learning", 2020
``siglip``       a yes or no for every pair (Zhai et al., "Sigmoid Loss for Language Image Pre-Training", 2023)
``triplet``      a margin to the semi-hard negative, both ways (Schroff, Kalenichenko and Philbin, "FaceNet", 2015)
``contrastive``  the Siamese loss: positives together, negatives beyond a margin (Hadsell, Chopra and LeCun,
                 "Dimensionality Reduction by Learning an Invariant Mapping", 2006)
===============  ==================================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Cosines: TypeAlias = npt.NDArray[np.float32]
    Together: TypeAlias = npt.NDArray[np.bool_]

#: A cosine that a triplet's positive must have more than its negative.
MARGIN = 0.2
#: Negatives of the Siamese loss cost nothing below this cosine.
APART = 0.1


class Slopes(NamedTuple):
    """A loss, and how it changes: by every cosine, by the logarithm of the scale, by the shift."""

    loss: float
    cosines: Cosines
    scale: float = 0.0
    shift: float = 0.0


#: (cosines, which belong together, log scale, shift) → slopes.
Loss: TypeAlias = Callable[["Cosines", "Together", float, float], Slopes]


def infonce(cosines: Cosines, together: Together, log_scale: float, shift: float) -> Slopes:
    scale = np.float32(np.exp(log_scale))
    logits = cosines * scale
    slope = np.zeros_like(logits)
    loss = 0.0
    for axis in (0, 1):
        positives = together.sum(axis=axis, keepdims=True)
        asked = positives > 0
        number = max(int(asked.sum()), 1)
        log_shares = logits - _log_sum(logits, axis)
        wanted = together / np.maximum(positives, 1)
        loss -= float((wanted * log_shares).sum()) / number / 2
        slope += np.where(asked, np.exp(log_shares) - wanted, 0.0) / (2 * number)
    return Slopes(loss, (slope * scale).astype(np.float32), scale=float((slope * logits).sum()))


def siglip(cosines: Cosines, together: Together, log_scale: float, shift: float) -> Slopes:
    scale = np.float32(np.exp(log_scale))
    logits = cosines * scale + np.float32(shift)
    signs = np.where(together, np.float32(1), np.float32(-1))
    number = len(cosines)
    loss = float(np.logaddexp(0, -signs * logits).sum()) / number
    slope = -signs / (1 + np.exp(np.clip(signs * logits, -60, 60))) / number
    return Slopes(
        loss,
        (slope * scale).astype(np.float32),
        scale=float((slope * cosines).sum() * scale),
        shift=float(slope.sum()),
    )


def triplet(cosines: Cosines, together: Together, log_scale: float, shift: float) -> Slopes:
    slope = np.zeros_like(cosines)
    loss, number = 0.0, max(int(together.sum()), 1)
    anchors, matches = np.nonzero(together)
    for similar, rows, columns, way in (
        (cosines, anchors, matches, slope),
        (cosines.T, matches, anchors, slope.T),
    ):
        own = similar[rows, columns]
        others = np.where((together if similar is cosines else together.T)[rows], -np.inf, similar[rows])
        # Semi-hard: the nearest that is still farther than the positive; where there is none, the nearest of all.
        softer = np.where(others < own[:, None], others, -np.inf)
        chosen = np.where(np.isfinite(softer.max(axis=1)), softer.argmax(axis=1), others.argmax(axis=1))
        violation = MARGIN - own + others[np.arange(len(rows)), chosen]
        bad = np.isfinite(violation) & (violation > 0)
        loss += float(violation[bad].sum()) / number / 2
        np.add.at(way, (rows[bad], columns[bad]), np.float32(-0.5 / number))
        np.add.at(way, (rows[bad], chosen[bad]), np.float32(0.5 / number))
    return Slopes(loss, slope)


def contrastive(cosines: Cosines, together: Together, log_scale: float, shift: float) -> Slopes:
    # Pairs that belong together are few: both kinds weigh the same.
    near, far = max(int(together.sum()), 1), max(int((~together).sum()), 1)
    short = np.where(together, 1 - cosines, 0.0)
    over = np.where(together, 0.0, np.maximum(cosines - APART, 0.0))
    # A wrong pair is seldom wrong by much: without a weight their slope vanishes in the mean over all of them.
    weight = np.float32(far / max(int((over > 0).sum()), 1))
    loss = float((short**2).sum()) / near + float(weight * (over**2).sum()) / far
    return Slopes(loss, (-2 * short / near + 2 * weight * over / far).astype(np.float32))


LOSSES: Mapping[str, Loss] = {"infonce": infonce, "siglip": siglip, "triplet": triplet, "contrastive": contrastive}


def _log_sum(logits: Cosines, axis: int) -> Cosines:
    most = logits.max(axis=axis, keepdims=True)
    return np.asarray(most + np.log(np.exp(logits - most).sum(axis=axis, keepdims=True)), dtype=np.float32)
