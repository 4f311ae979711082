"""``wares bench``: how fast a shop is, and what it costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wares.cli.options import AsJson, ShopFolder, typed
from wares.cli.output import print_json, stderr, stdout


def bench(
    context: typer.Context,
    shop: ShopFolder,
    queries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Questions to ask; without it, some drawn from the shop.")
    ] = None,
    count: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=10_000, help="How many questions at most.")
    ] = 200,
    repeats: Annotated[int, typer.Option(metavar="NUMBER", min=1, max=100, help="How often each is asked.")] = 3,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="FILTER", help="Search with this filter too; without any, some are chosen."),
    ] = None,
    concurrency: Annotated[
        str, typer.Option(metavar="N,N", help="How many threads, and processes, ask at once.")
    ] = "1,2,4,8",
    seconds: Annotated[
        float, typer.Option(metavar="NUMBER", min=0.1, max=3_600, help="How long each of them asks.")
    ] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Measure how fast a shop answers, where the time goes, what memory it takes, and what its index misses.

    The shop is read only; it may be served by another process meanwhile. --where may be given several times.

    \b
    Examples:
      wares bench my-shop
      wares bench my-shop --queries questions.txt --where 'price < 30' --where 'brand = "Acme"'
      wares bench my-shop --count 50 --concurrency 1,16 --json
    """
    levels = _levels(concurrency)

    from wares.bench.measuring import measure
    from wares.cli.progress import bars

    with bars(stderr()) as progress:
        report = measure(
            shop,
            queries=queries,
            count=count,
            repeats=repeats,
            where=where or (),
            concurrency=levels,
            seconds=seconds,
            about={"command": typed(context)},
            progress=progress,
        )
    if as_json:
        print_json(report)
        return
    from wares.cli.timings import print_report

    print_report(stdout(), report)


def _levels(text: str) -> tuple[int, ...]:
    """``"1,2,4"`` → (1, 2, 4), ascending and each once."""
    pieces = [piece.strip() for piece in text.split(",")]
    if not all(piece.isascii() and piece.isdigit() and int(piece) > 0 for piece in pieces):
        raise typer.BadParameter(f"{text!r} is not numbers and commas, as in 1,2,4,8", param_hint="'--concurrency'")
    return tuple(sorted({int(piece) for piece in pieces}))
