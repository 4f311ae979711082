"""Accuracy, precision, recall and F1 where each question has one right label: which product, or class, is this?

For a class c with tp right answers: precision = tp / all that were answered c, recall = tp / all that are c, F1 =
their harmonic mean (van Rijsbergen 1979); 0 where there is nothing to divide by. A macro average is the plain mean
over classes, its F1 the mean of their F1 (not the F1 of the means; Opitz and Burst 2019); a weighted average is
weighted by how many questions are of the class; a micro average counts all questions together.

Averages are over the classes that occur in the truth: an answer outside them is wrong, and lowers recall and micro
precision, but has no recall of its own. (scikit-learn averages over it, too, unless ``labels`` leaves it out.)
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from wares.errors import CatalogueError


class Rates(msgspec.Struct, frozen=True):
    """Precision, recall and F1, each between 0 and 1."""

    precision: float
    recall: float
    f1: float


class ClassRates(msgspec.Struct, frozen=True, kw_only=True):
    """One label: ``count`` questions are of it, ``answered`` were said to be, ``abstained`` are of it and were not
    answered. ``count`` 0: it was answered only, and is in no average."""

    label: str
    rates: Rates
    count: int
    answered: int
    abstained: int


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """Answers against the truth. ``accuracy`` is right answers over all ``count`` questions, so that an abstention is
    not right; ``micro.precision`` is right answers over those that were answered. ``confusion`` maps true label →
    answered label → questions, without zeros and abstentions. ``classes`` are in the order of their labels."""

    count: int
    abstained: int
    accuracy: float
    micro: Rates
    macro: Rates
    weighted: Rates
    classes: tuple[ClassRates, ...]
    confusion: Mapping[str, Mapping[str, int]]


def score(truth: Mapping[str, str], answers: Mapping[str, str | None]) -> Classification:
    """Answers, by question, against the true labels. No answer, or None, is an abstention.

    :class:`CatalogueError` when there is no truth at all, or an answer to a question that has none.
    """
    if not truth:
        raise CatalogueError("no question has a true label; there is nothing to compare answers with")
    strays = [question for question in answers if question not in truth]
    if strays:
        raise CatalogueError(f"{len(strays)} answered questions have no true label, the first is {strays[0]!r:.80}")
    pairs = Counter((label, answers.get(question)) for question, label in truth.items())
    classes = _classes(pairs)
    known = [one for one in classes if one.count]
    right = sum(count for (label, answer), count in pairs.items() if label == answer)
    answered = sum(one.answered for one in classes)
    return Classification(
        count=len(truth),
        abstained=len(truth) - answered,
        accuracy=right / len(truth),
        micro=_rates(right, answered, len(truth)),
        macro=_average(known, [1] * len(known)),
        weighted=_average(known, [one.count for one in known]),
        classes=classes,
        confusion=_confusion(pairs),
    )


def _classes(pairs: Counter[tuple[str, str | None]]) -> tuple[ClassRates, ...]:
    counts: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for (label, answer), count in pairs.items():
        counts[label] += count
        if answer is not None:
            answered[answer] += count
    return tuple(
        ClassRates(
            label=label,
            rates=_rates(pairs[label, label], answered[label], counts[label]),
            count=counts[label],
            answered=answered[label],
            abstained=pairs[label, None],
        )
        for label in sorted({*counts, *answered})
    )


def _rates(right: int, answered: int, count: int) -> Rates:
    return Rates(
        precision=right / answered if answered else 0.0,
        recall=right / count if count else 0.0,
        f1=2 * right / (answered + count) if answered + count else 0.0,
    )


def _average(classes: Sequence[ClassRates], weights: Sequence[int]) -> Rates:
    def mean(values: Iterable[float]) -> float:
        return math.fsum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)

    return Rates(
        precision=mean(one.rates.precision for one in classes),
        recall=mean(one.rates.recall for one in classes),
        f1=mean(one.rates.f1 for one in classes),
    )


def _confusion(pairs: Counter[tuple[str, str | None]]) -> dict[str, dict[str, int]]:
    answered = {(label, answer): count for (label, answer), count in pairs.items() if answer is not None}
    told: dict[str, dict[str, int]] = {}
    for (label, answer), count in sorted(answered.items()):
        told.setdefault(label, {})[answer] = count
    return told
