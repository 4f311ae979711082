"""Questions to the whole shop: how long they take, with and without the encoder, and where the time goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np

from benchmarks.report import Table, tell
from benchmarks.speed.bench import FILTERS, Bench, Findings, Row, Target
from wares.bench.latency import NEW, Sample, Samples, Way, in_turns, stages
from wares.bench.parts import parts
from wares.bench.recall import Rows, stored
from wares.bench.scan import Scan
from wares.bench.timing import percentiles
from wares.encoders import build
from wares.indexing import of_products
from wares.query import filters
from wares.records import Part, Query
from wares.reports import Progress
from wares.shop import Shop

REPEATS = 3
FACETS = ("brand", "category", "price")

#: What is asked of every question, in turns.
WAYS: Mapping[str, Way] = {
    "unfiltered": Way(),
    **{share: Way(where=filters.parse(text)) for share, text in FILTERS.items()},
    "facets": Way(facets=FACETS),
}
HEADLINE = "50 %"

#: What is told of image queries.
IMAGE_ROWS: Sequence[tuple[str, Callable[[Sample], float], Target | None]] = (
    ("image query: the encoder", lambda sample: sample.tower, None),
    ("image query: all but the encoder", lambda sample: sample.rest, Target(5)),
    ("of which reading and decoding", lambda sample: sample.stages["encode"] - sample.tower, None),
)


def texts(bench: Bench, findings: Findings) -> None:
    """Text queries, three times over, beside a scan of the text vectors. A question is first asked of a shop just
    opened, where nothing remembers it, and then in every way."""
    encoder = next(e for e in of_products(build(bench.model, bench.environment)) if e.modality == "text")
    vectors = encoder.encode(bench.questions)
    questions = [Query(parts=(Part("text", text),)) for text in bench.questions]
    with _yardstick(bench, encoder.channel) as scan:
        samples = _asked(bench, "text queries", questions, WAYS, WAYS[HEADLINE], partial(_scanned, scan, vectors))
    findings.rows.extend(_rows(samples))
    findings.tables.append(_shares(samples.of(NEW)))
    findings.notes.append(
        f"searches: {len(bench.questions)} real questions of five sets; of each question the median of {REPEATS} "
        "repeats, then p50 and p99 over questions; top 10; a new question is one that the encoder and the statistics "
        "of words do not remember, all others have been asked just before; scan: one numpy thread, float32, "
        f"{len(vectors[0])} dims, in a process of its own, in turns with the searches"
    )


def _rows(samples: Samples) -> list[Row]:
    yardstick = _scan(samples)
    rests = {way: _medians(samples, way, lambda sample: sample.rest) for way in samples.ways}

    def row(what: str, values: Sequence[float], target: Target | None = None) -> Row:
        times = percentiles(values)
        return Row(what, "ms", times.p50, times.p99, target, yardstick)

    usual = percentiles(rests["unfiltered"]).p50
    slower = {share: percentiles(rests[share]).p50 / usual for share in FILTERS}
    never = Target(1.5)
    return [
        row(f"text query, hybrid, filter ({HEADLINE}), top 10, without the encoder", rests[HEADLINE], Target(3, 10)),
        row("the same, a new question, without the encoder", rests[NEW]),
        row(
            "the same, a new question, with the encoder",
            _medians(samples, NEW, lambda sample: sample.total),
            Target(5),
        ),
        row("text query without a filter, without the encoder", rests["unfiltered"]),
        *(Row(f"filter passing {share} against no filter", "×", slower[share], target=never) for share in FILTERS),
        row(f"with facets over {', '.join(FACETS)}, without the encoder", rests["facets"]),
    ]


def _shares(samples: Sequence[Sample]) -> Table:
    """The mean time of each stage."""
    rows = [[one.stage, round(one.mean, 3), f"{one.share:.0%}"] for one in stages("words", samples)]
    return Table(f"Where the time of a new text query goes (filter {HEADLINE})", ("stage", "mean ms", "share"), rows)


def pictures(bench: Bench, findings: Findings) -> None:
    """Image queries from files that the shop does not have."""
    encoder = next((e for e in build(bench.model, bench.environment) if e.modality == "image"), None)
    if encoder is None:
        findings.notes.append("image queries: the model has none")
        return
    questions = [Query(parts=(Part("image", str(photo)),)) for _, photo in bench.photos[:100]]
    vector = np.full((1, encoder.dims), encoder.dims**-0.5, np.float32)
    with _yardstick(bench, encoder.channel) as scan:
        samples = _asked(bench, "image queries", questions, {}, Way(), partial(_scanned, scan, vector))
    for what, part, target in IMAGE_ROWS:
        times = percentiles(_medians(samples, NEW, part))
        findings.rows.append(Row(what, "ms", times.p50, times.p99, target, _scan(samples)))


# -- asking -----------------------------------------------------------------------------------------------------


def _asked(
    bench: Bench,
    stage: str,
    questions: Sequence[Query],
    ways: Mapping[str, Way],
    new: Way,
    scan: Callable[[int], float],
) -> Samples:
    def told(now: Progress) -> None:
        if now.done % len(questions) == 1 or len(questions) == 1:
            tell(f"{now.stage}, round {now.done // len(questions) + 1} of {REPEATS}")

    opener = partial(Shop.open, bench.shop, environment=bench.environment)
    return in_turns(opener, questions, ways, new=new, repeats=REPEATS, scan=scan, tell=told, stage=stage)


@contextmanager
def _yardstick(bench: Bench, channel: str) -> Iterator[Scan]:
    """All vectors of a channel in a process of their own."""
    with Scan() as scan:
        with parts(bench.shop) as shop:
            for batch in stored(shop.index, shop.numbers(), channel):
                scan.add(batch.rows)
        yield scan


def _scanned(scan: Scan, vectors: Rows, at: int) -> float:
    return scan.nearest(vectors[at % len(vectors)]).milliseconds


def _scan(samples: Samples) -> float:
    """The median over questions of the yardstick's medians."""
    return _middle([_middle(own) for own in samples.scans])


def _medians(samples: Samples, way: str, part: Callable[[Sample], float]) -> list[float]:
    """Of each question the median over its repeats."""
    return [_middle([part(sample) for sample in own]) for own in samples.ways[way]]


def _middle(values: Sequence[float]) -> float:
    return float(np.median(values))
