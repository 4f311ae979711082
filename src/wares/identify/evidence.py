"""Two witnesses to what a picture shows, and how they are heard together.

Look-alikes vote for the values they have, the nearer the more: a softmax of their cosines (k nearest neighbours with
weights; Goldberger et al., "Neighbourhood Components Analysis", 2004). The names of the values, as text, are compared
with the picture where words and pictures share a space: a softmax again (zero-shot; Radford et al. 2021). Both are
shares that sum to one, and are added by weight. A row of an array is a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.encoders.base import Vectors

    Flags = npt.NDArray[np.bool_]
    Labels = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]


class Mix(msgspec.Struct, frozen=True):
    """How the witnesses are heard: ``share`` of the look-alikes, and how soft each is (temperatures of cosines)."""

    share: float = 1.0
    look: float = 0.05
    words: float = 0.05


#: What is tried on a catalogue's own pictures.
SHARES, LOOKS, WORDS = (1.0, 0.9, 0.75, 0.5, 0.25, 0.0), (0.04, 0.08, 0.15), (0.02, 0.04, 0.08)


def votes(scores: Vectors, labels: Labels, size: int, temperature: float) -> Values:
    """Cosines of look-alikes (rows, n) and the values they have, by number → shares (rows, ``size``).

    ``labels`` is (rows, n, m), -1 for no value: a look-alike with several parts its vote, one without any has none.
    Zeros where none has. A score of -inf is that of no product.
    """
    count = (labels >= 0).sum(axis=-1)
    heard = np.where(count > 0, scores, -np.inf)
    best = heard.max(axis=-1, keepdims=True, initial=-np.inf)
    weight = np.exp((heard - np.where(np.isfinite(best), best, 0)) / temperature)
    weight /= np.maximum(weight.sum(axis=-1, keepdims=True), 1e-12) * np.maximum(count, 1)
    found = np.zeros((len(scores), size))
    row, place, slot = np.nonzero(labels >= 0)
    np.add.at(found, (row, labels[row, place, slot]), weight[row, place])
    return np.asarray(found, np.float32)


def likeness(cosines: Vectors, temperature: float) -> Values:
    """Cosines of a picture and labels (..., values) → shares; a cosine of -inf is that of no label."""
    best = cosines.max(axis=-1, keepdims=True, initial=-np.inf)
    weight = np.exp((cosines - np.where(np.isfinite(best), best, 0)) / np.float32(temperature))
    return np.asarray(weight / np.maximum(weight.sum(axis=-1, keepdims=True), 1e-12), np.float32)


def padded(cosines: Vectors, size: int) -> Vectors:
    """Cosines with the labels there are (rows, n), as those with all ``size``: -inf for the rest."""
    rest = np.full((len(cosines), size - cosines.shape[1]), -np.inf, np.float32)
    return np.concatenate([cosines, rest], axis=1)


def together(voted: Values, said: Values, mix: Mix) -> Values:
    """Both witnesses by weight; where no look-alike votes, or no label is compared, the other is heard alone."""
    share = np.where(voted.any(axis=-1, keepdims=True), np.float32(mix.share), np.float32(0))
    share = np.where(said.any(axis=-1, keepdims=True), share, np.float32(1))
    return np.asarray(share * voted + (1 - share) * said, np.float32)


def chosen(scores: Vectors, labels: Labels, cosines: Vectors | None, right: Flags) -> Mix:
    """The mix by which the right values of pictures (n, values) have the most evidence: the least mean log loss.

    Ties go to what stands first in :data:`SHARES`, the look-alikes alone.
    """
    said = {soft: likeness(cosines, soft) for soft in WORDS} if cosines is not None else {}
    best, least = Mix(), np.inf
    for look in LOOKS:
        voted = votes(scores, labels, right.shape[1], look)
        for share in SHARES if said else (1.0,):
            for words in WORDS if share < 1 else WORDS[:1]:
                mix = Mix(share, look, words)
                shares = together(voted, said[words] if said else np.zeros_like(voted), mix)
                loss = float(-np.log(np.maximum((shares * right).sum(axis=1), 1e-3)).mean())
                if loss < least - 1e-9:
                    best, least = mix, loss
    return best
