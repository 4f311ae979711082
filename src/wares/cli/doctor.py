"""``wares doctor``: is everything here that wares needs, and if not, what mends it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson
from wares.cli.output import plain, print_json, stdout

if TYPE_CHECKING:
    from wares.reports import Check


def doctor(
    shop: Annotated[Path | None, typer.Argument(metavar="SHOP", help="The folder of a shop to check too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the installation, and a shop if one is given. Every fault is told with what mends it.

    \b
    Examples:
      wares doctor
      wares doctor my-shop
    """
    from wares.cli.checkup import check

    checks = check(shop)
    if as_json:
        print_json({"ok": all(found.ok for found in checks), "checks": checks})
    else:
        _print(checks)
    if not all(found.ok for found in checks):
        raise typer.Exit(1)


def _print(checks: list[Check]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark = Text("ok", style="green") if check.ok else Text("no", style="bold red")
        detail = Text(plain(check.detail))
        if not check.ok and check.mend:
            detail.append(f"\n{plain(check.mend)}", style="yellow")
        table.add_row(mark, plain(check.name), detail)
    stdout().print(table)
