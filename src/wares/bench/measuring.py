"""Everything about one shop, in one report."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from wares.asking import NEAR
from wares.bench import latency, memory
from wares.bench.circumstances import circumstances
from wares.bench.load import MAX_CONCURRENCY, loads
from wares.bench.load import QUESTIONS as LOAD_QUESTIONS
from wares.bench.parts import parts
from wares.bench.planning import Plan, planned, tried
from wares.bench.questions import told
from wares.bench.recall import TOP, Batch, Rows, Vectors, recall
from wares.bench.records import BenchReport, Kind, Latency, Questions, Recall, Stage
from wares.bench.scan import MAX_BYTES, Scan
from wares.errors import SetupError
from wares.query import filters
from wares.reports import OnProgress, Progress
from wares.settings import Environment
from wares.shop import Shop

#: Questions of each kind whose exact answers are looked for.
RECALL_QUESTIONS = 100


class _Bench(NamedTuple):
    """What is measured, and who is told how far it is."""

    shop: Path
    environment: Environment
    tell: OnProgress

    def open(self) -> Shop:
        """The shop, as if nobody had asked anything before."""
        return Shop.open(self.shop, create=False, environment=self.environment)


def measure(
    shop: str | Path,
    *,
    queries: Path | None = None,
    count: int = 200,
    repeats: int = 3,
    where: Sequence[str] = (),
    concurrency: Sequence[int] = (1, 2, 4, 8),
    seconds: float = 2.0,
    environment: Environment | None = None,
    about: Mapping[str, str] | None = None,
    progress: OnProgress | None = None,
) -> BenchReport:
    """Measure a shop, which is not changed.

    Asked are at most ``count`` questions of the file ``queries``, or questions drawn from the shop, ``repeats`` times
    over; filtered by the filters ``where``, or by some that pass about 1 %, 10 % and 50 % of the products; and by
    as many threads, and processes, as ``concurrency`` says, for some ``seconds`` each. ``about`` goes into the report
    as it is.

    Raises :class:`SetupError` for a shop without products, :class:`~wares.errors.QueryError` for a filter or a file
    of no use, and what opening and searching a shop raise.
    """
    if not concurrency or not all(1 <= many <= MAX_CONCURRENCY for many in concurrency):
        raise SetupError(f"the numbers of threads and processes must lie in 1 … {MAX_CONCURRENCY}: {concurrency}")
    bench = _Bench(Path(shop), environment or Environment.read(), progress or _silent)
    with tempfile.TemporaryDirectory(prefix="wares-bench-") as folder:
        found = circumstances()  # before the load of the machine is our own
        with bench.open() as opened:
            settings = opened.settings
        plan = planned(bench.shop, settings.media, queries, count, where, Path(folder))
        with bench.open() as opened:
            products = len(opened)
            asked, vectors, failed = tried(opened, plan.questions)
        recalls, latencies, stages, scanned = _compared(bench, plan, asked, vectors, repeats)
        under_load = loads(bench.shop, asked[0].queries, concurrency, seconds, bench.environment, bench.tell)
        everything = [query for questions in asked for query in questions.queries]
        taken = memory.memory(bench.shop, settings.model, everything, bench.environment)
    return BenchReport(
        about={
            **found,
            **(about or {}),
            "shop": str(bench.shop),
            "products": f"{products:,}",
            "model": settings.model,
        },
        questions=tuple(told(questions) for questions in asked),
        filters=tuple(plan.filters),
        facets=plan.facets,
        latencies=tuple(latencies),
        stages=tuple(stages),
        loads=tuple(under_load),
        memory=tuple(taken),
        disk=memory.disk(bench.shop),
        recalls=tuple(recalls),
        notes=(*plan.notes, *failed, *scanned, *_method(repeats, asked[0], seconds)),
    )


def _compared(
    bench: _Bench, plan: Plan, asked: Sequence[Questions], vectors: Mapping[Kind, Vectors], repeats: int
) -> tuple[list[Recall], list[Latency], list[Stage], list[str]]:
    """What is compared with an exact scan of the same vectors: recall, and the time of a search."""
    latencies: list[Latency] = []
    stages: list[Stage] = []
    ways = latency.ways_of(plan.filters, plan.facets)
    with ExitStack() as stack:
        yardsticks = {kind: next(iter(own)) for kind, own in vectors.items() if own}
        scans = {name: stack.enter_context(Scan()) for name in set(yardsticks.values())}
        recalls = _recalls(bench, plan, vectors, scans)
        for questions in asked:
            kind = questions.kind
            scan = scans.get(yardsticks.get(kind, ""))
            samples = latency.in_turns(
                bench.open,
                questions.queries,
                ways,
                repeats=repeats,
                scan=partial(_scan, scan, vectors[kind][yardsticks[kind]]) if scan and scan.usable else None,
                tell=bench.tell,
                stage=f"asking {kind}",
            )
            latencies += latency.latencies(kind, samples)
            stages += latency.stages(kind, samples.of(latency.NEW))
        notes = [
            f"no yardstick for {kind}: the vectors {name} take more than {MAX_BYTES / 1e9:g} GB"
            for kind, name in yardsticks.items()
            if not scans[name].complete
        ]
    return recalls, latencies, stages, notes


def _recalls(bench: _Bench, plan: Plan, vectors: Mapping[Kind, Vectors], scans: Mapping[str, Scan]) -> list[Recall]:
    """The recall of every channel that questions look in. All vectors pass by, and the yardsticks get theirs."""
    wheres = {"": None, **{one.where: filters.parse(one.where) for one in plan.filters}}
    found: list[Recall] = []
    with parts(bench.shop) as opened:
        numbers = opened.numbers()
        for spec in opened.index.vectors:
            own = {kind: rows[spec.name][:RECALL_QUESTIONS] for kind, rows in vectors.items() if spec.name in rows}
            if own:
                watch = _watch(bench.tell, f"exact neighbours by {spec.name}", len(numbers), scans.get(spec.name))
                found += recall(opened.index, spec.name, own, wheres, numbers, watch)
    return found


def _watch(tell: OnProgress, stage: str, total: int, scan: Scan | None) -> Callable[[Batch], None]:
    """Tells how many products have passed by, and gives their vectors to the yardstick."""
    seen = 0

    def watch(batch: Batch) -> None:
        nonlocal seen
        seen += len(batch.numbers)
        tell(Progress(stage, seen, total))
        if scan is not None:
            scan.add(batch.rows)

    return watch


def _scan(scan: Scan, vectors: Rows, at: int) -> float:
    return scan.nearest(vectors[at % len(vectors)]).milliseconds


def _method(repeats: int, loaded: Questions, seconds: float) -> tuple[str, ...]:
    """How the figures came about."""
    return (
        f"times: percentiles over all answers; rounds: {repeats}. In each a shop is opened and every question asked, "
        'new to it, without a remembered vector or word, and then in all other ways, ten hits each. "search" is all '
        'but the encoder\'s network ("the tower")',
        "scan: numpy compares the question's vector with all stored ones, float32, one thread, in a process of its "
        "own, in turns with the searches; × scan is the median search divided by its median",
        f"under load: {loaded.kind}, {min(len(loaded.queries), LOAD_QUESTIONS)} questions over and over, "
        f"{seconds:g} s each; what encoders remember of them they do not encode again; of several processes one "
        "holds the index",
        f"recall: the best {TOP} of the {NEAR} that a channel brings, against an exact scan of the same stored "
        f"vectors; at most {RECALL_QUESTIONS} questions of a kind",
        "memory: what is mapped from files counts where it is resident, and the system takes it back when it needs "
        "room; of several processes it counts in each",
    )


def _silent(_: Progress) -> None:
    """Nobody listens."""
