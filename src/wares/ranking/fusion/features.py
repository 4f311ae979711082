"""Feature-level fusion: the vectors of a part become one on both sides, and one cosine compares them.

A part's question vectors q and a product's vectors p, one for every dense channel i that was asked, weigh w:

    concatenation   [√w_1 q_1; √w_2 q_2; …]      the sides' dot product is Σ w_i q_i·p_i
    mean            (q_1 + q_2 + …) / n
    weighted-mean   Σ w_i q_i / Σ w_i
    product         q_1 ⊙ q_2 ⊙ …

each at unit length; what a product lacks is left out on its side. A mean or a product means something where the
vectors lie in one space, as those of a CLIP do: vectors of fewer dimensions are filled up with zeros, and of
unrelated spaces the result is as poor as it should be. The cosine, not below 0, then joins the words by weight, with
the weight that the dense channels have together. (Early fusion: Baltrušaitis, Ahuja and Morency, "Multimodal Machine
Learning: A Survey and Taxonomy", 2019, section 5.)
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.ranking.fusion.base import WORDS, Evidence, Fusion
from wares.ranking.fusion.decisions import bounds

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Shares


class Feature(Fusion):
    """One cosine for all dense channels of a part. A method writes :meth:`pieces`."""

    def contributions(self, evidence: Evidence) -> Shares:
        asks, scores = evidence.asks, evidence.scores
        added = np.zeros((len(scores), len(asks)))
        if not len(scores) or not asks:
            return added
        factors = self.factors(asks)
        parts: dict[str, list[int]] = {}
        for at, ask in enumerate(asks):
            if ask.channel == WORDS:
                added[:, at] = factors[at] * bounds(np.nan_to_num(scores[:, at].astype(np.float64)), ask.ceiling)
            elif factors[at]:
                parts.setdefault(ask.part, []).append(at)
        for dense in parts.values():
            pieces = self._compared(evidence, dense)
            wanted = pieces.sum(axis=1, keepdims=True) > 0
            added[:, dense] = np.where(wanted, pieces, 0.0) * factors[dense].sum()
        return added

    def _compared(self, evidence: Evidence, dense: Sequence[int]) -> Shares:
        """The cosine of the fused vectors in pieces that sum to it, one a channel: shape (n, channels)."""
        rows = [evidence.rows(at).astype(np.float64) for at in dense]
        asked = [np.asarray(evidence.vectors[at], dtype=np.float64) for at in dense]
        longest = max(row.shape[1] for row in rows)
        products = np.stack([np.pad(row, ((0, 0), (0, longest - row.shape[1]))) for row in rows], axis=1)
        question = np.stack([np.pad(vector, (0, longest - len(vector))) for vector in asked])
        asks = [evidence.asks[at] for at in dense]
        weights = np.asarray([self.weight(ask.kind, ask.channel) for ask in asks])
        return self.pieces(question, products, weights)

    @abstractmethod
    def pieces(self, question: Shares, products: Shares, weights: Shares) -> Shares:
        """Cosines of one fused question, from (channels, dims), with n fused products, from (n, channels, dims)
        where a channel that a product lacks is all zeros; in pieces of shape (n, channels)."""


class Concatenation(Feature):
    """Vectors side by side, each by the root of its weight."""

    def pieces(self, question: Shares, products: Shares, weights: Shares) -> Shares:
        dots = np.einsum("cd,ncd->nc", question, products) * weights
        lengths = np.sqrt((question**2).sum(axis=1) @ weights) * np.sqrt((products**2).sum(axis=2) @ weights)
        return _divided(dots, lengths)


class WeightedMean(Feature):
    """The mean of the vectors by weight."""

    def pieces(self, question: Shares, products: Shares, weights: Shares) -> Shares:
        asked = weights @ question
        weighed = products * weights[:, None]
        lengths = np.linalg.norm(asked) * np.linalg.norm(weighed.sum(axis=1), axis=1)
        return _divided(weighed @ asked, lengths)


class Mean(WeightedMean):
    """The mean of the vectors, whatever their weights."""

    def pieces(self, question: Shares, products: Shares, weights: Shares) -> Shares:
        return super().pieces(question, products, np.ones_like(weights))


class ElementwiseProduct(Feature):
    """The product of the vectors, element by element; no channel can be told apart in it, so all share alike."""

    def pieces(self, question: Shares, products: Shares, weights: Shares) -> Shares:
        has = np.any(products != 0, axis=2)
        joined = np.where(has[:, :, None], products, 1.0).prod(axis=1) * has.any(axis=1)[:, None]
        asked = np.where(has[:, :, None], question, 1.0).prod(axis=1)  # by the channels that this product has
        lengths = np.linalg.norm(asked, axis=1) * np.linalg.norm(joined, axis=1)
        cosines = _divided((joined * asked).sum(axis=1, keepdims=True), lengths)
        shared: Shares = cosines * has / np.maximum(has.sum(axis=1), 1)[:, None]
        return shared


def _divided(pieces: Shares, lengths: Shares) -> Shares:
    """Pieces of shape (n, any) over lengths of shape (n,); 0 where there is no length."""
    over: Shares = np.divide(pieces, lengths[:, None], out=np.zeros_like(pieces), where=lengths[:, None] > 0)
    return over
