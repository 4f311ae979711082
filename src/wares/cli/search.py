"""``wares search``: ask a shop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wares.cli.options import AsJson, ShopFolder, numbers
from wares.cli.output import print_json, stdout

if TYPE_CHECKING:
    from wares.records import Chip, Results


def search(
    shop: ShopFolder,
    text: Annotated[str | None, typer.Argument(metavar="TEXT", help="Words to look for.")] = None,
    image: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Look like this picture.")] = None,
    audio: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Said, or sounding, so.")] = None,
    video: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Shown in this video.")] = None,
    like: Annotated[list[str] | None, typer.Option(metavar="ID", help="Be like this product.")] = None,
    without: Annotated[list[str] | None, typer.Option("--not", metavar="TEXT", help="Not this.")] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="PART=NUMBER", help="How much a kind of part counts, as in image=0.7 (1 unless given)."),
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="FILTER", help="Only products that pass, as in: price < 30.")
    ] = None,
    facet: Annotated[list[str] | None, typer.Option(metavar="FIELD", help="Count the values of a field.")] = None,
    sort: Annotated[str, typer.Option(metavar="FIELD", help="Order by a field; -FIELD for downwards.")] = "",
    k: Annotated[int, typer.Option("-k", metavar="NUMBER", min=1, help="How many hits.")] = 10,
    offset: Annotated[int, typer.Option(metavar="NUMBER", min=0, help="How many hits to skip.")] = 0,
    parse: Annotated[
        bool, typer.Option("--parse/--no-parse", help="Read filters out of the words and correct them, or not.")
    ] = True,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CHIP", help="A condition or a correction that was not meant, as an answer shows it."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each part added to a score.")] = False,
    contact_sheet: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Save the hits' pictures on one sheet.")
    ] = None,
    thumbnails: Annotated[
        bool | None, typer.Option("--thumbnails/--no-thumbnails", help="Pictures beside the hits, if colours allow.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Search a shop by words, pictures, recordings, videos, products or a mix of them.

    Every option that takes a FILE, ID, TEXT, FIELD, CHIP or PART may be given several times, except --where and
    --sort.

    \b
    Examples:
      wares search my-shop "red shoes" -k 5
      wares search my-shop --image photo.jpg --not leather
      wares search my-shop "like this, but blue" --image photo.jpg --weight image=0.7
      wares search my-shop shirt --where 'price < 30 AND size = "M"' --facet brand --sort price
      wares search my-shop --audio question.wav
      wares search my-shop --video clip.mp4 --where 'price < 30'
      wares search my-shop --like 1042 --contact-sheet hits.png
      wares search my-shop "red dress under 50" --ignore 'price < 50'
    """
    import wares

    weights = numbers(weight or (), "--weight", "PART=NUMBER, as in image=0.7")
    with wares.open(shop, create=False) as opened:
        results = opened.search(
            text,
            image=image or None,
            audio=audio or None,
            video=video or None,
            like=like or None,
            without=without or None,
            weights=weights or None,
            where=where,
            facets=tuple(facet or ()),
            sort=sort,
            k=k,
            offset=offset,
            parse=parse,
            ignore=tuple(ignore or ()),
        )
        if contact_sheet is not None:
            from wares.cli.pictures import save_contact_sheet

            save_contact_sheet(opened, results, contact_sheet)
        if as_json:
            print_json(document(results))
            return
        from wares.cli.hits import print_results

        print_results(stdout(), results, shop=opened, explain=explain, thumbnails=thumbnails, offset=offset)
    if contact_sheet is not None:
        stdout().print(f"contact sheet: {contact_sheet}", style="dim", soft_wrap=True)


#: What ``--json`` prints of a hit.
HIT = ("id", "title", "score", "variant", "media", "why", "moves", "folded", "matched", "passages")


def chip(found: Chip) -> dict[str, Any]:
    """A chip as JSON has it: its condition in the words of a filter."""
    import msgspec

    from wares.query.filters import unparse

    told: dict[str, Any] = msgspec.structs.asdict(found)
    return told | {"where": unparse(found.where) if found.where is not None else None}


def document(results: Results) -> dict[str, Any]:
    """The answer as ``--json`` prints it: hits without their whole product, which ``wares show`` gives."""
    return {
        "query_id": results.query_id,
        "total": results.total,
        "hits": [{name: getattr(hit, name) for name in HIT} for hit in results.hits],
        "facets": results.facets,
        "chips": [chip(each) for each in results.chips],
        "corrections": results.corrections,
        "banners": results.banners,
        "redirect": results.redirect,
        "heard": results.heard,
        "read": results.read,
        "notes": results.notes,
        "took_ms": results.took_ms,
    }
