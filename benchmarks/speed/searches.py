"""Questions to the whole shop: how long they take, with and without the encoder, and where the time goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from benchmarks.report import Cell, Table, tell
from benchmarks.speed.bench import FILTERS, Bench, Findings, Row, Stopwatch, Target, percentiles, timed
from benchmarks.speed.recall import matrix_path
from benchmarks.speed.scan import scan
from wares.encoders import build
from wares.encoders.base import Tower
from wares.indexing import of_products
from wares.shop import Shop

REPEATS = 3
FACETS = ("brand", "category", "price")

#: What is asked of every question, in turns.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "unfiltered": {},
    **{share: {"where": text} for share, text in FILTERS.items()},
    "facets": {"facets": FACETS},
}
HEADLINE = "50 %"
NEW = "new"


class Sample(msgspec.Struct, frozen=True):
    """One answer: milliseconds in all, in the towers of the encoders, and by stage."""

    total: float
    tower: float
    stages: Mapping[str, float]

    @property
    def rest(self) -> float:
        return self.total - self.tower


#: What is told of image queries.
IMAGE_ROWS: Sequence[tuple[str, Callable[[Sample], float], Target | None]] = (
    ("image query: the encoder", lambda sample: sample.tower, None),
    ("image query: all but the encoder", lambda sample: sample.rest, Target(5)),
    ("of which reading and decoding", lambda sample: sample.stages["encode"] - sample.tower, None),
)


def texts(bench: Bench, findings: Findings) -> None:
    """Text queries, three times over, beside a scan of the text vectors. A question is first asked of a shop just
    opened, where nothing remembers it, and then in every variant."""
    encoder = next(e for e in of_products(build(bench.model, bench.environment)) if e.modality == "text")
    vectors = encoder.encode(bench.questions)
    samples: dict[str, list[list[Sample]]] = {name: [[] for _ in bench.questions] for name in (NEW, *VARIANTS)}
    scans: list[list[float]] = [[] for _ in bench.questions]
    names = list(VARIANTS)
    with scan(matrix_path(bench, encoder.channel)) as brute, timed(Tower, "features") as watch:
        for repeat in range(REPEATS):
            tell(f"text queries, round {repeat + 1} of {REPEATS}")
            with Shop.open(bench.shop, environment=bench.environment) as shop:
                shop.search("warm up", where=FILTERS[HEADLINE], facets=FACETS)
                for at, text in enumerate(bench.questions):
                    samples[NEW][at].append(_ask(shop, watch, text, **VARIANTS[HEADLINE]))
                    for turn in range(len(names)):
                        name = names[(turn + at + repeat) % len(names)]
                        samples[name][at].append(_ask(shop, watch, text, **VARIANTS[name]))
                    scans[at].append(brute.milliseconds(vectors[at]))
    rests = {name: [_middle([sample.rest for sample in own]) for own in lists] for name, lists in samples.items()}
    totals = [_middle([sample.total for sample in own]) for own in samples[NEW]]
    findings.rows.extend(_rows(rests, totals, _middle([_middle(own) for own in scans])))
    findings.tables.append(_shares([sample for own in samples[NEW] for sample in own]))
    findings.notes.append(
        f"searches: {len(bench.questions)} real questions of five sets; of each question the median of {REPEATS} "
        "repeats, then p50 and p99 over questions; top 10; a new question is one that the encoder and the statistics "
        "of words do not remember, all others have been asked just before; scan: one numpy thread, float32, "
        f"{len(vectors[0])} dims, in a process of its own, in turns with the searches"
    )


def _rows(rests: Mapping[str, Sequence[float]], totals: Sequence[float], yardstick: float) -> list[Row]:
    def row(what: str, values: Sequence[float], target: Target | None = None) -> Row:
        middle, late = percentiles(values)
        return Row(what, "ms", middle, late, target, yardstick)

    usual = percentiles(rests["unfiltered"])[0]
    slower = {share: percentiles(rests[share])[0] / usual for share in FILTERS}
    never = Target(1.5)
    return [
        row(f"text query, hybrid, filter ({HEADLINE}), top 10, without the encoder", rests[HEADLINE], Target(3, 10)),
        row("the same, a new question, without the encoder", rests[NEW]),
        row("the same, a new question, with the encoder", totals, Target(5)),
        row("text query without a filter, without the encoder", rests["unfiltered"]),
        *(Row(f"filter passing {share} against no filter", "×", slower[share], target=never) for share in FILTERS),
        row(f"with facets over {', '.join(FACETS)}, without the encoder", rests["facets"]),
    ]


def _shares(samples: Sequence[Sample]) -> Table:
    """The mean time of each stage."""
    stages = {name: float(np.mean([sample.stages[name] for sample in samples])) for name in samples[0].stages}
    tower = float(np.mean([sample.tower for sample in samples]))
    total = float(np.mean([sample.total for sample in samples]))
    parts = {"encode: the text tower": tower, "encode: the rest": stages.pop("encode") - tower, **stages}
    parts["around the search"] = total - sum(parts.values())
    rows: list[list[Cell]] = [[name, round(spent, 3), f"{spent / total:.0%}"] for name, spent in parts.items()]
    return Table(f"Where the time of a new text query goes (filter {HEADLINE})", ("stage", "mean ms", "share"), rows)


def pictures(bench: Bench, findings: Findings) -> None:
    """Image queries from files that the shop does not have."""
    encoder = next((e for e in build(bench.model, bench.environment) if e.modality == "image"), None)
    if encoder is None:
        findings.notes.append("image queries: the model has none")
        return
    photos = [photo for _, photo in bench.photos[:100]]
    samples: list[list[Sample]] = [[] for _ in photos]
    scans: list[float] = []
    vector = np.full(encoder.dims, encoder.dims**-0.5, np.float32)
    with (
        scan(matrix_path(bench, encoder.channel)) as brute,
        Shop.open(bench.shop, environment=bench.environment) as shop,
        timed(Tower, "features") as watch,
    ):
        shop.search(image=photos[0])
        tell("image queries")
        for _ in range(REPEATS):
            for at, photo in enumerate(photos):
                samples[at].append(_ask(shop, watch, None, image=photo))
                scans.append(brute.milliseconds(vector))
    yardstick = _middle(scans)
    for what, part, target in IMAGE_ROWS:
        middle, late = percentiles([_middle([part(sample) for sample in own]) for own in samples])
        findings.rows.append(Row(what, "ms", middle, late, target, yardstick))


def _ask(shop: Shop, watch: Stopwatch, text: str | None, **how: Any) -> Sample:
    spent, start = watch.seconds, time.perf_counter()
    results = shop.search(text, **how)
    total = time.perf_counter() - start
    return Sample(total * 1e3, (watch.seconds - spent) * 1e3, results.timings_ms)


def _middle(values: Sequence[float]) -> float:
    return float(np.median(values))
