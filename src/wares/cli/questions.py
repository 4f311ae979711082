"""The questions that a verb works with: those of files, or such as are made out of the shop's catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from wares import trial
from wares.cli.output import stderr

if TYPE_CHECKING:
    from wares.evaluation.records import Judgments, QuerySet
    from wares.shop import Shop

Queries: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="The questions; made up if not given.")]
Qrels: TypeAlias = Annotated[Path | None, typer.Option(metavar="FILE", help="Judgments of the questions.")]
MediaRoot: TypeAlias = Annotated[
    Path | None,
    typer.Option(metavar="DIR", exists=True, file_okay=False, help="Where picture paths of questions start."),
]


@contextmanager
def questions_of(
    shop: Shop, queries: Path | None, qrels: Path | None, media_root: Path | None
) -> Iterator[tuple[QuerySet, Judgments]]:
    """The questions and judgments of two files, or such as are made out of the catalogue; pictures that were made
    are there as long as the context lasts."""
    if queries is not None and qrels is not None:
        from wares.evaluation.judgments import read_judgments

        yield trial.read(queries, media_root), read_judgments(qrels)
    elif queries is not None or qrels is not None:
        missing = "--qrels" if qrels is None else "--queries"
        raise typer.BadParameter(
            "questions and judgments belong together; name both or none", param_hint=f"'{missing}'"
        )
    else:
        stderr().print("no --queries: questions are made out of the catalogue", style="dim", soft_wrap=True)
        with trial.made(shop) as questions:
            yield questions
