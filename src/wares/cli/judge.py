"""``wares judge``: graded labels from a person at the terminal."""

from __future__ import annotations

import hashlib
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout
from wares.cli.questions import MediaRoot
from wares.errors import CatalogueError, SetupError
from wares.trial import read

if TYPE_CHECKING:
    from rich.console import Console

    from wares.evaluation.records import QuerySet, System
    from wares.shop import Shop

#: The ways to search whose hits are judged together; those that a shop has no channel for are left out.
POOLED = ("shop", "bm25", "vectors")
#: What is said of figures from questions that were typed here.
TRUTH = "judged by hand: 0 not relevant, 1 somewhat, 2 relevant, 3 exactly what was asked for"
BIAS = (
    "only what the shop, words alone or vectors alone found first was looked at; other ways to search may find more"
)
#: How many problems of a file are told one by one.
TOLD = 5


def judge(
    shop: ShopFolder,
    qrels: Annotated[Path, typer.Option(metavar="FILE", help="Where judgments are kept: .qrels, .tsv or .csv.")],
    queries: Annotated[Path | None, typer.Option(metavar="FILE", help="The questions.")] = None,
    query: Annotated[list[str] | None, typer.Option(metavar="TEXT", help="A question, typed here.")] = None,
    k: Annotated[int, typer.Option("-k", "--k", metavar="NUMBER", min=1, max=1_000, help="Hits of each way.")] = 10,
    show_judged: Annotated[bool, typer.Option("--show-judged", help="Ask again for what is judged.")] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who judges, to be kept with each label.")] = "",
    media_root: MediaRoot = None,
    as_json: AsJson = False,
) -> None:
    """Judge by hand how well products answer questions.

    For each question, what the shop finds, what words alone find and what vectors alone find is shown in an order
    that does not tell which was which. Every label is saved at once; the same command goes on where it was stopped.

    \b
    Examples:
      wares judge my-shop --queries queries.tsv --qrels labels.qrels
      wares judge my-shop --query "red shoes" --query "rain jacket" --qrels labels.tsv
    """
    import wares
    from wares.cli.judging import Session, told
    from wares.evaluation.ledger import Ledger

    if (queries is None) == (not query):
        raise typer.BadParameter("name a file here, or type questions with --query", param_hint="'--queries'")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # bytes that are no text are no key either
    console = stderr() if as_json else stdout()
    with ExitStack() as opened:
        found = opened.enter_context(wares.open(shop, create=False))
        given = read(queries, media_root) if queries is not None else None
        ledger = opened.enter_context(Ledger(qrels, by))
        asked = given or _typed(query or (), _kept_at(qrels))
        for problems in (asked.problems, ledger.problems):
            _tell(stderr(), problems)
        systems = list(_systems(found, opened))
        session = Session(console, found, asked.queries, systems, ledger, k=k, show_judged=show_judged)
        try:
            session.run()
        finally:
            summary = session.summary()
            console.print()
            console.print(f"{qrels}: {told(summary)}", soft_wrap=True)
            if query:
                console.print(f"the questions are kept in {_kept_at(qrels)}", style="dim", soft_wrap=True)
            if as_json:
                files = {"qrels": qrels, "queries": queries or _kept_at(qrels)}
                print_json({**files, **summary, "problems": asked.problems + ledger.problems})


def _kept_at(qrels: Path) -> Path:
    """Where typed questions are kept: judgments are worth nothing without them."""
    return qrels.with_suffix(".queries.jsonl")


def _typed(texts: Sequence[str], path: Path) -> QuerySet:
    """Typed questions as a set; those that the file does not have are added to it."""
    import msgspec

    from wares.evaluation.queries import write_queries
    from wares.evaluation.records import Asked, QuerySet
    from wares.records import Part, Query

    asked = {}
    for text in texts:
        if not text.strip() or re.search("[\ud800-\udfff]", text):
            raise SetupError(f"--query {text!r:.80} is no text; say what to look for")
        question = Asked(id=_id_of(text), query=Query(parts=(Part("text", " ".join(text.split())),)))
        asked[question.id] = question
    kept = read(path) if path.exists() else QuerySet(name=path.name, queries=(), truth=TRUTH, bias=BIAS)
    if kept.problems:
        raise CatalogueError(f"questions cannot be added to it: {kept.problems[0]}", source=str(path))
    known = {question.id for question in kept.queries}
    if fresh := [question for question in asked.values() if question.id not in known]:
        write_queries(msgspec.structs.replace(kept, queries=(*kept.queries, *fresh)), path)
    return QuerySet(name=path.name, queries=tuple(asked.values()))


def _id_of(text: str) -> str:
    """The id of a typed question, the same whenever it is typed: "red-shoes-1b4d2a"."""
    words = " ".join(text.split())
    shown = re.sub(r"\W+", "-", words.casefold()).strip("-")[:40]
    return f"{shown or 'q'}-{hashlib.blake2b(words.encode(), digest_size=3).hexdigest()}"


def _systems(shop: Shop, opened: ExitStack) -> Iterator[System]:
    from wares.cli.systems import entrant
    from wares.evaluation.records import Run

    for name in POOLED:
        with suppress(SetupError):  # the shop has no such channel
            system = entrant(name, shop, opened).system
            if not isinstance(system, Run):
                yield system


def _tell(console: Console, problems: Sequence[str]) -> None:
    """Name what was left out of a file."""
    for problem in problems[:TOLD]:
        console.print(plain(problem), style="yellow", soft_wrap=True)
    if len(problems) > TOLD:
        console.print(f"and {counted(len(problems) - TOLD, 'more problem')}", style="yellow")
