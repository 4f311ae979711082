"""The protocol: what every way of joining words and pictures is asked, on products that it has not seen.

A way is a :class:`Pair` of functions, or something that is fitted to a :class:`~benchmarks.alignment.splits.Training`
and gives one (a :class:`Fit`). :func:`measure` asks a pair; :func:`run` fits and asks as one split wants it: on
fashion's four fifths, on all groceries, and on groceries with products or whole kinds left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from benchmarks.alignment import fashion, grocery, splits, stamps
from benchmarks.alignment.asking import Line, Pair, Pictures, Words
from benchmarks.alignment.features import Pictured
from benchmarks.alignment.splits import Training

__all__ = ["HERE", "PARTS", "Fit", "Line", "Pair", "Run", "measure", "run"]

Sets: TypeAlias = Mapping[str, Pictured]

#: What can be asked. Those of "whole" have no held-out part: for pairs that learned from no fashion.
PARTS: Mapping[str, Callable[[Pair, Sets, int], Iterable[Line]]] = {
    "fashion": fashion.held_out,
    "fashion whole": fashion.whole,
    "stamps": stamps.captions,
    "grocery names": grocery.names,
    "grocery photographed": grocery.photographed,
    "grocery new product": grocery.new_product,
    "grocery new kind": grocery.new_kind,
}
#: What is asked of a pair that learned from fashion: its own domain, and others that it has never seen.
HERE = ("fashion", "stamps", "grocery names", "grocery photographed")


class Fit(Protocol):
    """A way that learns. ``seed`` is for all that is random in it."""

    def __call__(self, training: Training, seed: int) -> Pair: ...


class Run(NamedTuple):
    """One fit of a split: what is learned from, and what is asked then."""

    training: Training
    parts: Sequence[str]


def measure(
    words: Words | None,
    pictures: Pictures,
    sets: Sets,
    split: int,
    *,
    looks: Pictures | None = None,
    parts: Iterable[str] = PARTS,
    learned: str = "",
) -> list[Line]:
    """The figures of a pair on one split.

    ``words``: texts → unit rows; None where words find no pictures. ``pictures``: rows of the tower's features →
    unit rows of the same space. ``looks``: the same for pictures that look for pictures, when that is another space.
    ``learned``: the set that the pair was fitted to, which the lines then tell.
    """
    pair = Pair(words, pictures, looks or pictures)
    return [line._replace(learned=learned) for part in parts for line in PARTS[part](pair, sets, split)]


def runs(sets: Sets, split: int) -> list[Run]:
    """The fits of a split."""
    shops = sets["grocery"]
    return [
        Run(splits.fashion_training(sets["fashion"], split), HERE),
        Run(splits.grocery_training(shops), ("grocery photographed",)),
        Run(
            splits.grocery_training(shops, splits.left_out(shops, split, "product")),
            ("grocery new product",),
        ),
        Run(splits.grocery_training(shops, splits.left_out(shops, split, "kind")), ("grocery new kind",)),
    ]


def run(fit: Fit, sets: Sets, split: int, *, learned: Sequence[str] = ("fashion", "grocery")) -> list[Line]:
    """Fit and ask, for each of :func:`runs` that learns from one of the sets ``learned``."""
    lines = []
    for training, parts in runs(sets, split):
        if training.name not in learned:
            continue
        pair = fit(training, split)
        lines += measure(pair.words, pair.pictures, sets, split, looks=pair.looks, parts=parts, learned=training.name)
    return lines
