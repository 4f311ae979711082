"""Words as sparse vectors, so that a dot product with the index's IDF is BM25 over weighted fields.

A document weighs a term with its saturated, length-normalised frequency (simple BM25F: Robertson and Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6):

    tf = sum over fields f of  weight_f * count_f / (1 - b + b * length_f / average length of f)
    value = tf / (k1 + tf)

A question weighs a term with the number of times it is said. The index multiplies each term with its IDF,
ln(1 + (N - n + 0.5) / (n + 0.5)), where N is the number of documents with any word and n of those with the term.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import msgspec

from wares.encoders.tokens import telling, term_id, tokens
from wares.errors import SetupError
from wares.records import Sparse
from wares.settings import FieldWeights

#: Tokens of a question → those that tell something.
Telling: TypeAlias = Callable[[list[str]], list[str]]

#: What a synonym counts, where the word that was said counts 1.
BESIDE = 0.8


class Words:
    """BM25F with fixed parameters. A field is named as in :class:`~wares.settings.FieldWeights`.

    ``average_lengths`` are those of the documents an index version was built from (see :func:`averages`); a field
    without one is not normalised by length. Thread-safe.
    """

    def __init__(
        self, weights: FieldWeights, k1: float, b: float, average_lengths: Mapping[str, float] | None = None
    ) -> None:
        self._weights: dict[str, float] = msgspec.structs.asdict(weights)
        if not (0 <= k1 < math.inf and 0 <= b <= 1 and all(0 <= w < math.inf for w in self._weights.values())):
            raise SetupError(f"words: k1 ({k1}) and field weights must be 0 or more, b ({b}) must lie in 0–1")
        self._k1 = k1
        self._b = b
        self._averages = dict(average_lengths or {})

    def document(self, fields: Mapping[str, str]) -> Sparse:
        """The weights of a document's terms, each above 0 and at most 1; fields of weight 0 are not read."""
        frequency: dict[str, float] = {}
        for name, text in fields.items():
            weight = self._weight(name)
            if not (text and weight):
                continue
            found = tokens(text)
            share = weight / self._length_norm(name, len(found))
            for token in found:
                frequency[token] = frequency.get(token, 0.0) + share
        return _sparse({token: tf / (self._k1 + tf) for token, tf in frequency.items()})

    def query(self, text: str, beside: Iterable[str] = (), telling: Telling = telling) -> Sparse:
        """The number of times each term is said, without what is not ``telling``: stop words, unless nothing else is
        said. The words of texts that are meant ``beside`` it count :data:`BESIDE` together."""
        weights: dict[str, float] = dict(Counter(telling(tokens(text))))
        for other in beside:
            words = tokens(other)
            for token in words:
                weights[token] = max(weights.get(token, 0.0), BESIDE / len(words))
        return _sparse(weights)

    def wanted(self, text: str, telling: Telling = telling) -> tuple[tuple[int, ...], ...]:
        """The words that a document must hold to hold all of a text, as :class:`~wares.index.base.Match` has them: no
        stop words, and a jointed code by its pieces."""
        said = dict.fromkeys(telling(tokens(text, wholes=False)))
        return tuple((term_id(token),) for token in said)

    def _weight(self, name: str) -> float:
        try:
            return self._weights[name]
        except KeyError:
            raise SetupError(f"words: unknown field {name!r}; known: {', '.join(self._weights)}") from None

    def _length_norm(self, name: str, length: int) -> float:
        average = self._averages.get(name, 0.0)
        return 1.0 - self._b + self._b * length / average if average > 0 else 1.0


def averages(documents: Iterable[Mapping[str, str]]) -> dict[str, float]:
    """The mean number of tokens of each field over the documents that have it, read once and in any order."""
    lengths: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    for fields in documents:
        for name, text in fields.items():
            if length := len(tokens(text)):
                lengths[name] += length
                holders[name] += 1
    return {name: lengths[name] / holders[name] for name in lengths}


def _sparse(weights: Mapping[str, float]) -> Sparse:
    """Weights by token → by term number, ascending; of two tokens with one number the heavier counts."""
    merged: dict[int, float] = {}
    for token, weight in weights.items():
        number = term_id(token)
        merged[number] = max(weight, merged.get(number, 0.0))
    terms = sorted(merged)
    return Sparse(tuple(terms), tuple(float(merged[term]) for term in terms))
