"""What the network is told: of each ask, of each candidate, and of each candidate's share in each ask.

All are about −1 to 1, whatever the catalogue. None depends on the order of the candidates or of the asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.fusion.base import COMPOSED, WORDS, Ask, Evidence
from wares.ranking.fusion.facts import FACTS

if TYPE_CHECKING:
    import numpy.typing as npt

    from wares.ranking.fusion.base import Shares

    Truths = npt.NDArray[np.bool_]

#: The columns of :attr:`Signals.asks`.
OF_ASKS = (
    "wanted",
    "worth",
    "weight of the part",
    "words",
    "best share",
    "mean share",
    "spread of shares",
    "best above the tenth",
    "candidates that have it",
    "best share of the words",
    "there are words",
    "there is something to be like",
    "there is something not meant",
    "parts",
)
#: Those of :attr:`Signals.cells`.
OF_CELLS = ("share", "share of the best", "has none")
#: Those of :attr:`Signals.products`.
OF_PRODUCTS = (*FACTS, "channels it has nothing in")


class Signals(NamedTuple):
    """Of n candidates and A asks. ``shares`` (n, A) and ``factors`` (A,) are those of ``weighted``; ``names`` say
    which ask it is; ``asks`` (A, ask columns), ``cells`` (n, A, cell columns), ``products`` (n, product columns)."""

    names: tuple[str, ...]
    shares: Shares
    factors: Shares
    asks: Shares
    cells: Shares
    products: Shares


def name_of(ask: Ask) -> str:
    """An ask as the network knows it: "text.words", "not text.use.text"."""
    return f"{'not ' if ask.part_weight < 0 else ''}{ask.kind}.{ask.channel}"


def signals(evidence: Evidence, shares: Shares, factors: Shares) -> Signals:
    """The signals of a question that has asks and candidates."""
    asks, missing = evidence.asks, np.isnan(evidence.scores)
    best = shares.max(axis=0)
    cells = np.stack([shares, shares / np.maximum(best, 1e-6), missing], axis=2)
    facts = np.asarray(evidence.facts(), dtype=np.float64)
    if facts.shape != (len(shares), len(FACTS)):  # nothing is told of these products
        facts = np.zeros((len(shares), len(FACTS)))
    return Signals(
        names=tuple(map(name_of, asks)),
        shares=shares,
        factors=factors,
        asks=_of_asks(asks, shares, missing, factors),
        cells=cells,
        products=np.column_stack([facts, missing.mean(axis=1)]),
    )


def _of_asks(asks: Sequence[Ask], shares: Shares, missing: Truths, factors: Shares) -> Shares:
    best, n = shares.max(axis=0), len(shares)
    held = np.maximum((~missing).sum(axis=0), 1)
    mean = shares.sum(axis=0) / held
    spread = np.sqrt(np.maximum((shares**2).sum(axis=0) / held - mean**2, 0.0))
    tenth = np.sort(shares, axis=0)[max(n - 10, 0)]
    weights = np.asarray([abs(ask.part_weight) for ask in asks])
    parts = {ask.part: abs(ask.part_weight) for ask in asks if ask.kind != COMPOSED}
    words = [b for ask, b in zip(asks, best, strict=True) if ask.channel == WORDS and ask.part_weight > 0]
    whole = (
        max(words, default=0.0),
        any(ask.kind == "text" and ask.part_weight > 0 for ask in asks),
        any(ask.kind not in ("text", COMPOSED) and ask.part_weight > 0 for ask in asks),
        any(ask.part_weight < 0 for ask in asks),
        np.log1p(len(parts)) / np.log1p(8),
    )
    columns = [
        np.asarray([1.0 if ask.part_weight > 0 else -1.0 for ask in asks]),
        np.abs(factors),
        weights / max(sum(parts.values()), 1e-9),
        np.log1p([ask.terms for ask in asks]) / np.log1p(20),
        best,
        mean,
        spread,
        best - tenth,
        1 - missing.mean(axis=0),
        *(np.full(len(asks), float(value)) for value in whole),
    ]
    return np.stack(columns, axis=1)
