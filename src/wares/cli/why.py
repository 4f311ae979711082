"""``wares why``: why a product is where it is in an answer, or why it is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import check_writable, plain, print_json, stdout

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from wares.insight.channels import Near
    from wares.insight.conditions import Condition
    from wares.insight.why import Why
    from wares.records import Product
    from wares.shop import Shop

#: Characters of a field that are shown around the words that were asked for.
SNIPPET = 70


def why(
    shop: ShopFolder,
    text: Annotated[str, typer.Argument(metavar="QUERY", help='The words that were asked for; "" for none.')],
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of the product.")],
    image: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="Look like this picture.")] = None,
    like: Annotated[list[str] | None, typer.Option(metavar="ID", help="Be like this product.")] = None,
    where: Annotated[
        str | None, typer.Option(metavar="FILTER", help="Only products that pass, as in: price < 30.")
    ] = None,
    sort: Annotated[str, typer.Option(metavar="FIELD", help="Order by a field; -FIELD for downwards.")] = "",
    k: Annotated[int, typer.Option("-k", metavar="NUMBER", min=1, help="How many hits a page has.")] = 10,
    offset: Annotated[int, typer.Option(metavar="NUMBER", min=0, help="How many hits were skipped.")] = 0,
    parse: Annotated[bool, typer.Option("--parse/--no-parse", help="Read filters out of the words.")] = True,
    heatmap: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Save the picture with the regions that matched.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a product is at its place in an answer, or why it is not shown.

    What each part of the question added, the words and the region of the picture that matched, what moved it; or the
    condition that it fails, its rank below the cut-off, the product that it is folded into, the rule that hides it.

    \b
    Examples:
      wares why my-shop "red shoes" 1042
      wares why my-shop "red shoes" 1042 --where 'price < 30'
      wares why my-shop "" 1042 --image photo.jpg --heatmap why.png
    """
    import wares
    from wares.asking import parts_of
    from wares.insight.why import why as solved
    from wares.query import filters
    from wares.records import Query

    check_writable(heatmap)
    query = Query(
        parts=parts_of(text or None, list(image or ()), list(like or ()), None, {}),
        where=filters.parse(where) if where and where.strip() else None,
        sort=sort,
        limit=k,
        offset=offset,
        parse=parse,
    )
    with wares.open(shop, create=False) as opened:
        found = solved(opened, query, id)
        if heatmap is not None:
            _draw(opened, found, heatmap)
        if as_json:
            print_json(found)
            return
        product = None if found.state == "removed" else opened.get(id)
    print_why(stdout(), found, product)
    if heatmap is not None:
        stdout().print(f"heat map: {heatmap}", style="dim", soft_wrap=True)


def print_why(console: Console, found: Why, product: Product | None) -> None:
    """What became of a product, what it was made of, and what it was compared in."""
    from rich.text import Text

    console.print(Text.assemble((plain(found.title or found.id), "bold"), (f"  id {plain(found.id)}", "dim")))
    console.print(Text(plain(found.told), style="green" if found.state == "shown" else "yellow"))
    for heading, body in _sections(found, product):
        console.print()
        if heading:
            console.print(heading, style="dim")
        console.print(body)


def _sections(found: Why, product: Product | None) -> Iterator[tuple[str, RenderableType]]:
    """Tables, each under its heading; those of which there is nothing to say are left out."""
    from wares.cli.sheets import sheet, table

    if found.why:
        score = "" if found.score is None else f" of {found.score:.3f}"
        yield f"score{score}", table(("part", "channel", "adds"), _added(found))
    if found.channels:
        yield "channels", table(("part", "channel", "has", "place", "least", "lacks"), map(_near, found.channels))
    if found.conditions:
        yield "conditions", table(("", "condition", "from", "the product has"), map(_condition, found.conditions))
    if rows := list(_facts(found, product)):
        yield "", sheet(rows)


def _added(found: Why) -> list[tuple[str, str, str]]:
    ordered = sorted(found.why, key=lambda item: -abs(item.value))
    return [(item.part, item.channel, f"{item.value:+.3f}") for item in ordered]


def _near(near: Near) -> tuple[str, ...]:
    has = "" if near.score is None else f"{near.score:.3f}"
    place = "" if near.place is None else f"{near.place:,}"
    least = "" if near.last is None or near.brought else f"{near.last:.3f}"
    return near.part, near.channel, has, place, least, ", ".join(near.lacks or ())


def _condition(condition: Condition) -> tuple[str, ...]:
    source = f'"{condition.said}"' if condition.source == "words" else "filter"
    values = "; ".join(f"{field} {', '.join(has) or '–'}" for field, has in condition.values.items())
    return "passes" if condition.holds else "fails", condition.text, source, values


def _facts(found: Why, product: Product | None) -> Iterator[tuple[str, str | Text]]:
    corrections = ", ".join(f"{each.said} → {each.meant}" for each in found.corrections)
    yield "read as", corrections
    yield "understood", ", ".join(chip.id for chip in found.chips if chip.applied)
    for chip in found.chips:
        if not chip.applied:
            yield "given up", f"{chip.id}: {chip.note}" if chip.note else chip.id
    if any(step.place for step in found.steps):
        stood = (f"{step.stage} {'–' if step.place is None else f'{step.place:,}'}" for step in found.steps)
        yield "place after", " → ".join(stood)
    for move in found.moves:
        yield "moved", f"{move.by}: from {move.before:,} to {move.after:,}"
    if product is not None:
        yield from (("words", line) for line in _words(found, product))
    if found.media is not None:
        yield "picture", found.media.source
    if found.regions is not None and found.regions.box is not None:
        box, whole = found.regions.box, found.regions
        yield "region", f"{box.w} × {box.h} pixels at {box.x}, {box.y} (of {whole.width} × {whole.height})"
    yield "redirect", found.redirect
    for note in found.notes:
        yield "note", note


def _words(found: Why, product: Product) -> Iterator[Text]:
    """The fields with words that were asked for, these in bold."""
    from rich.text import Text

    from wares.query.highlighting import pieces, snippet, texts

    for field, text in texts(product, found.variant):
        spans = [span for span in found.matched if span.field == field]
        if spans:
            shown = snippet(text, spans, SNIPPET)
            marked = ((plain(piece), "bold" if asked else "") for piece, asked in pieces(shown.text, shown.spans))
            yield Text.assemble((f"{field}: ", "dim"), *marked)


def _draw(shop: Shop, found: Why, path: Path) -> None:
    """:class:`SetupError` where there is nothing to draw."""
    from wares.errors import SetupError
    from wares.insight.regions import save_heatmap

    if found.regions is None:
        reason = found.notes[-1] if found.notes else "the question is compared with no picture of this product"
        raise SetupError(f"{path}: no heat map, because {reason}")
    save_heatmap(shop, found.regions, path)
