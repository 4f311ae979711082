"""A set of questions, judgments and systems become one report."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from wares.errors import CatalogueError, SetupError
from wares.evaluation import remarks
from wares.evaluation.comparing import PERSISTENCE, TOP, WORST, Ground, Scored, answered, compare, scored
from wares.evaluation.measures import CONVENTIONS, DEFAULT, Measure, judged_share, parse, precision_at_recall
from wares.evaluation.queries import words_of
from wares.evaluation.records import (
    EvaluationReport,
    Figure,
    Judgments,
    Latency,
    QuerySet,
    Run,
    Segment,
    System,
    SystemReport,
)
from wares.evaluation.runs import DEPTH, ask_all
from wares.evaluation.segments import FEW, Groups, segments
from wares.evaluation.statistics import bootstrap
from wares.reports import OnProgress

SLOWEST = 10


def evaluate(
    queries: QuerySet,
    judgments: Judgments,
    systems: Mapping[str, System | Run],
    *,
    measures: Sequence[Measure | str] = DEFAULT,
    titles: Mapping[str, str] | None = None,
    about: Mapping[str, str] | None = None,
    abouts: Mapping[str, str] | None = None,
    depth: int = DEPTH,
    on_progress: OnProgress | None = None,
    on_runs: Callable[[Sequence[Run]], None] | None = None,
) -> EvaluationReport:
    """Measure systems, the first of which is the baseline that the others are compared with.

    A system is a function from a query to results, or a run that has been asked before. ``titles`` are those of all
    products there are, by id: with them coverage is known, and judgments of products that there are not are told.
    ``about`` goes into the report as it is, and ``abouts`` say what the systems are. ``depth`` products are asked
    for; ``on_runs`` is given the answers before they are measured.

    Questions without a judgment or without a relevant product are left out of every figure, and told in remarks.
    Raises :class:`CatalogueError` when no question is left, :class:`SetupError` for a measure that is unknown or
    looks deeper than the answers go.
    """
    measured = tuple(dict.fromkeys(parse(one) if isinstance(one, str) else one for one in measures))
    _check(systems, measured, depth)
    ground = _ground(queries, judgments, measured, titles)
    groups = _within(segments(queries, judgments), ground)
    runs = ask_all(queries, systems, abouts=abouts, depth=depth, on_progress=on_progress)
    if on_runs is not None:
        on_runs(runs)
    found = [scored(run, ground) for run in runs]
    reports = tuple(_system(system, ground, groups) for system in found)
    told = [
        *remarks.of_data(queries, judgments, ground),
        *(
            r
            for one, report in zip(found, reports, strict=True)
            for r in remarks.of_system(one, report, queries, ground)
        ),
        *remarks.of_likeness(found, ground),
    ]
    return EvaluationReport(
        about=about or {},
        conventions=(*CONVENTIONS, *_conventions(depth, groups)),
        set_name=queries.name,
        truth=queries.truth,
        bias=queries.bias,
        questions=ground.questions,
        measures=tuple(map(str, measured)),
        systems=reports,
        comparisons=compare(found[0], found[1:], ground),
        remarks=tuple(told),
        segments={kind: {value: tuple(ids) for value, ids in values.items()} for kind, values in groups.items()},
    )


def _check(systems: Mapping[str, System | Run], measures: Sequence[Measure], depth: int) -> None:
    if not systems:
        raise SetupError("there is no system to evaluate; name one")
    if not measures:
        raise SetupError("there is no measure; name one, as in nDCG@10")
    deepest = max(measures, key=lambda measure: measure.cutoff or 0)
    if (deepest.cutoff or 0) > depth:
        raise SetupError(
            f"{deepest} looks at {deepest.cutoff} products, and {depth} are asked for; ask for more (depth)"
        )


def _ground(
    queries: QuerySet, judgments: Judgments, measures: tuple[Measure, ...], titles: Mapping[str, str] | None
) -> Ground:
    """The questions that have a relevant product."""
    gains = judgments.gains
    kept = {a.id: words_of(a) for a in queries.queries if any(gain > 0 for gain in gains.get(a.id, {}).values())}
    if not kept:
        judged = sum(bool(gains.get(asked.id)) for asked in queries.queries)
        raise CatalogueError(
            f"no question can be evaluated: of {len(queries.queries):,} questions {judged:,} have judgments, and "
            f"none has a relevant product; {judgments.name} has judgments of {len(gains):,} questions: "
            "are the ids the same?",
            source=queries.name,
        )
    return Ground(kept, gains, measures, titles)


def _within(groups: Groups, ground: Ground) -> Groups:
    """The groups without questions that are left out."""
    kept = {k: {v: [id for id in ids if id in ground.questions] for v, ids in g.items()} for k, g in groups.items()}
    return {kind: {value: ids for value, ids in values.items() if ids} for kind, values in kept.items()}


# -- one system -------------------------------------------------------------------------------------------------


def _system(system: Scored, ground: Ground, groups: Groups) -> SystemReport:
    answers = {query: system.answer(query) for query in ground.questions}
    tops = {query: answer.ids[:TOP] for query, answer in answers.items()}
    n = len(answers)
    curves = [precision_at_recall(ground.gains[query], answer.ids) for query, answer in answers.items()]
    shares = [judged_share(ground.gains[query], top, TOP) for query, top in tops.items() if top]
    seen = {id for top in tops.values() for id in top}
    first = system.values[ground.first]
    return SystemReport(
        name=system.run.name,
        about=system.run.about,
        figures=_figures(system, list(ground.questions)),
        per_query=system.values,
        precision_at_recall=tuple(sum(points) / n for points in zip(*curves, strict=True)),
        judged=sum(shares) / len(shares) if shares else 0.0,
        coverage=len(seen & ground.titles.keys()) / len(ground.titles) if ground.titles else None,
        zero_results=tuple(query for query, answer in answers.items() if not answer.ids and not answer.error),
        failed={query: answer.error for query, answer in answers.items() if answer.error},
        latency=_latency(system, ground),
        segments=tuple(
            Segment(kind=kind, value=value, figures=_figures(system, ids))
            for kind, values in groups.items()
            for value, ids in values.items()
        ),
        worst=tuple(
            answered(system, q, ground) for q in sorted(first, key=first.__getitem__)[:WORST] if first[q] < 1
        ),
    )


def _figures(system: Scored, ids: Sequence[str]) -> tuple[Figure, ...]:
    made = []
    for measure, values in system.values.items():
        own = [values[id] for id in ids]
        made.append(Figure(measure, sum(own) / len(own), *bootstrap(own), len(own)))
    return tuple(made)


def _latency(system: Scored, ground: Ground) -> Latency | None:
    """Of the answers that were timed and are no errors; None without any."""
    timed = {query: system.answer(query) for query in ground.questions}
    took = {query: a.took_ms for query, a in timed.items() if a.took_ms is not None and not a.error}
    if not took:
        return None
    ordered = sorted(took.values())
    stages: dict[str, float] = {}
    for query in took:
        for stage, ms in timed[query].timings_ms.items():
            stages[stage] = stages.get(stage, 0.0) + ms / len(took)
    slowest = sorted(took, key=took.__getitem__, reverse=True)[:SLOWEST]
    return Latency(
        p50=percentile(ordered, 0.50),
        p95=percentile(ordered, 0.95),
        p99=percentile(ordered, 0.99),
        values=tuple(took.values()),
        stages=stages,
        slowest={query: took[query] for query in slowest},
    )


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]


# -- what holds for all figures ---------------------------------------------------------------------------------

#: What groups mean whose names do not say it.
_GROUPS: Mapping[str, str] = {
    "right answers": f'Questions with up to {FEW} relevant products have "few" right answers, others "many".',
    "demand": 'The questions asked most that make up half of all asking are the "head", the others the "tail".',
}


def _conventions(depth: int, groups: Groups) -> tuple[str, ...]:
    return (
        f"Systems are asked for {depth} products; measures without a cut-off see no more than these.",
        "Judged products that the shop does not have stay in the ideal list.",
        "Intervals are 95 % percentile bootstraps over questions.",
        "p is that of a paired randomisation test, adjusted by Holm's method for the number of systems compared.",
        f"Lists are alike by rank-biased overlap of the first {TOP}, p = {PERSISTENCE}.",
        f"Milliseconds are those of an answer of {depth} products, each question timed once, systems taking turns.",
        *(text for kind, text in _GROUPS.items() if kind in groups),
    )
