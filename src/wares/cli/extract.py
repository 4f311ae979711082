"""``wares extract``: read what is in the media of a shop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from wares.reports import ExtractReport
    from wares.shop import Shop

#: How many problems are told one by one.
TOLD = 20


def extract(
    shop: ShopFolder,
    take: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Take this too from now on: labels, codes, speech, …"),
    ] = None,
    leave: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Do not take this any more; what was taken stays.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Try again what could not be read.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read what is in media: speech, subtitles, words on labels, barcodes, what videos show and sounds are like.

    wares index does this at its end. What was read is not read again, so a run that was stopped goes on where it was.

    \b
    Examples:
      wares extract my-shop
      wares extract my-shop --take labels --take codes
    """
    import wares

    with wares.open(shop, create=False) as opened:
        choose(opened, take or (), leave or ())
        report = run(opened, stderr(), again=again)
    if as_json:
        print_json(report)
        return
    stdout().print(summary(report), soft_wrap=True)


def by_itself(folder: Path, console: Console, take: Sequence[str]) -> ExtractReport | None:
    """Read what there is to read, after feeds were; None when that is nothing."""
    import wares

    with wares.open(folder, create=False) as opened:
        choose(opened, take, ())
        report = run(opened, console)
    return report if report.read else None


def choose(shop: Shop, take: Sequence[str], leave: Sequence[str]) -> None:
    """Change what is taken, and remember it."""
    import msgspec

    now = shop.settings.extraction
    names = tuple(name for name in dict.fromkeys([*now.take, *take]) if name not in leave)
    if names != now.take:
        wanted = msgspec.structs.replace(now, take=names)
        shop.apply(msgspec.structs.replace(shop.settings, extraction=wanted))


def run(shop: Shop, console: Console, *, again: bool = False) -> ExtractReport:
    """Read with a bar, and tell what could not be read."""
    from wares.cli.progress import bars

    with bars(console) as progress:
        report = shop.extract(progress, again=again)
    for problem in report.problems[:TOLD]:
        console.print(f"warning: {plain(problem)}", style="yellow", soft_wrap=True)
    if report.problem_count > TOLD:
        console.print(f"and {counted(report.problem_count - TOLD, 'more warning')}", style="yellow")
    for note in report.notes:
        console.print(plain(note), style="yellow", soft_wrap=True)
    return report


def summary(report: ExtractReport) -> str:
    """What was read, on one line."""
    if not report.read:
        return "no media to read"
    found = f"{counted(report.passages, 'passage')} of words, {counted(report.segments, 'segment')}"
    broken = f", {counted(report.problem_count, 'problem')}" if report.problem_count else ""
    return f"{report.read:,} media read: {found}{broken} in {report.seconds:.1f} s"
