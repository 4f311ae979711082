"""Reliability plots: of answers that say "80 %", how many are right?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.alignment.drawing import Chart, Curve, Point
from benchmarks.identify.asking import Asked
from benchmarks.identify.tables import by_level
from wares.identify.fields import CATEGORY

if TYPE_CHECKING:
    from benchmarks.identify.asking import Level

#: Answers at a point of a curve, and points at most.
LEAST, MOST = 40, 10
_Z = 1.96


def charts(name: str, photos: Sequence[Asked], about: str, command: str) -> dict[str, Chart]:
    """The reliability of the category and of all other fields of a set, by file name."""
    drawn = _drawn(photos)
    parts = {
        "": {what: levels for what, levels in drawn.items() if what.startswith(CATEGORY)},
        ", attributes": {what: levels for what, levels in drawn.items() if not what.startswith(CATEGORY)},
    }
    about = f"{about[0].upper()}{about[1:]}; {len(photos):,} photos that nothing was chosen by, no abstention."
    return {
        f"identify-{name}{part}".replace(", ", "-"): _chart(f"{name}{part}", levels, about, command)
        for part, levels in parts.items()
        if levels
    }


def _chart(name: str, drawn: Mapping[str, Sequence[Level]], about: str, command: str) -> Chart:
    """Curves, and the line where confidence and truth are equal."""
    curves = [
        Curve(what if place < 4 else f"{what} (dashed)", list(points(levels)), place % 4, ("", "7 4")[place // 4 % 2])
        for place, (what, levels) in enumerate(drawn.items())
    ]
    return Chart(
        f"Right answers by how sure they were: {name}",
        "confidence",
        "share of answers that are right",
        [*curves, Curve("", [Point(0, 0, 0, 0), Point(1, 1, 1, 1)], colour=0, dashes="2 4", dots=False)],
        (
            about,
            f"A point is a tenth of the answers, or {LEAST}; bars: 95 % (Wilson). Dotted: as sure as they say.",
            command,
        ),
    )


def points(levels: Sequence[Level]) -> Iterator[Point]:
    """Bins of equal counts, least sure first: mean confidence, share right with its interval."""
    sure = sorted((one.confidence, one.right) for one in levels if one.confidence is not None)
    for part in np.array_split(np.arange(len(sure)), max(1, min(MOST, len(sure) // LEAST))):
        some = [sure[at] for at in part.tolist()]
        right = sum(hit for _, hit in some)
        low, high = wilson(right, len(some))
        yield Point(float(np.mean([value for value, _ in some])), right / len(some), low, high)


def wilson(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    share, squared = right / count, _Z**2 / count
    middle = (share + squared / 2) / (1 + squared)
    wide = _Z * math.sqrt(share * (1 - share) / count + squared / count / 4) / (1 + squared)
    return max(middle - wide, 0.0), min(middle + wide, 1.0)


def _drawn(photos: Sequence[Asked]) -> Mapping[str, Sequence[Level]]:
    """What has confidences, and is not nearly always right."""
    found = by_level(photos)
    return {
        what: levels
        for what, levels in found.items()
        if sum(one.confidence is not None for one in levels) >= LEAST
        and np.mean([one.right for one in levels]) < 0.98
    }
