"""``wares duplicates``: which products are shown as one, and why."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import check_writable, counted, plain, print_json, stderr, stdout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image
    from rich.console import Console

    from wares.folding.audit import Audit, Member


class Of(StrEnum):
    """What is looked through."""

    pictures = "pictures"
    products = "products"
    families = "families"


#: By what is asked for, what the audit calls it.
_KINDS = {Of.pictures: "picture", Of.products: "duplicate", Of.families: "family"}


class _Heading(NamedTuple):
    text: str
    members: Sequence[Member]


def duplicates(
    shop: ShopFolder,
    kind: Annotated[
        Of | None, typer.Option(help="Only pictures that products share, products listed twice, or families.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many of each.")] = 20,
    contact_sheet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the pictures of what is listed as one picture.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show which products a shop shows as one, and why; which pictures many products share; and what resembles each
    other but is too much to be one.

    \b
    Examples:
      wares duplicates my-shop
      wares duplicates my-shop --kind families --contact-sheet families.png
    """
    from wares.folding.audit import open_audit

    check_writable(contact_sheet)
    found = open_audit(shop, limit, (_KINDS[kind],) if kind else ())
    if as_json:
        print_json(found)
    else:
        _print(stdout(), found)
    if contact_sheet is not None:
        _save(shop, found, contact_sheet)


def _print(console: Console, found: Audit) -> None:
    counts = found.counts
    if not found.on:
        console.print("nothing is folded here: folding.on is false")
    console.print(
        f"{counted(counts['products'], 'product')} in {counted(counts['groups'], 'group')}: "
        f"{counts['duplicates']:,} listed more than once, {counts['families']:,} in several colours or sizes"
    )
    for heading in _headings(found):
        console.print()
        console.print(heading.text, style="bold", soft_wrap=True)
        for member in heading.members:
            said = "  ".join(filter(None, (member.id, member.title, member.price, member.reason)))
            console.print(f"  {plain(said)}", soft_wrap=True)


def _headings(found: Audit) -> Iterator[_Heading]:
    for group in found.groups:
        kind = "the same" if group.kind == "duplicate" else "variants"
        yield _Heading(f"{len(group.members)} are {kind}", group.members)
    for shared in found.pictures:
        yield _Heading(f"{shared.count:,} have the picture {plain(shared.source)}", shared.members)
    for overgrown in found.overgrown:
        yield _Heading(f"{overgrown.count:,} resemble each other: too many to be one", overgrown.members)


def _save(shop: Path, found: Audit, path: Path) -> None:
    """Write the pictures of the groups, captioned with the number of their group, title and reason."""
    from wares import media
    from wares.errors import CatalogueError, SetupError

    pictures: list[tuple[Image, str]] = []
    for place, heading in enumerate(_headings(found), start=1):
        for member in heading.members:
            if not member.picture:
                continue
            try:
                image = media.decode_image(media.read(member.picture), name=member.id)
            except CatalogueError as broken:
                stderr().print(f"left out of the contact sheet: {plain(str(broken))}", style="yellow")
                continue
            pictures.append((image, f"{place}. {plain(member.title)}\n{plain(member.id)} · {member.reason}"))
    if not pictures:
        raise SetupError(f"{path}: no contact sheet, because nothing that is listed has a picture")
    try:
        media.contact_sheet(pictures).save(path)
    except (OSError, ValueError) as wrong:  # ValueError: a file name that is no kind of picture
        raise SetupError(f"{path}: cannot write the contact sheet: {wrong}") from wrong
