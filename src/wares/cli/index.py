"""``wares index``: read feeds into a shop."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli import extract, fit
from wares.cli.options import AsJson, ShopFolder, pairs
from wares.cli.output import counted, plain, print_json, stderr, stdout
from wares.errors import CatalogueError

if TYPE_CHECKING:
    from rich.console import Console

    from wares.catalogue import Catalogue
    from wares.reports import AddReport
    from wares.shop import Shop

#: How many bad rows, and how many warnings, are told one by one.
TOLD = 20


def index(
    shop: ShopFolder,
    feeds: Annotated[list[str], typer.Argument(metavar="FEED", help="Files with products.")],
    map: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column a field is read from.")
    ] = None,
    media_root: Annotated[
        Path | None,
        typer.Option(metavar="DIR", exists=True, file_okay=False, help="Where picture paths start."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The model of a new shop; see: wares models.")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="The format, where it is not recognised.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first bad row.")] = False,
    allow_private: Annotated[
        bool | None,
        typer.Option(
            "--allow-private/--refuse-private",
            help="Whether pictures may come from private addresses; the shop remembers it (refuse at first).",
        ),
    ] = None,
    take: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Read this out of media too, as in: labels, codes (see: wares extract)."),
    ] = None,
    no_extract: Annotated[bool, typer.Option("--no-extract", help="Do not read media at the end.")] = False,
    no_fit: Annotated[bool, typer.Option("--no-fit", help="Do not learn from the catalogue at the end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read feeds into a shop; make the shop if there is none.

    Products that are unchanged are skipped, so the same command brings a shop up to date, and one that was stopped
    goes on where it was. Bad rows are told and left out; good rows go in. At the end what is in sounds and videos is
    read (see: wares extract), and the shop learns how its words go with its pictures, if it has 200 or more and has
    changed much since the last time (see: wares fit).

    \b
    Examples:
      wares index my-shop products.csv
      wares index my-shop feed.xml --media-root pictures
      wares index my-shop preise.csv --map price=Preis --map title=Bezeichnung
      wares index my-shop shop.jsonl.gz --model basic
    """
    report, catalogue = add(
        shop,
        feeds,
        map=pairs(map or (), "--map", "FIELD=COLUMN, as in price=Preis") or None,
        media_root=media_root,
        model=model,
        format=format,
        strict=strict,
        allow_private=allow_private,
    )
    read = None if no_extract else extract.by_itself(shop, stderr(), take or ())
    learned = None if no_fit else fit.by_itself(shop, stderr())
    if as_json:
        print_json({**document(report, catalogue), "extract": read, "fit": learned})
        return
    stdout().print(summary(report, catalogue), soft_wrap=True)
    if read is not None:
        stdout().print(extract.summary(read), soft_wrap=True)
    if learned is not None:
        stdout().print(plain(fit.line(learned)), soft_wrap=True)


def add(
    shop: Path, feeds: Sequence[str | Path], *, model: str | None, allow_private: bool | None = None, **reading: Any
) -> tuple[AddReport, Catalogue]:
    """Read feeds (``reading``: see ``wares.read``) and add them, telling progress, bad rows and warnings on stderr.

    Raises :class:`CatalogueError` when there was not one good row.
    """
    import wares
    from wares.cli.progress import bars, with_total

    def count() -> int:
        return sum(1 for _ in wares.read(*feeds, **{**reading, "strict": False}))

    console = stderr()
    problems = Problems(console)
    catalogue = wares.read(*feeds, on_problem=problems.tell, **reading)
    products = iter(catalogue)
    first = next(products, None)  # read before the shop is opened: no folder is made for nothing
    if first is None:
        problems.tell_rest()
        raise CatalogueError("no product could be read; every row is bad", source=", ".join(map(str, feeds)))
    with _open(shop, model, allow_private) as opened, bars(console) as progress:
        told = with_total(progress, count) if console.is_terminal else None
        report = opened.add(chain([first], products), progress=told)
    problems.tell_rest()
    for warning in report.warnings[:TOLD]:
        console.print(f"warning: {plain(warning)}", style="yellow", soft_wrap=True)
    if report.warning_count > TOLD:
        console.print(f"and {counted(report.warning_count - TOLD, 'more warning')}", style="yellow")
    return report, catalogue


def _open(folder: Path, model: str | None, allow_private: bool | None) -> Shop:
    """The shop, with what was said about private addresses kept in its settings."""
    import msgspec

    import wares

    shop = wares.open(folder, model=model)
    if allow_private is not None and allow_private != shop.settings.media.allow_private:
        limits = msgspec.structs.replace(shop.settings.media, allow_private=allow_private)
        shop.apply(msgspec.structs.replace(shop.settings, media=limits))
    return shop


class Problems:
    """Tells bad rows as they are met: the first few one by one, the others as a number at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._count = 0

    def tell(self, problem: CatalogueError) -> None:
        self._count += 1
        if self._count <= TOLD:
            self._console.print(plain(str(problem)), style="red", soft_wrap=True)

    def tell_rest(self) -> None:
        if self._count > TOLD:
            self._console.print(f"and {counted(self._count - TOLD, 'more bad row')}", style="red")


def summary(report: AddReport, catalogue: Catalogue) -> str:
    """What was done, on one line."""
    counts = (
        *(f"{report.added:,} added", f"{report.changed:,} changed", f"{report.unchanged:,} unchanged"),
        *(counted(catalogue.problem_count, "bad row"), counted(report.warning_count, "warning")),
        f"{counted(report.pictures, 'picture')} read",
    )
    return f"{', '.join(counts)} in {report.seconds:.1f} s"


def document(report: AddReport, catalogue: Catalogue) -> dict[str, Any]:
    """The report as ``--json`` prints it; ``problems`` holds the first thousand of ``bad_rows``."""
    import msgspec

    told = [{"source": p.source, "line": p.line, "column": p.column, "reason": p.reason} for p in catalogue.problems]
    return {**msgspec.structs.asdict(report), "bad_rows": catalogue.problem_count, "problems": told}
