"""Every way to be shown, under the protocol: what it finds, in domains it never saw too, and what it takes.

    python -m benchmarks.alignment.table [--only NAME ...] [--splits 1 2 3] [--threads N] [--again] [--scratch FOLDER]
    python -m benchmarks.alignment.table --show

Lines are kept as NAME.json in the folder "table" of the scratch folder after every split, so that a run that was
stopped goes on with what is missing; ``--show`` prints the tables of what is there and measures nothing. The
differences are those to the recipe, whose lines ``python -m benchmarks.alignment.yardstick`` keeps.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.alignment import keeping, observing, tables
from benchmarks.alignment.models import Bench
from benchmarks.alignment.splits import SPLITS
from benchmarks.alignment.ways import WAYS, Way
from benchmarks.pictures import DATA
from wares.bench.circumstances import circumstances
from wares.settings import Environment

FOLDER = "table"


def main(only: Sequence[str], splits: Sequence[int], bench: Bench, *, again: bool) -> None:
    """Measure what is missing of some ways."""
    for way in WAYS:
        if way.name not in only:
            continue
        why = way.missing(bench)
        if why:
            report.tell(f"{way.name}: left out, {why}")
            continue
        for split in splits:
            if split in way.splits:
                _measure(way, split, bench, again=again)


def _measure(way: Way, split: int, bench: Bench, *, again: bool) -> None:
    folder, made_from = bench.scratch / FOLDER, way.made_from(bench)
    lines, fits = keeping.kept(folder, way.name, made_from)
    if not again and any(line.split == split for line in lines):
        report.tell(f"{way.name}: split {split} is there")
        return
    about = {**circumstances(), "threads": observing.threads(), "command": shlex.join(sys.argv)}
    with observing.Watch() as watch:
        found, made = way.run(bench, split)
    lines = [*(line for line in lines if line.split != split), *found]
    fits = [*(fit for fit in fits if fit.split != split), *made]
    keeping.keep(folder, way.name, keeping.Way(made_from=made_from, about=about, fits=tuple(fits)), lines)
    bench.texts.save()
    report.tell(f"{way.name}: split {split} took {watch.seconds / 60:.1f} minutes, {watch.cpu_s / 60:.1f} of a core")


def with_threads(threads: int | None, module: str) -> None:
    """Start again with so many threads: numpy reads how many before anything here runs."""
    if threads is None or os.environ.get("OMP_NUM_THREADS") == str(threads):
        return
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    os.environ.update({name: str(threads) for name in names})
    os.execv(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]])


def options(module: str, about: str | None) -> argparse.ArgumentParser:
    """A parser with what the tables of alignment take."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=report.positive, metavar="N", help="threads of numpy [one per core]")
    parser.add_argument("--again", action="store_true", help="measure anew what is there")
    parser.add_argument("--show", action="store_true", help="print what is there and measure nothing")
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER")
    scratch = Environment.read().cache / "benchmarks" / "alignment"
    parser.add_argument("--scratch", type=Path, default=scratch, metavar="FOLDER")
    return parser


if __name__ == "__main__":
    names = [way.name for way in WAYS]
    parser = options("benchmarks.alignment.table", __doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--splits", nargs="+", type=int, choices=SPLITS, default=SPLITS)
    given = parser.parse_args()
    with_threads(given.threads, "benchmarks.alignment.table")
    if not given.show:
        main(given.only, given.splits, Bench(given.data, given.scratch), again=given.again)
    print(report.markdown(tables.everything(given.scratch, given.scratch / FOLDER)))
