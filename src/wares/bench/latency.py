"""Questions to a shop in turns: how long they take, asked in several ways, beside the yardstick, and where the time
goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import msgspec
import numpy as np

from wares.bench.records import Kind, Latency, Selective, Stage
from wares.bench.timing import Stopwatch, percentiles, timed
from wares.encoders.base import Tower
from wares.errors import QueryError
from wares.query import filters
from wares.records import AllOf, Filter, Part, Query
from wares.reports import OnProgress, Progress
from wares.shop import Shop

NEW = "new"
REPEATED = "repeated"
FACETED = "facets"

#: Asked of a shop just opened, so that what is loaded at the first question is not counted.
WARM_UP = Query(parts=(Part("text", "warm up"),))


class Way(msgspec.Struct, frozen=True):
    """How a question is asked: with a filter, with fields to count, or as it is."""

    where: Filter | None = None
    facets: tuple[str, ...] = ()

    def __call__(self, query: Query) -> Query:
        """The question asked so, what it says itself included."""
        both = tuple(where for where in (query.where, self.where) if where is not None)
        where = AllOf(both) if len(both) == 2 else both[0] if both else None
        facets = tuple(dict.fromkeys((*query.facets, *self.facets)))
        return msgspec.structs.replace(query, where=where, facets=facets)


class Sample(msgspec.Struct, frozen=True):
    """One answer: milliseconds in all, in the tower of the encoder, and by stage."""

    total: float
    tower: float
    stages: Mapping[str, float]

    @property
    def rest(self) -> float:
        """All but the tower."""
        return self.total - self.tower


class Samples(msgspec.Struct, frozen=True):
    """What was measured: for each way and each question one sample a round; ``scans`` are the yardstick's
    milliseconds, likewise (empty without one)."""

    ways: Mapping[str, Sequence[Sequence[Sample]]]
    scans: Sequence[Sequence[float]]

    def of(self, way: str) -> list[Sample]:
        """All samples of one way."""
        return [sample for own in self.ways[way] for sample in own]


def ways_of(selective: Sequence[Selective], facets: tuple[str, ...]) -> dict[str, Way]:
    """The ways that a shop is asked in after a question is new."""
    filtered = {filter.where: Way(where=filters.parse(filter.where)) for filter in selective}
    return {REPEATED: Way(), **filtered, **({FACETED: Way(facets=facets)} if facets else {})}


def in_turns(
    opener: Callable[[], Shop],
    questions: Sequence[Query],
    ways: Mapping[str, Way],
    *,
    new: Way = Way(),  # noqa: B008 - it is frozen
    repeats: int,
    scan: Callable[[int], float] | None = None,
    tell: OnProgress,
    stage: str,
) -> Samples:
    """Ask every question in every way, in each of ``repeats`` rounds, each with a shop just opened, where nothing
    remembers a question.

    A question is first asked as ``new`` says, then in all ways, which take turns in being the first after it, and
    then ``scan`` is called with its place among the questions. Raises what searching raises.
    """
    samples: dict[str, list[list[Sample]]] = {name: [[] for _ in questions] for name in (NEW, *ways)}
    scans: list[list[float]] = [[] for _ in questions]
    names = list(ways)
    with timed(Tower, "features") as watch:
        for repeat in range(repeats):
            with opener() as shop:
                _warm_up(shop, questions, [new, *ways.values()])
                for at, query in enumerate(questions):
                    samples[NEW][at].append(_ask(shop, watch, new(query)))
                    for turn in range(len(names)):
                        name = names[(turn + at + repeat) % len(names)]
                        samples[name][at].append(_ask(shop, watch, ways[name](query)))
                    if scan is not None:
                        scans[at].append(scan(at))
                    tell(Progress(stage, repeat * len(questions) + at + 1, repeats * len(questions)))
    return Samples(samples, scans)


def latencies(kind: Kind, samples: Samples) -> list[Latency]:
    """Percentiles over all answers, by way."""
    scans = [taken for own in samples.scans for taken in own]
    scan = float(np.median(scans)) if scans else None
    found = []
    for way in samples.ways:
        own = samples.of(way)
        search = percentiles([sample.rest for sample in own])
        found.append(
            Latency(
                kind=kind,
                way=way,
                whole=percentiles([sample.total for sample in own]),
                search=search,
                scan=scan,
                ratio=search.p50 / scan if scan else None,
            )
        )
    return found


def stages(kind: Kind, samples: Sequence[Sample]) -> list[Stage]:
    """The mean time of each stage; with "around the search", what lies between asking and the first stage, they are
    the whole."""
    means = {name: float(np.mean([sample.stages[name] for sample in samples])) for name in samples[0].stages}
    tower = float(np.mean([sample.tower for sample in samples]))
    total = float(np.mean([sample.total for sample in samples]))
    parts = {
        "parse": means.pop("parse"),
        "encode: the tower": tower,
        "encode: the rest": means.pop("encode") - tower,
        **means,
    }
    parts["around the search"] = total - sum(parts.values())
    return [Stage(kind=kind, stage=name, mean=mean, share=mean / total) for name, mean in parts.items()]


def _warm_up(shop: Shop, questions: Sequence[Query], ways: Sequence[Way]) -> None:
    """Load what the first questions load. Pictures are remembered by nothing, so one of them may be asked."""
    pictured = next((query for query in questions if any(part.kind == "image" for part in query.parts)), None)
    for query in (WARM_UP, pictured):
        with suppress(QueryError):  # a model may read no words
            for way in ways if query is not None else ():
                shop.search(way(query))  # type: ignore[arg-type]


def _ask(shop: Shop, watch: Stopwatch, query: Query) -> Sample:
    spent, start = watch.seconds, time.perf_counter()
    results = shop.search(query)
    total = time.perf_counter() - start
    # "rank.rules" is a part of "rank", which has its time already.
    laps = {name: lap for name, lap in results.timings_ms.items() if "." not in name}
    return Sample(total * 1e3, (watch.seconds - spent) * 1e3, laps)
