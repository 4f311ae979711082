"""``wares identify``: what is in a picture, as a shop's catalogue knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from rich.console import Console

    from wares.identify import Identification, Reading


def identify(
    shop: ShopFolder,
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A file or a URL.")],
    k: Annotated[
        int, typer.Option("-k", "--k", metavar="NUMBER", min=1, max=100, help="How many of the nearest products.")
    ] = 5,
    sure: Annotated[
        float, typer.Option("--sure", metavar="SHARE", min=0, max=1, help="Say nothing less sure than this.")
    ] = 0.5,
    as_json: AsJson = False,
) -> None:
    """Say what a picture shows: category, brand, colour and whatever else the shop's catalogue knows of such things.

    How sure that is, is learned from the catalogue's own pictures the first time. The nearest products are shown, and
    what looks like nothing that the shop sells is called so.

    \b
    Examples:
      wares identify my-shop photo.jpg
      wares identify my-shop photo.jpg --sure 0.9 --json
    """
    import wares
    from wares.cli.progress import bars
    from wares.identify import identify as identified

    with wares.open(shop, create=False) as opened, bars(stderr()) as progress:
        found = identified(opened, picture, k, sure=sure, progress=progress)
    if as_json:
        print_json(found)
    else:
        show(found, stdout())


def show(found: Identification, console: Console) -> None:
    """An identification for people."""
    from rich.text import Text

    from wares.cli.sheets import table

    console.print(_verdict(found), soft_wrap=True)
    rows = [_row(reading) for reading in found.readings]
    if rows:
        console.print()
        console.print(table(("field", "value", "sure", "by"), rows))
    if found.unsure:
        console.print(f"not sure enough: {plain(', '.join(found.unsure))}", style="dim", soft_wrap=True)
    if found.alike:
        console.print()
        nearest = [(plain(one.title), plain(one.id), f"{one.score:.3f}") for one in found.alike]
        console.print(table(("nearest", "id", "alike"), nearest))
    if found.notes:
        console.print()
    for note in found.notes:
        console.print(Text.assemble(("note  ", "yellow"), plain(note)), soft_wrap=True)


def _verdict(found: Identification) -> str:
    if found.own is None or found.strange is None:
        return f"the nearest product is {found.score:.3f} alike"
    if found.known is False:
        return f"we do not sell this: the nearest product is {found.score:.3f} alike, less than {found.strange:.3f}"
    if found.known is None:
        return (
            f"perhaps not sold here: the nearest product is {found.score:.3f} alike; the shop's own pictures have "
            f"{found.own:.3f} or more"
        )
    return f"such things are sold here: the nearest product is {found.score:.3f} alike, and {found.own:.3f} is enough"


def _row(reading: Reading) -> tuple[str, str, str, str]:
    value = reading.value.replace("/", " / ") if reading.field == "category" else reading.value
    sure = "–" if reading.confidence is None else f"{reading.confidence:.0%}"
    return plain(reading.field), plain(value), sure, reading.source
