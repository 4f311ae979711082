"""Candidates: the products that the channels of a question brought, and the order that a fusion puts them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.asking import Asking
from wares.index.base import Candidates
from wares.ranking.fusion import WORDS, Evidence, Fusion, build
from wares.records import Contribution, Move, Sparse
from wares.settings import FusionSettings

if TYPE_CHECKING:
    import numpy.typing as npt


class Ranked(NamedTuple):
    """A product's place: its number and its score; what each ask added to it, and what stages of the chain did; what
    moved it; the numbers of those that are shown as it."""

    number: int
    score: float
    shares: tuple[float, ...] = ()
    added: tuple[Contribution, ...] = ()
    moves: tuple[Move, ...] = ()
    folded: tuple[int, ...] = ()


class Retrieved(NamedTuple):
    """The candidates of one question, before their order: any method of fusion may put them into one.

    Which candidates there are was decided by the channels that were asked; they have exact scores in all of these.
    ``rows(i)`` gives their vectors in channel ``i``, and ``facts()`` what is known of them themselves (see
    :class:`~wares.ranking.fusion.Evidence`).
    """

    asking: Asking
    candidates: Candidates
    rows: Callable[[int], npt.NDArray[np.float32]]
    facts: Callable[[], npt.NDArray[np.float32]]

    def exhausted(self) -> bool:
        """Whether every product that holds a word of a wanted text is among the candidates."""
        pairs = zip(self.asking.asks, self.asking.channels, strict=True)
        words = [(at, c.limit) for at, (ask, c) in enumerate(pairs) if ask.channel == WORDS and ask.part_weight > 0]
        brought = self.candidates.brought
        return all(int(brought[:, at].sum()) < limit for at, limit in words)

    def evidence(self) -> Evidence:
        """What a method of fusion is given."""
        vectors = [None if isinstance(c.vector, Sparse) else c.vector for c in self.asking.channels]
        return Evidence(self.asking.asks, self.candidates.scores, vectors, self.rows, self.facts)

    def ordered(self, fusion: Fusion) -> tuple[list[int], npt.NDArray[np.float64]]:
        """Rows of the candidates, best first and ties in the order of numbers, and contributions (n, asks)."""
        shares = fusion.contributions(self.evidence())
        order: list[int] = np.lexsort((np.asarray(self.candidates.numbers), -shares.sum(axis=1))).tolist()
        return order, shares

    def kept(self, vectors: bool) -> Retrieved:
        """The same without the index and the store; its rows only with ``vectors``."""
        dense = [at for at, c in enumerate(self.asking.channels) if vectors and not isinstance(c.vector, Sparse)]
        facts = self.facts()
        return self._replace(rows={at: self.rows(at) for at in dense}.__getitem__, facts=lambda: facts)


class Rehearsal(NamedTuple):
    """Candidates that are kept, with their ids (None: removed meanwhile), to try fusions on."""

    ids: tuple[str | None, ...]
    found: Retrieved | None

    def ranked(self, fusion: FusionSettings | Fusion, k: int = 100) -> list[tuple[str, float]]:
        """The best ``k`` ids and scores as this fusion has them."""
        if self.found is None:
            return []
        order, shares = self.found.ordered(fusion if isinstance(fusion, Fusion) else build(fusion))
        best = ((self.ids[row], float(shares[row].sum())) for row in order[:k])
        return [(id, score) for id, score in best if id is not None]
