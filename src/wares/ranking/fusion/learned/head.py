"""The network that weighs: one hidden layer for each candidate and ask, and a softmax over the asks.

    h = tanh(W_a·ask + W_p·product + W_c·cell + e_name)
    z = Z tanh((u_name·h + b_name) / Z)
    w = f·exp(z) / Σ |f|·exp(z)

with ``f`` the factors that ``weighted`` has for the asks, and for what several parts ask together a factor of its
own, learned and 0 at first. With u and b of 0 it is ``weighted``. Weights are attention over the parts of a question,
for each candidate (Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate",
2015); Z keeps any of them within a factor of exp(Z) of what it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wares.ranking.fusion.learned.signals import OF_ASKS, OF_CELLS, OF_PRODUCTS, Signals

if TYPE_CHECKING:
    from wares.ranking.fusion.base import Shares

#: Width of the hidden layer, and how far a weight may move: e^2.5 is 12 times.
HIDDEN = 12
FARTHEST = 2.5


class Head(NamedTuple):
    """Its parameters, float64, for N names of asks: three matrices (columns, hidden), three of names, of shape
    (N, hidden), (N, hidden) and (N,), and the factors (N,) of what is asked together, not below 0."""

    names: tuple[str, ...]
    of_asks: Shares
    of_products: Shares
    of_cells: Shares
    inward: Shares
    outward: Shares
    bias: Shares
    together: Shares


class Weighed(NamedTuple):
    """``weights`` of shape (n, asks), and what they came from: ``hidden`` (n, asks, hidden), ``moved`` z (n, asks),
    ``bases`` the factors (asks,), ``at`` the place of each ask among the names (the last: unknown)."""

    weights: Shares
    hidden: Shares
    moved: Shares
    bases: Shares
    sums: Shares
    at: tuple[int, ...]


def fresh(names: tuple[str, ...], seed: int) -> Head:
    """A network that does as ``weighted`` does."""
    random = np.random.default_rng(seed)

    def drawn(rows: int) -> Shares:
        return random.normal(0.0, 0.5, (rows, HIDDEN))

    n = len(names)
    matrices = (drawn(len(OF_ASKS)), drawn(len(OF_PRODUCTS)), drawn(len(OF_CELLS)), drawn(n))
    return Head(names, *matrices, np.zeros((n, HIDDEN)), np.zeros(n), np.zeros(n))


def weigh(head: Head, seen: Signals) -> Weighed:
    """The weights of each ask for each candidate; their sizes sum to those of the factors."""
    places = {name: at for at, name in enumerate(head.names)}
    at = tuple(places.get(name, len(places)) for name in seen.names)
    inward, outward = _padded(head.inward)[list(at)], _padded(head.outward)[list(at)]
    bias, together = _padded(head.bias)[list(at)], _padded(head.together)[list(at)]
    bases = np.where(seen.factors == 0, together, seen.factors)
    asked = seen.asks @ head.of_asks + inward
    hidden = np.tanh(asked + seen.cells @ head.of_cells + (seen.products @ head.of_products)[:, None, :])
    moved = FARTHEST * np.tanh(((hidden * outward).sum(axis=2) + bias) / FARTHEST)
    grown = np.exp(moved)
    sums = grown @ np.abs(bases)
    total = np.abs(seen.factors).sum()
    scale = np.divide(total, sums, out=np.zeros_like(sums), where=sums > 0)
    return Weighed(bases * grown * scale[:, None], hidden, moved, bases, sums, at)


def _padded(values: Shares) -> Shares:
    """With a last row of zeros, for names that are not known."""
    return np.concatenate([values, np.zeros((1, *values.shape[1:]))])
