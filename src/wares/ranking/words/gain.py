"""Words weighed by information gain: by how much knowing whether a product has the word lessens the doubt about its
kind (Quinlan, "Induction of Decision Trees", 1986; for words Yang and Pedersen, "A Comparative Study on Feature
Selection in Text Categorization", 1997).

    IG(word) = H(kind) - P(word) H(kind | word) - P(no word) H(kind | no word)

Where the products are not of several kinds, each is a kind of its own; the gain then is the entropy of having the
word. It is meant to choose words for a classifier: words that single out one product tell little of its kind, so as
a ranker it favours the general words of a question over the rare ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.ranking.words.base import Counts, TermScores, WordRanker

if TYPE_CHECKING:
    from wares.ranking.words.base import Numbers, Scores


class InformationGain(WordRanker):
    """score = Σ IG(word) × count / (count + length / mean length): of two products with the same words the shorter
    one is better."""

    def weigh(self, counts: Counts, kinds: Sequence[str]) -> TermScores:
        labels = labels_of(kinds)
        sizes = np.bincount(labels).astype(float)
        norm = counts.lengths / max(counts.lengths.mean(), 1e-9)
        added = {
            word: (holders, gain(labels[holders], sizes) * often / (often + norm[holders]))
            for word, (holders, often) in counts.holders.items()
        }
        return TermScores(added, len(counts.lengths))


def labels_of(kinds: Sequence[str]) -> Numbers:
    """A number for each product's kind; each product's own where there are not two kinds."""
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    own = range(len(kinds)) if len(numbers) < 2 else [numbers[kind] for kind in kinds]
    return np.array(own, dtype=np.intp)


def gain(holders: Numbers, sizes: Scores) -> float:
    """Information gain in bits of a word: ``holders`` are the labels of the products that have it, ``sizes`` how many
    products have each label."""
    every = sizes.sum()
    labels, having = np.unique(holders, return_counts=True)
    with_word = len(holders)
    without = every - with_word
    # Entropies of counts are sums of n log n: N H = N log N - Σ n log n. Labels without the word do not change.
    rest = _nlogn(sizes).sum() - _nlogn(sizes[labels]).sum() + _nlogn(sizes[labels] - having).sum()
    doubt = _nlogn(np.array([every])).sum() - _nlogn(sizes).sum()
    left = _nlogn(np.array([with_word])).sum() - _nlogn(having).sum() + _nlogn(np.array([without])).sum() - rest
    return max(float(doubt - left) / float(every), 0.0)


def _nlogn(counts: Scores | Numbers) -> Scores:
    """n log2 n, 0 for 0."""
    numbers = np.asarray(counts, dtype=float)
    return numbers * np.log2(np.where(numbers > 0, numbers, 1.0))
