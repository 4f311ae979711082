"""Fusion settings searched on one part of the questions, and measured on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import msgspec
import numpy as np

from wares.evaluation.records import Difference, EvaluationReport, Figure, Remark, System
from wares.evaluation.reporting import evaluate
from wares.evaluation.tuning.choice import choose
from wares.evaluation.tuning.plan import Plan, Rank
from wares.evaluation.tuning.splits import Split
from wares.evaluation.tuning.studies import Study, Trial
from wares.evaluation.tuning.trials import Limits, Space, search
from wares.reports import OnProgress
from wares.settings import FusionSettings

#: What is in force, and what was chosen, among the systems that are measured at the end.
IN_FORCE, TUNED = "in force", "tuned"
#: The p-value up to which a difference counts as one.
SIGNIFICANT = 0.05


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with what the measure gives: the mean over the questions that were tuned on, the figure over those
    held out, and there the difference to what is in force (None for that itself). ``trials`` of its method."""

    name: str
    settings: FusionSettings
    trials: int | None
    train: float
    held_out: Figure
    difference: Difference | None


class TuningReport(msgspec.Struct, frozen=True, kw_only=True):
    """What tuning came to. ``rows``: what is in force, what was chosen, that without each channel, and the best that
    was found of each method. ``verdict`` says in words whether it is better, ``better`` whether the questions held
    out show that it is more than chance. ``held_out`` is the whole evaluation of the rows on these."""

    measure: str
    set_name: str
    bias: str
    split: Split
    trials: int
    stopped: str
    in_force: FusionSettings
    tuned: FusionSettings
    better: bool
    verdict: str
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]
    held_out: EvaluationReport

    def row(self, name: str) -> Row:
        """A row by its name."""
        return next(row for row in self.rows if row.name == name)


def tune(
    plan: Plan,
    space: Space,
    in_force: FusionSettings,
    *,
    rank: Rank,
    system: Callable[[FusionSettings], System],
    study: Study | None = None,
    limits: Limits | None = None,
    seed: int = 20,
    on_progress: OnProgress | None = None,
) -> TuningReport:
    """Search, choose, and measure on the questions held out, which nothing looks at before.

    ``rank`` answers the questions to tune on (many times, so it should know their candidates); ``system`` makes of
    settings a real system, for the questions held out. Raises as :func:`~wares.evaluation.tuning.trials.search`; what
    a question held out raises is told in the report, and counts 0 for the settings that it happens to.
    """
    study = study or Study()
    train = plan.split.train

    def values(settings: FusionSettings) -> list[float]:
        return plan.values(train, settings, rank)

    present = values(in_force)
    stopped = search(
        space,
        study,
        values,
        limits=limits or Limits(),
        seed=seed,
        on_progress=on_progress,
        note=f"best {plan.measure} {{:.3f}}, in force {np.mean(present):.3f}".format,
    )
    chosen = choose(space, study.trials, present, in_force)
    tuned = in_force if chosen is None else space.settings(chosen)
    entries = list(_entries(space, study.trials, in_force, tuned))
    held_out = evaluate(
        msgspec.structs.replace(plan.queries, queries=tuple(plan.asked(plan.split.held_out))),
        plan.judgments,
        {name: system(settings) for name, settings, _ in entries},
        measures=[plan.measure],
        depth=plan.depth,
        on_progress=on_progress,
    )
    rows = tuple(_row(entry, float(np.mean(values(entry[1]))), held_out) for entry in entries)
    better, verdict = _verdict(rows[1].difference, chosen is None, plan)
    return TuningReport(
        measure=str(plan.measure),
        set_name=plan.queries.name,
        bias=plan.queries.bias,
        split=plan.split,
        trials=len(study.trials),
        stopped=stopped,
        in_force=in_force,
        tuned=tuned,
        better=better,
        verdict=verdict,
        rows=rows,
        remarks=(*plan.remarks, *_failures(held_out)),
        held_out=held_out,
    )


_Entry: TypeAlias = tuple[str, FusionSettings, int | None]


def _entries(
    space: Space, trials: Sequence[Trial], in_force: FusionSettings, tuned: FusionSettings
) -> Iterator[_Entry]:
    """What is measured at the end: names, settings, and how many trials their method had."""
    yield IN_FORCE, in_force, None
    yield TUNED, tuned, None
    weights = {**space.weights, **tuned.weights}
    for name in space.weights:
        kind = name.partition(".")[0]
        others = [other for other in space.weights if other != name and other.partition(".")[0] == kind]
        if weights[name] > 0 and any(weights[other] > 0 for other in others):
            without = msgspec.structs.replace(tuned, weights={**weights, name: 0.0})
            yield f"without {name}", without, None
    for method in space.methods:
        made = [trial for trial in trials if trial.method == method.name]
        if made:
            best = max(made, key=lambda trial: trial.mean)
            yield f"best of {method.name}", space.settings(best), len(made)


def _row(entry: _Entry, train: float, report: EvaluationReport) -> Row:
    name, settings, trials = entry
    found = next(system for system in report.systems if system.name == name)
    against = next((c.differences[0] for c in report.comparisons if c.system == name), None)
    return Row(
        name=name, settings=settings, trials=trials, train=train, held_out=found.figures[0], difference=against
    )


def _verdict(difference: Difference | None, kept: bool, plan: Plan) -> tuple[bool, str]:
    """Whether the questions held out show it to be better, and what to say."""
    if kept or difference is None:
        return False, (
            "nothing that was tried is better than what is in force by more than chance: it stays as it is "
            f"({len(plan.split.train)} questions to tune on)"
        )
    by = f"by {abs(difference.mean):.3f} {difference.measure}"
    sure = f"95 % {difference.low:+.3f} … {difference.high:+.3f}, p {difference.p:.2g}, {difference.n} questions"
    if difference.p > SIGNIFICANT:
        found = f"{difference.mean:+.3f} {difference.measure} on the questions held out"
        return False, f"{found}, which so few questions cannot tell from chance ({sure})"
    if difference.mean > 0:
        return True, f"better {by} on the questions held out ({sure})"
    return False, f"worse {by} on the questions held out: do not apply it ({sure})"


def _failures(report: EvaluationReport) -> Iterator[Remark]:
    """What could not be answered with what is in force; the other settings mostly fail with it."""
    failed = report.systems[0].failed
    if failed:
        text = f"{len(failed)} of the questions held out could not be answered, and count 0; the first: "
        yield Remark("warning", text + next(iter(failed.values())), tuple(failed)[:20], len(failed))
