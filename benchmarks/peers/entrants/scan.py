"""The yardstick: every vector is compared, by numpy. On one thread, which its row of the table asks for."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.entrants.base import Entrant
from benchmarks.peers.protocol import TOP, Kind, Question


class Scan(Entrant):
    """A matrix of float32, and the prices beside it."""

    def ingest(self) -> None:
        goods = list(self.inputs.goods())
        np.save(self.folder / "vectors.npy", self.inputs.vectors)
        np.save(self.folder / "prices.npy", [np.inf if one.price is None else one.price for one in goods])
        np.save(self.folder / "ids.npy", [one.id for one in goods])

    def open(self) -> None:
        self._vectors, self._prices, self._ids = (
            np.load(self.folder / f"{name}.npy") for name in ("vectors", "prices", "ids")
        )

    def ask(self, kind: Kind, question: Question) -> list[str]:
        if kind.below is None:
            scores, ids = self._vectors @ question.vector, self._ids
        else:
            (rows,) = np.nonzero(self._prices < kind.below)
            scores, ids = self._vectors[rows] @ question.vector, self._ids[rows]
        top = min(TOP, len(scores))
        best = np.argpartition(scores, len(scores) - top)[len(scores) - top :]
        found: list[str] = ids[best[np.argsort(-scores[best])]].tolist()
        return found
