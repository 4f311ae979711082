"""From evidence for whole values to an answer: of a category one step after the other, broad to narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.identify.fields import CATEGORY, Field, steps
from wares.index.base import fold

if TYPE_CHECKING:
    from wares.encoders.base import Vectors


def ladder(field: Field, shares: Vectors | Sequence[float]) -> list[tuple[str, float]]:
    """The value with the most evidence, and how much that is; of equal ones the more frequent in the catalogue.

    Of a category: its steps, each the best of those below the one before, down to where most of the evidence ends.
    The evidence of a step is that of all paths through it, so it never grows on the way down.
    """
    told = [(field.values[at], min(float(shares[at]), 1.0)) for at in np.flatnonzero(np.asarray(shares) > 0).tolist()]
    if field.name != CATEGORY:
        return [max(told, key=lambda one: one[1])] if told else []
    found: list[tuple[str, float]] = []
    while told:
        depth = len(found)
        mass: dict[str, float] = {}
        written: dict[str, str] = {}
        for path, share in told:
            if len(way := steps(path)) > depth:
                step = fold(way[depth])
                mass[step] = mass.get(step, 0.0) + share
                written.setdefault(step, way[depth])
        ends = sum(share for path, share in told if len(steps(path)) == depth)
        best = max(mass, key=lambda step: mass[step], default=None)
        if best is None or mass[best] < ends:
            break
        found.append((written[best], min(mass[best], 1.0)))
        told = [one for one in told if len(way := steps(one[0])) > depth and fold(way[depth]) == best]
    return found
