"""Two charts for the documentation, out of what ``benchmarks.alignment.table`` kept: what a larger catalogue finds,
and how fits learn.

    python -m benchmarks.alignment.plots [--scratch FOLDER] [--to docs/pictures]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from benchmarks.alignment import columns, keeping, summary
from benchmarks.alignment.columns import TITLES, Column
from benchmarks.alignment.drawing import Chart, Curve, Point, svg
from benchmarks.alignment.summary import Figure
from benchmarks.alignment.table import FOLDER
from benchmarks.alignment.tables import RECIPE, Shown, read
from benchmarks.alignment.ways import SIZES
from wares.settings import Environment

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
_SHOWN = tuple(column for column in TITLES if column.head in ("R@1", "R@10"))
_COMMAND = "Figures: python -m benchmarks.alignment.table --show; drawn by python -m benchmarks.alignment.plots."


def sizes(ways: Mapping[str, Shown], recipe: Shown | None) -> Chart | None:
    """R@1 and R@10 of titles by how many products a fit learned from; the recipe and ConSE as lines."""
    fits = [ways[f"fit {size}"] for size in SIZES if f"fit {size}" in ways]
    if len(fits) < 2:
        return None
    counts = [_learned(fit.fits) for fit in fits]
    curves = []
    for place, column in enumerate(_SHOWN):
        points = [_point(count, _figure(column, fit)) for count, fit in zip(counts, fits, strict=True)]
        curves.append(Curve(f"fitted, {column.head}", points, colour=place))
        for name, other, dashes in (("recipe", recipe, "9 4"), ("ConSE", ways.get("ConSE"), "2 4")):
            if other is not None:
                value = _figure(column, other).mean
                ends = [Point(count, value, value, value) for count in (counts[0], counts[-1])]
                curves.append(Curve(f"{name}, {column.head}", ends, colour=place, dashes=dashes, dots=False))
    pools = _figure(_SHOWN[0], fits[0]).pools
    return Chart(
        "A title finds its own photo, by what was learned from",
        "products with a photo that the fit was given (logarithmic)",
        "share of titles (R@1, R@10)",
        curves,
        (
            f"Fashion, {_pool(pools)} photos searched, none of them learned from. "
            f"Bars: 95 % over questions; {_splits(fits)}.",
            "The recipe learned from all of them, ConSE from none.",
            _COMMAND,
        ),
        x_ticks=counts,
        log=True,
    )


def learning(ways: Mapping[str, Shown]) -> Chart | None:
    """What a fit is worth on what it holds out itself, step by step; a line a seed."""
    curves = []
    for place, size in enumerate(size for size in SIZES if f"fit {size}" in ways):
        fits = [fit for fit in ways[f"fit {size}"].fits if fit.learned == "fashion" and fit.curve]
        for at, fit in enumerate(sorted(fits, key=lambda fit: fit.curve[-1].value)):
            points = [Point(step.step, step.value, step.value, step.value) for step in fit.curve]
            label = f"{_learned(fits):,.0f} products" if at == len(fits) // 2 else ""
            curves.append(Curve(label, points, colour=place, dots=False))
    if not curves:
        return None
    return Chart(
        "How fits learn",
        "steps of training",
        "mean of MRR (titles) and nDCG@10 (labels)",
        curves,
        (
            "Fashion, what a fit holds out itself (a fifth, a tenth from 1,000 titles on), harder the more it is;",
            "heads alone, without ConSE beside them. A line a seed, to the last step or until nothing got better.",
            _COMMAND,
        ),
    )


def main(scratch: Path, to: Path) -> int:
    """Draw what there is, and say what is missing."""
    ways, path = read(scratch / FOLDER), scratch / f"{RECIPE}.json"
    recipe = Shown("recipe", "recipe", summary.read(path), ()) if path.exists() else None
    missing = 0
    for name, chart in (("fit-by-size", sizes(ways, recipe)), ("fit-by-step", learning(ways))):
        if chart is None:
            missing += 1
            print(f"{name}: not drawn; run python -m benchmarks.alignment.table first", file=sys.stderr)
            continue
        keeping.put(to / f"{name}.svg", svg(chart).encode())
        print(to / f"{name}.svg")
    return 1 if missing else 0


def _figure(column: Column, way: Shown) -> Figure:
    (found,) = columns.found([column], way.lines, "fashion")
    if found is None:
        raise ValueError(f"{way.name} was not asked {column.what}")
    return found


def _point(count: float, figure: Figure) -> Point:
    return Point(count, figure.mean, figure.low, figure.high)


def _learned(fits: Iterable[keeping.Fit]) -> float:
    """How many products the fits were given, those among them that they held out themselves."""
    return float(np.mean([fit.products + fit.held_out for fit in fits if fit.learned == "fashion"]))


def _pool(pools: Iterable[int]) -> str:
    low, high = min(pools), max(pools)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _splits(fits: Iterable[Shown]) -> str:
    found = {line.split for fit in fits for line in fit.lines}
    return f"{len(found)} splits, a seed each" if len(found) > 1 else "one split"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    scratch = Environment.read().cache / "benchmarks" / "alignment"
    parser.add_argument("--scratch", type=Path, default=scratch, metavar="FOLDER")
    parser.add_argument("--to", type=Path, default=PICTURES, metavar="FOLDER")
    given = parser.parse_args()
    sys.exit(main(given.scratch, given.to))
