"""Every contender on every task, each measured alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from wares.baselines.records import MEASURES, Answered, BaselineReport, Contender, Row, Task, TaskInfo
from wares.errors import CatalogueError
from wares.evaluation.measures import score
from wares.reports import OnProgress, Progress

if TYPE_CHECKING:
    from wares.baselines.records import Scores

#: How many products of each answer are kept.
DEPTH = 100


def measure(
    tasks: Sequence[Task],
    entrants: Callable[[Task], Iterable[Contender]],
    on_progress: OnProgress | None = None,
    *,
    seed: int = 0,
) -> BaselineReport:
    """The report. A contender that can learn nothing from a task's products becomes one of its problems."""
    rows: list[Row] = []
    problems: list[str] = []
    for task in tasks:
        if not task.asked:
            problems.append(f"{task.name}: left out; no question has a right answer among the products")
            continue
        contenders = list(entrants(task))
        for done, contender in enumerate(contenders, start=1):
            try:
                rows.append(_row(task, contender, contender.answer(task)))
            except CatalogueError as nothing:
                problems.append(f"{task.name}, {contender.name}: left out; {nothing}")
            if on_progress:
                on_progress(Progress(task.name, done, len(contenders), contender.name))
    return BaselineReport(
        seed=seed,
        tasks=tuple(_told(task) for task in tasks if task.asked),
        rows=tuple(rows),
        problems=tuple(problems),
    )


def ranking(scores: Scores, ids: Sequence[str]) -> list[str]:
    """The ids of one question's answer, best first, equal scores in the order of the products."""
    best = np.argsort(-scores, kind="stable")[:DEPTH]
    return [ids[at] for at in best if np.isfinite(scores[at])]


def _row(task: Task, contender: Contender, answered: Answered) -> Row:
    ids = [product.id for product in task.products]
    values = [
        score(MEASURES, task.gains[question], ranking(own, ids))
        for question, own in zip(task.asked, answered.scores, strict=True)
    ]
    return Row(
        task=task.name,
        name=contender.name,
        about=contender.about,
        own=contender.own,
        values={str(m): float(np.mean([own[str(m)] for own in values])) for m in MEASURES},
        dims=answered.dims,
        seconds_to_learn=answered.learnt,
        seconds_per_item=answered.each,
    )


def _told(task: Task) -> TaskInfo:
    return TaskInfo(
        name=task.name,
        modality=task.modality,
        products=len(task.products),
        questions=len(task.asked),
        truth=task.truth,
        bias=task.bias,
    )
