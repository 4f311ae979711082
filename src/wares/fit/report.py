"""What a fit did and what it is worth: plain values that become JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from wares.evaluation.statistics import bootstrap, randomisation

#: A difference counts when chance would make it less often than this.
CERTAIN = 0.05


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """One measure before and after, over ``n`` questions: the mean difference with its 95 % interval, and how likely
    chance makes one as big (paired randomisation test)."""

    measure: str
    n: int
    before: float
    after: float
    low: float
    high: float
    p: float

    @property
    def better(self) -> bool:
        return self.after > self.before and self.p < CERTAIN

    @property
    def worse(self) -> bool:
        return self.after < self.before and self.p < CERTAIN


class FitReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a fit did.

    ``switched`` says whether the shop works by it now, ``verdict`` why; ``fit`` and ``version`` name it and its index
    ("" where it was not kept). ``measures`` are those of pictures alone on products held out, ``shop`` those of whole
    searches. ``curve`` has a point (step, loss, mean of both measures held out) every few steps. ``last_change`` is
    the catalogue's state; ``terms`` which hashed terms its captions had, as hexadecimal bits.
    """

    verdict: str
    switched: bool = False
    fit: str = ""
    version: str = ""
    model: str
    before: str
    loss: str = ""
    start: str = ""
    seed: int = 20
    created: str = ""
    products: int = 0
    pictures: int = 0
    held_out: int = 0
    captions: int = 0
    best_step: int = 0
    prior: float = 0.0
    look: float = 0.0
    measures: tuple[Gain, ...] = ()
    shop: tuple[Gain, ...] = ()
    curve: tuple[tuple[int, float, float], ...] = ()
    seconds: float = 0.0
    training_s: float = 0.0
    peak_mb: float = 0.0
    catalogue: int = 0
    last_change: int = 0
    terms: str = ""


def gain(measure: str, before: Sequence[float], after: Sequence[float]) -> Gain:
    """The gain from one list of values to another, question by question."""
    differences = (np.asarray(after) - np.asarray(before)).tolist()
    low, high = bootstrap(differences)
    return Gain(
        measure=measure,
        n=len(differences),
        before=float(np.mean(before)) if len(differences) else 0.0,
        after=float(np.mean(after)) if len(differences) else 0.0,
        low=low,
        high=high,
        p=randomisation(differences),
    )
