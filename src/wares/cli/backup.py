"""``wares backup`` and ``wares restore``: a shop in one file, and back again with proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from wares.reports import RestoreReport

#: What answers otherwise is told of so many questions.
TOLD = 5


def backup(
    shop: ShopFolder,
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    as_json: AsJson = False,
) -> None:
    """Write a shop into one file, also while it is served and written to.

    \b
    Example:
      wares backup my-shop my-shop.tar
    """
    import wares
    from wares.backup import backup as take
    from wares.cli.progress import bars

    with wares.open(shop, create=False) as opened, bars(stderr()) as progress:
        report = take(opened, file, progress)
    if as_json:
        print_json(report)
        return
    from rich.filesize import decimal

    products, files, asked = (
        counted(count, noun)
        for count, noun in ((report.products, "product"), (report.files, "file"), (report.probes, "question"))
    )
    console = stdout()
    console.print(f"{products} in {plain(str(file))}", soft_wrap=True)
    console.print(f"{files}, {decimal(report.bytes)}, {asked} to check them by")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that wares backup wrote.")],
    shop: Annotated[Path, typer.Argument(help="The folder to make; it must not be there, or be empty.")],
    as_json: AsJson = False,
) -> None:
    """Bring a shop back out of a backup, and see that it answers as it did. Exits with 1 if it does not.

    \b
    Example:
      wares restore my-shop.tar my-shop-again
    """
    from wares.backup import restore as bring_back
    from wares.cli.progress import bars

    with bars(stderr()) as progress:
        report = bring_back(file, shop, progress)
    print_json(report) if as_json else _print(report)
    if report.differing:
        raise typer.Exit(1)


def _print(report: RestoreReport) -> None:
    console, asked = stdout(), counted(report.probes, "question")
    console.print(f"{counted(report.products, 'product')} of {plain(report.created)} in {plain(report.folder)}")
    if not report.differing:
        console.print(f"{asked} asked: all answers are the same")
        return
    console.print(f"{asked} asked: {len(report.differing):,} of the answers are not what they were:")
    for told in report.differing[:TOLD]:
        console.print(f"  {plain(told)}")
