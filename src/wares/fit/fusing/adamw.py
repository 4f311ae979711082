"""AdamW, with decay towards where the parameters started (Loshchilov and Hutter, "Decoupled Weight Decay
Regularization", ICLR 2019)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

#: Parameters or gradients by name.
Arrays: TypeAlias = Mapping[str, npt.NDArray[Any]]

BETAS = (0.9, 0.99)
EPSILON = 1e-8


class AdamW:
    """Moves parameters against their gradients; ``values`` are the present ones."""

    def __init__(self, start: Arrays, rate: float, decay: float) -> None:
        self.values = {name: value.copy() for name, value in start.items()}
        self._start = dict(start)
        self._rate = rate
        self._decay = decay
        self._first = {name: np.zeros_like(value) for name, value in start.items()}
        self._second = {name: np.zeros_like(value) for name, value in start.items()}
        self._steps = 0

    def step(self, gradients: Arrays) -> None:
        """One step."""
        self._steps += 1
        for name, gradient in gradients.items():
            value, first, second = self.values[name], self._first[name], self._second[name]
            first += (1 - BETAS[0]) * (gradient - first)
            second += (1 - BETAS[1]) * (gradient**2 - second)
            mean = first / (1 - BETAS[0] ** self._steps)
            spread = np.sqrt(second / (1 - BETAS[1] ** self._steps)) + EPSILON
            value -= self._rate * (mean / spread + self._decay * (value - self._start[name]))

    def copy(self) -> dict[str, npt.NDArray[Any]]:
        """The present values, kept."""
        return {name: value.copy() for name, value in self.values.items()}


def finite(gradients: Arrays, loss: float) -> bool:
    """Whether a step may be made: one that is not a number would spoil everything."""
    return bool(np.isfinite(loss)) and all(np.isfinite(gradient).all() for gradient in gradients.values())
