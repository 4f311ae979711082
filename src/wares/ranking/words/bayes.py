"""Multinomial naive Bayes with each product as a class of its own: P(product | words) ∝ Π P(word | product).

All products are equally likely beforehand. A product is a handful of words, so P(word | product) is smoothed with the
whole catalogue's: (count + μ P(word)) / (length + μ), a Dirichlet prior, by which the classifier becomes the query
likelihood model (Zhai and Lafferty, "A Study of Smoothing Methods for Language Models Applied to Information
Retrieval", 2004).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wares.ranking.words.base import Counts, TermScores, WordRanker

#: μ as a multiple of the mean length of a product: the catalogue counts as much as an average product.
PRIOR = 1.0


class NaiveBayes(WordRanker):
    """Scores are log-likelihoods, less what is the same for every product."""

    def weigh(self, counts: Counts, kinds: Sequence[str]) -> TermScores:
        total = counts.lengths.sum()
        mu = PRIOR * total / len(counts.lengths)
        # log (c + μp) / (l + μ) = log (1 + c / μp) - log (l + μ) + log μp, and the last is the same for all products.
        added = {
            word: (holders, np.log1p(often / (mu * often.sum() / total)))
            for word, (holders, often) in counts.holders.items()
        }
        return TermScores(added, len(counts.lengths), -np.log(counts.lengths + mu))
