"""What a fit still finds when something goes wrong: labels, pictures, features, words; and what guards against it.

    python -m benchmarks.alignment.robustness [--only NAME ...] [--splits 1] [--threads N] [--again]
    python -m benchmarks.alignment.robustness --show

Fits learn from fashion's four fifths and are asked as everywhere else of the fifth held out, where the pictures of
the pool (and those that look for their like), their features or the titles are disturbed: clean fits asked by
disturbed questions. For wrong labels it is the other way round. Every fit is made by the recipe, and without what
guards against such things. Lines are kept in the folder "robustness" of the scratch folder.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from benchmarks import report
from benchmarks.alignment import disturbing, keeping, observing, protocol, robustness_tables, splits
from benchmarks.alignment.asking import Line, Pair
from benchmarks.alignment.disturbing import PICTURES, TITLES
from benchmarks.alignment.fitted import Fitting
from benchmarks.alignment.models import Bench
from benchmarks.alignment.robustness_tables import CLEAN, LABELS, REGIMES
from benchmarks.alignment.seen import Change, changed
from benchmarks.alignment.splits import SPLITS
from benchmarks.alignment.table import options, with_threads
from benchmarks.alignment.ways import Learned
from benchmarks.pictures import Rows
from wares.bench.circumstances import circumstances
from wares.encoders.fitted import bag
from wares.encoders.heads import Heads
from wares.fit.training import Recipe

FOLDER = "robustness"


class Asked(NamedTuple):
    """A fit that is asked on a split."""

    pair: Pair
    sets: protocol.Sets
    split: int
    fitting: Fitting
    bench: Bench

    @property
    def places(self) -> list[int]:
        return splits.held_out(self.sets["fashion"], self.split)

    @property
    def titles(self) -> list[str]:
        return [self.sets["fashion"].products[at]["title"] for at in self.places]

    @property
    def heads(self) -> Heads:
        if self.fitting.learnt is None:
            raise ValueError("nothing was learned")
        return self.fitting.learnt.heads

    def with_rows(self, rows: Rows) -> Asked:
        """The pictures held out by other rows."""
        fashion = self.sets["fashion"]
        every = fashion.rows.copy()
        every[self.places] = rows
        return self._replace(sets={**self.sets, "fashion": fashion._replace(rows=every)})


#: A fit that is asked → the same by other questions, or over another pool; and what is to be said of it.
Disturbance: TypeAlias = Callable[[Asked], tuple[Asked, Mapping[str, str]]]


def _clean(asked: Asked) -> tuple[Asked, Mapping[str, str]]:
    return asked, {}


def _pictures(name: str, change: Change, asked: Asked) -> tuple[Asked, Mapping[str, str]]:
    tower, fashion = asked.fitting.ground.pictures, asked.sets["fashion"]
    rows = changed(tower, fashion, asked.places, name, change, asked.split, asked.bench.scratch)
    return asked.with_rows(rows), {}


def _titles(change: Callable[[str], str], asked: Asked) -> tuple[Asked, Mapping[str, str]]:
    """Titles alone are put otherwise, no label and no attribute."""
    other = {title: change(title) for title in asked.titles}
    words = asked.pair.words
    if words is None:
        raise ValueError("words find no pictures")
    share = np.mean([one != another for one, another in other.items()])
    pair = asked.pair._replace(words=lambda texts: words([other.get(text, text) for text in texts]))
    return asked._replace(pair=pair), {"titles put otherwise": f"{share:.0%}"}


def _against_titles(asked: Asked) -> tuple[Asked, Mapping[str, str]]:
    """Every picture a step away from its own title, as far as noise reached in training."""
    dense, counts = np.split(
        asked.fitting.ground.words.features(asked.titles), [asked.fitting.ground.words.dense], axis=1
    )
    rows = asked.sets["fashion"].rows[asked.places]
    uphill = disturbing.slopes(
        asked.heads.pictures, rows, asked.heads.words(dense[:, asked.fitting.ground.words.read], bag(counts))
    )
    return asked.with_rows(disturbing.stepped(asked.heads.pictures, rows, -uphill, Recipe().noise)), {}


def _anywhere(asked: Asked) -> tuple[Asked, Mapping[str, str]]:
    """A step as long, in a direction by chance."""
    rows = asked.sets["fashion"].rows[asked.places]
    chance = np.random.default_rng(asked.split).standard_normal(rows.shape, dtype=np.float32)
    return asked.with_rows(disturbing.stepped(asked.heads.pictures, rows, chance, Recipe().noise)), {}


DISTURBANCES: Mapping[str, Disturbance] = {
    CLEAN: _clean,
    **{name: partial(_pictures, name, change) for name, change in PICTURES.items()},
    "features away from the title": _against_titles,
    "features anywhere": _anywhere,
    **{name: partial(_titles, change) for name, change in TITLES.items()},
}


def main(only: Sequence[str], wanted: Sequence[int], bench: Bench, *, again: bool) -> None:
    """Measure what is missing of some regimes."""
    for name in only:
        way = Learned(name, name, "robustness", recipe=REGIMES[name])
        for split in wanted:
            _measure(way, split, bench, DISTURBANCES, wrong=False, again=again)
            _measure(way, split, bench, {LABELS: _clean}, wrong=True, again=again)


def _measure(
    way: Learned, split: int, bench: Bench, ways: Mapping[str, Disturbance], *, wrong: bool, again: bool
) -> None:
    """Fit once, and ask by each of the ways that is not there yet."""
    made_from, folder = way.made_from(bench), bench.scratch / FOLDER
    names = {what: f"{way.name}, {what}" for what in ways}
    there = {what: keeping.kept(folder, name, made_from) for what, name in names.items()}
    missing = [what for what, (lines, _) in there.items() if again or all(line.split != split for line in lines)]
    if not missing:
        report.tell(f"{way.name}: split {split} is there ({', '.join(ways)})")
        return
    about = {**circumstances(), "threads": observing.threads(), "command": shlex.join(sys.argv)}
    model = bench.model(way.model)
    training = splits.fashion_training(model.sets["fashion"], split)
    fitting = way.fitting(bench, split)
    pair = fitting(disturbing.shuffled(training, split) if wrong else training, split)
    for what in missing:
        disturbed, said = ways[what](Asked(pair, model.sets, split, fitting, bench))
        found = _lines(disturbed)
        kept = [line for line in there[what][0] if line.split != split]
        keeping.keep(folder, names[what], keeping.Way(made_from=made_from, about={**about, **said}), [*kept, *found])
    bench.texts.save()
    report.tell(f"{way.name}: split {split}: {', '.join(missing)}")


def _lines(asked: Asked) -> list[Line]:
    pair = asked.pair
    return protocol.measure(
        pair.words, pair.pictures, asked.sets, asked.split, looks=pair.looks, parts=["fashion"], learned="fashion"
    )


if __name__ == "__main__":
    parser = options("benchmarks.alignment.robustness", __doc__)
    parser.add_argument("--only", nargs="+", choices=REGIMES, default=list(REGIMES), metavar="NAME")
    parser.add_argument("--splits", nargs="+", type=int, choices=SPLITS, default=SPLITS[:1])
    given = parser.parse_args()
    with_threads(given.threads, "benchmarks.alignment.robustness")
    if not given.show:
        main(given.only, given.splits, Bench(given.data, given.scratch), again=given.again)
    print(report.markdown(robustness_tables.everything(given.scratch / FOLDER, (*DISTURBANCES, LABELS))))
