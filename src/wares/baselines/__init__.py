"""Classic features beside a shop's own channels, on the shop's own goods: what is the model worth here?

``records``   tasks, contenders, and the report
``tasks``     questions with known answers, and the products they are asked among
``entrants``  the baselines, the word rankers, and the shop's own channels as contenders
``measuring`` every contender on every task

Whatever a contender learns, it learns from the products of the task alone. All look for the same questions among
the same products, one by one and without an index: what differs is the feature.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from wares import encoders
from wares.baselines.entrants import Names, channels, entrants
from wares.baselines.measuring import measure
from wares.baselines.records import BaselineReport, Contender, Task
from wares.baselines.tasks import tasks
from wares.reports import OnProgress
from wares.settings import Environment
from wares.shop import Shop

__all__ = ["PRODUCTS", "QUESTIONS", "SEED", "BaselineReport", "compare"]

#: How many products of a shop are looked among, how many questions of a kind are asked, and the seed.
PRODUCTS, QUESTIONS, SEED = 1_000, 100, 20


def compare(
    shop: Shop,
    *,
    folder: Path,
    only: Sequence[str] = (),
    products: int = PRODUCTS,
    questions: int = QUESTIONS,
    seed: int = SEED,
    on_progress: OnProgress | None = None,
) -> BaselineReport:
    """Every baseline (or those of the names ``only``) and the shop's own channels, on questions made out of at most
    ``products`` of the shop's products. Pictures of questions are written to ``folder``.

    Raises :class:`~wares.errors.SetupError` for an unknown name, :class:`~wares.errors.MissingExtra` without the
    extra "classic", :class:`~wares.errors.CatalogueError` when no question can be made.
    """
    names = Names.of(only)
    made, problems = tasks(shop, names.modalities(), folder=folder, products=products, questions=questions, seed=seed)
    model = encoders.build(shop.settings.model, Environment.read())

    def contenders(task: Task) -> Iterator[Contender]:
        return entrants(task, names, seed, channels(task.modality, shop.settings, model))

    report = measure(made, contenders, on_progress)
    return BaselineReport(seed=seed, tasks=report.tasks, rows=report.rows, problems=(*problems, *report.problems))
