"""Training two heads: forward, backward, and one step downhill. Plain numpy: the networks are small, and a loss
gives its slope by the cosines, so that there are four lines of calculus a side."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares.encoders.heads import Bag, Head, gelu, means

if TYPE_CHECKING:
    from wares.encoders.base import Vectors

_GELU = np.float32(1.702)
#: AdamW (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019).
_BETA1, _BETA2, _EPSILON = 0.9, 0.98, 1e-6
#: The slope of all weights of a head together is cut to this length.
_LONGEST = 1.0
#: The deviation of a weight that is drawn, times the root of how many there are: that of a uniform draw to ±1.
_GAIN = 3**-0.5
_DECAYED = ("hidden", "out", "skip", "table")


class Shape(NamedTuple):
    """Sizes of a head: the layer between, what comes out, rows of the table of terms (0: it reads none)."""

    hidden: int = 512
    dims: int = 256
    buckets: int = 0


class Trace(NamedTuple):
    """What a forward pass leaves for the backward pass."""

    x: Vectors
    slope: Vectors
    active: Vectors
    dropped: Vectors | None
    lengths: Vectors
    vectors: Vectors
    bag: Bag | None


def begin(features: Vectors, shape: Shape, chance: np.random.Generator) -> Head:
    """A head that knows nothing: features at mean 0 and deviation 1, weights drawn, the table empty."""
    width = features.shape[1]
    deviation = features.std(axis=0)
    # What never changes says nothing, and must not be blown up.
    scale = np.where(deviation > 1e-4, 1 / np.maximum(deviation, 1e-4), 0.0)

    def drawn(rows: int, columns: int, gain: float) -> Vectors:
        return (
            chance.standard_normal((rows, columns), dtype=np.float32) * np.float32(gain / np.sqrt(columns))
        ).astype(np.float32)

    return Head(
        mean=features.mean(axis=0).astype(np.float32),
        scale=scale.astype(np.float32),
        hidden=drawn(shape.hidden, width, _GAIN),
        hidden_bias=np.zeros(shape.hidden, np.float32),
        out=drawn(shape.dims, shape.hidden, _GAIN),
        skip=drawn(shape.dims, width, _GAIN),
        bias=np.zeros(shape.dims, np.float32),
        table=np.zeros((shape.buckets, shape.dims), np.float32),
    )


class Trainee:
    """A head that is being trained.

    ``table_rate`` multiplies the learning rate for the table; ``averaged`` is how much of the running average of the
    weights each step keeps (Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992).
    """

    def __init__(self, head: Head, *, decay: float, table_rate: float, averaged: float = 0.0) -> None:
        self._fixed = {"mean": head.mean, "scale": head.scale}
        self.weights: dict[str, Vectors] = {
            name: np.array(value, np.float32)
            for name, value in msgspec.structs.asdict(head).items()
            if name not in self._fixed
        }
        self._mean = {name: value.copy() for name, value in self.weights.items()}
        self._averaged = averaged
        self._first = {name: np.zeros_like(value) for name, value in self.weights.items()}
        self._second = {name: np.zeros_like(value) for name, value in self.weights.items()}
        self._decay = decay
        self._table_rate = table_rate
        self._steps = 0
        self.slopes: dict[str, Vectors] = {}

    def head(self) -> Head:
        """The head as it is now, its weights averaged over the last steps: a copy."""
        return Head(**self._fixed, **{name: value.copy() for name, value in self._mean.items()})

    def scaled(self, features: Vectors) -> Vectors:
        """Features as the network reads them."""
        return np.asarray((features - self._fixed["mean"]) * self._fixed["scale"], dtype=np.float32)

    def forward(self, x: Vectors, bag: Bag | None, dropout: float, chance: np.random.Generator) -> Trace:
        """``x`` (n, d), as :meth:`scaled` gives them, to unit vectors (n, o)."""
        w = self.weights
        before = x @ w["hidden"].T + w["hidden_bias"]
        active = gelu(before)
        sigma = 1 / (1 + np.exp(-_GELU * np.clip(before, -50, 50)))
        slope = (sigma * (1 + _GELU * before * (1 - sigma))).astype(np.float32)
        dropped = None
        if dropout:
            kept = chance.random(active.shape, dtype=np.float32) >= dropout
            dropped = kept.astype(np.float32) / np.float32(1 - dropout)
            active = active * dropped
        y = active @ w["out"].T + x @ w["skip"].T + w["bias"]
        if bag is not None and len(w["table"]):
            y = y + means(w["table"], bag)
        lengths = np.maximum(np.linalg.norm(y, axis=1, keepdims=True), np.float32(1e-6))
        return Trace(x, slope, active, dropped, lengths, (y / lengths).astype(np.float32), bag)

    def backward(self, trace: Trace, slope: Vectors) -> None:
        """Slopes of the loss by every weight out of those by the vectors, (n, o)."""
        w = self.weights
        u = trace.vectors
        dy = (slope - u * (slope * u).sum(axis=1, keepdims=True)) / trace.lengths
        inner = dy @ w["out"]
        if trace.dropped is not None:
            inner = inner * trace.dropped
        inner = inner * trace.slope
        self.slopes = {
            "hidden": inner.T @ trace.x,
            "hidden_bias": inner.sum(axis=0),
            "out": dy.T @ trace.active,
            "skip": dy.T @ trace.x,
            "bias": dy.sum(axis=0),
        }
        if trace.bag is not None and len(w["table"]):
            self.slopes["table"] = _table_slope(w["table"], trace.bag, dy)

    def step(self, rate: float) -> float:
        """One step of AdamW along the slopes, cut to length one; the length they had."""
        self._steps += 1
        length = float(np.sqrt(sum(float((s.astype(np.float64) ** 2).sum()) for s in self.slopes.values())))
        cut = np.float32(min(1.0, _LONGEST / max(length, 1e-12)))
        correction = np.sqrt(1 - _BETA2**self._steps) / (1 - _BETA1**self._steps)
        for name, slope in self.slopes.items():
            value, first, second = self.weights[name], self._first[name], self._second[name]
            slope *= cut
            first *= np.float32(_BETA1)
            first += np.float32(1 - _BETA1) * slope
            second *= np.float32(_BETA2)
            second += np.float32(1 - _BETA2) * slope**2
            own = rate * (self._table_rate if name == "table" else 1.0)
            if name in _DECAYED:
                value *= np.float32(1 - rate * self._decay)
            value -= np.float32(own * correction) * first / (np.sqrt(second) + np.float32(_EPSILON))
        # Early on the average is short, so that it does not hang on to where it began.
        kept = np.float32(min(self._averaged, (1 + self._steps) / (10 + self._steps)))
        for name, value in self.weights.items():
            mean = self._mean[name]
            mean *= kept
            mean += (1 - kept) * value
        return length


def _table_slope(table: Vectors, bag: Bag, dy: Vectors) -> Vectors:
    slope = np.zeros_like(table)
    if len(bag.terms):
        shares = dy / np.sqrt(np.maximum(np.bincount(bag.rows, minlength=bag.texts), 1))[:, None].astype(np.float32)
        order = np.argsort(bag.terms, kind="stable")
        terms = bag.terms[order]
        starts = np.flatnonzero(np.r_[True, terms[1:] != terms[:-1]])
        slope[terms[starts]] = np.add.reduceat(shares[bag.rows[order]], starts, axis=0)
    return slope
