"""``wares info``, ``rebuild`` and ``rollback``: what a shop holds, and which version of its index answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import counted, plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from wares.reports import ShopInfo, Tally, VersionInfo


def info(shop: ShopFolder, as_json: AsJson = False) -> None:
    """Show what a shop holds: products, pictures, the fields that filters know, the versions of its index.

    \b
    Example:
      wares info my-shop
    """
    import wares

    with wares.open(shop, create=False) as opened:
        found = opened.info()
    if as_json:
        print_json(found)
    else:
        _print_info(found)


def _print_info(found: ShopInfo) -> None:
    from rich.filesize import decimal

    from wares.cli.sheets import sheet, table

    console = stdout()
    fields = ", ".join(f"{name} ({kind})" for name, kind in sorted(found.fields.items()))
    console.print(
        sheet(
            [
                ("shop", found.path),
                ("model", found.model),
                ("products", f"{found.products:,}"),
                ("media", f"{found.media:,}"),
                ("warnings", f"{found.warnings:,}"),
                ("read", ", ".join(map(_tally, found.read)) or "nothing in media yet"),
                ("on disk", decimal(found.bytes_on_disk)),
                ("channels", ", ".join(found.channels)),
                ("fields", fields),
            ]
        )
    )
    if found.versions:
        console.print()
        rows = [(v.name, v.created, f"{v.points:,}", v.fit, "answers" if v.live else "") for v in found.versions]
        console.print(table(("index version", "created", "built from", "fit", ""), rows))


def _tally(one: Tally) -> str:
    broken = f" ({counted(one.problems, 'problem')})" if one.problems else ""
    return f"{one.extractor} {one.media:,}{broken}"


def rebuild(shop: ShopFolder, as_json: AsJson = False) -> None:
    """Build a new version of the index beside the one that answers, then switch to it. Nothing is encoded again.

    \b
    Example:
      wares rebuild my-shop
    """
    import wares
    from wares.cli.progress import bars

    with wares.open(shop, create=False) as opened, bars(stderr()) as progress:
        version = opened.rebuild(progress=progress)
    _print_version(version, as_json)


def rollback(shop: ShopFolder, as_json: AsJson = False) -> None:
    """Go back to the version of the index before the one that answers.

    \b
    Example:
      wares rollback my-shop
    """
    import wares

    with wares.open(shop, create=False) as opened:
        version = opened.rollback()
    _print_version(version, as_json)


def _print_version(version: VersionInfo, as_json: bool) -> None:
    if as_json:
        print_json(version)
        return
    stdout().print(f"version {plain(version.name)} of {plain(version.created)} answers now")
