"""``wares baselines``: classic features beside a shop's own channels, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from wares.baselines.records import BaselineReport


def baselines(
    shop: ShopFolder,
    only: Annotated[
        str, typer.Option("--only", metavar="NAME,…", help="Only these baselines (all unless given).")
    ] = "",
    products: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, help="Look among at most so many products of each kind.")
    ] = 1_000,
    questions: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="Questions of each kind.")] = 100,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Another seed, other products and questions.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Compare classic features - TF-IDF, word vectors, HOG, SIFT, colours, MFCC - with a shop's own channels.

    Questions are made out of the catalogue, and all look among the same products, one by one. What a baseline has to
    learn, it learns from these products and never from questions. The shop is read only.

    \b
    Examples:
      wares baselines my-shop
      wares baselines my-shop --only tf-idf,naive-bayes --questions 200 --json
    """
    import wares
    from wares.baselines import compare
    from wares.cli.progress import bars

    chosen = [name.strip() for name in only.split(",") if name.strip()]
    with (
        wares.open(shop, create=False) as opened,
        TemporaryDirectory(prefix="wares-") as folder,
        bars(stderr()) as progress,
    ):
        report = compare(
            opened,
            folder=Path(folder),
            only=chosen,
            products=products,
            questions=questions,
            seed=seed,
            on_progress=progress,
        )
    if as_json:
        print_json(report)
    else:
        _print(stdout(), report)
    for problem in report.problems:
        stderr().print(plain(problem), style="yellow", soft_wrap=True)


def _print(console: Console, report: BaselineReport) -> None:
    from wares.baselines.records import MEASURES
    from wares.cli.sheets import table

    heads = ("asked", "by", *map(str, MEASURES), "numbers", "an item")
    console.print(table(heads, _rows(report)))
    console.print()
    for task in report.tasks:
        size = f"{counted(task.questions, 'question')} among {counted(task.products, 'product')}"
        console.print(f"{task.name}: {size}. {plain(task.bias)}", style="dim", soft_wrap=True)
    console.print(
        f"seed {report.seed}; * a channel of the shop; exact, without an index", style="dim", soft_wrap=True
    )


def _rows(report: BaselineReport) -> Iterator[tuple[str, ...]]:
    """One for each contender on each task; the task is named once."""
    before = ""
    for row in report.rows:
        yield (
            row.task if row.task != before else "",
            f"{row.name} *" if row.own else row.name,
            *(f"{value:.3f}" for value in row.values.values()),
            "" if row.dims is None else f"{row.dims:,}",
            f"{row.seconds_per_item * 1000:.1f} ms",
        )
        before = row.task
