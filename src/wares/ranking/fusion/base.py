"""What every method of fusion is given, and what it gives: contributions that sum to the score."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, get_args

import numpy as np

from wares.errors import SetupError
from wares.records import PartKind
from wares.settings import FusionSettings

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Shares = npt.NDArray[np.float64]

WORDS = "words"
#: The kind of an ask that several parts make together; no part of a question has it.
COMPOSED = "composed"

#: Weight of a channel, by the kind of the part and the channel or else its modality. What a picture is called by a
#: classifier says less of its likeness to another than how it looks: 0.25 of it is better than none or all on the
#: groceries. `benchmarks/results.md` shows what the weights do beside BM25 alone.
WEIGHTS: Mapping[str, float] = {
    "text.words": 1.0,
    "text.text": 0.4,
    "text.image": 0.2,
    "image.image": 1.0,
    "image.seen.image": 0.25,
    "image.text": 0.2,
    "video.image": 1.0,
    "video.seen.image": 0.25,
    "video.text": 0.2,
    "audio.audio": 1.0,
    "audio.text": 0.4,
    "text.audio": 0.2,
    "like.text": 0.5,
    "like.image": 1.0,
    "like.seen.image": 0.25,
    "like.timbre.audio": 0.5,
}
MAX_WEIGHT = 1_000.0


class Ask(NamedTuple):
    """One channel asked on behalf of one part: one column of the candidates' scores.

    ``part`` names the part for explanations ("text", "image 2", "not text") and ``kind`` is its kind;
    ``part_weight`` is the asker's weight of the part, negative for "not this"; ``ceiling`` the score that no product
    exceeds; ``terms`` how many words are asked for, 0 for a vector. ``strange``: no word of it is known, neither to
    the shop nor to a dictionary. What several parts ask together has the kind :data:`COMPOSED` and a part of its own.
    """

    part: str
    kind: str
    channel: str
    part_weight: float
    ceiling: float = 1.0
    terms: int = 0
    strange: bool = False


def _no_facts() -> Floats:
    """Where nothing is told of the products."""
    return np.zeros((0, 0), np.float32)


class Evidence(NamedTuple):
    """What is known of n candidates.

    ``scores``: float32 of shape (n, asks), the exact score of every candidate in every channel, NaN for "has none".
    ``vectors``: the question's unit vector of each ask, None for words. ``rows(i)``: the candidates' unit vectors in
    the channel of ask ``i``, float32 of shape (n, dims), of several rows the one nearest to the question, zeros for
    "has none"; it reads the index, so methods that need scores only do not call it. ``facts()``: what is known of
    the candidates themselves, float32 of shape (n, facts) with the columns that
    :data:`~wares.ranking.fusion.facts.FACTS` names; it reads the store, so few methods call it.
    """

    asks: Sequence[Ask]
    scores: Floats
    vectors: Sequence[Floats | None]
    rows: Callable[[int], Floats]
    facts: Callable[[], Floats] = _no_facts


class Fusion(ABC):
    """One method with its settings. A new one writes :meth:`contributions`."""

    def __init__(self, settings: FusionSettings) -> None:
        for name, weight in settings.weights.items():
            kind, _, channel = name.partition(".")
            if kind not in get_args(PartKind) or not channel:
                raise SetupError(
                    f'fusion: {name!r} is no weight; a name is a kind of part and a channel, as in "text.words"'
                )
            if not (math.isfinite(weight) and 0 <= weight <= MAX_WEIGHT):
                raise SetupError(f"fusion: the weight of {name} must lie in 0 … {MAX_WEIGHT:.0f}, not {weight}")
        self.settings = settings
        self._weights = {**WEIGHTS, **settings.weights}

    def weight(self, kind: str, channel: str) -> float:
        """The weight of a channel ("words", "space.modality") for parts of a kind; 0: it is not looked in."""
        modality = channel.rpartition(".")[2]
        return self._weights.get(f"{kind}.{channel}", self._weights.get(f"{kind}.{modality}", 0.0))

    def check(self, channels: Mapping[str, int]) -> None:  # noqa: B027 - most methods go with every index
        """Whether this goes with an index that has these dense channels, by their dimensions. Raises
        :class:`SetupError` when it was made for others."""

    def composed(self, asks: Sequence[Ask], vectors: Sequence[Floats | None]) -> list[tuple[Ask, Floats]]:
        """What the parts of a question ask together, beside what each asks alone: asks of the kind ``COMPOSED`` with
        unit vectors for their channels. ``vectors`` are those of ``asks``, None for words. None, unless a method
        knows how."""
        return []

    @abstractmethod
    def contributions(self, evidence: Evidence) -> Shares:
        """What each ask adds to each candidate's score: shape (n, asks); a row sums to the score, -1 … 1."""

    def factors(self, asks: Sequence[Ask]) -> Shares:
        """What a whole share of each ask is worth: its weight within its part, times the part's among all parts.

        Both are divided by the sums of their (absolute) weights, so that parts with more channels do not count for
        more, and no score exceeds 1. Shape (asks,).
        """
        weights = [self.weight(ask.kind, ask.channel) for ask in asks]
        within: dict[str, float] = {}
        parts: dict[str, float] = {}
        for ask, weight in zip(asks, weights, strict=True):
            within[ask.part] = within.get(ask.part, 0.0) + weight
            parts[ask.part] = abs(ask.part_weight)
        total = sum(parts[part] for part in parts if within[part] > 0)
        return np.asarray(
            [
                weight * ask.part_weight / (within[ask.part] * total) if weight > 0 and total > 0 else 0.0
                for ask, weight in zip(asks, weights, strict=True)
            ]
        )
