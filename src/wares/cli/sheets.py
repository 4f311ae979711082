"""Names and values on a terminal: one product with all it has, or any record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wares.cli.output import counted, plain

if TYPE_CHECKING:
    from wares.records import Media, Opinion, Product, Reception, Variant


def sheet(rows: Iterable[tuple[str, str | Text]]) -> Table:
    """Two columns: dim names, and values folded to the width of the window. Empty values are left out."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        if value:
            table.add_row(plain(name), plain(value) if isinstance(value, str) else value)
    return table


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Rows under dim headings; columns are folded to the width of the window. Columns with no value are left out."""
    cells = [[plain(cell) for cell in row] for row in rows]
    kept = [at for at in range(len(headings)) if any(row[at] for row in cells)]
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for at in kept:
        grid.add_column(headings[at], overflow="fold")
    for row in cells:
        grid.add_row(*(row[at] for at in kept))
    return grid


def print_product(console: Console, product: Product) -> None:
    """All that is known about a product."""
    console.print(Text(plain(product.title), style="bold"))
    rating = "" if product.rating is None else f"{product.rating:g} of 5"
    if product.rating_count is not None:
        rating += f" ({product.rating_count:,} ratings)"
    console.print(
        sheet(
            [
                ("id", product.id),
                ("brand", product.brand),
                ("category", " / ".join(product.category)),
                ("price", str(product.price or "")),
                ("availability", _words(product.availability)),
                ("rating", rating),
                ("url", product.url),
                *((name, _value(value)) for name, value in product.attributes.items()),
                *((name.replace("_", " "), ", ".join(ids)) for name, ids in product.relations.items()),
                *_media_rows(product.media),
                ("description", product.description),
            ]
        )
    )
    if product.variants:
        console.print()
        console.print(_variants(product.variants))


def print_reception(console: Console, reception: Reception) -> None:
    """How a product was received: its stars, and what is said of each aspect, with a clause that says so."""
    stars = "" if reception.rating is None else f", {reception.rating:g} of 5 ({reception.rated:,} rated)"
    console.print(Text(f"{counted(reception.reviews, 'review')}{stars}", style="bold"))
    rows = [(one.aspect, _voices(one), one.praise, one.criticism) for one in reception.opinions]
    if rows:
        console.print(table(["aspect", "verdict", "praise", "criticism"], rows))


def _voices(opinion: Opinion) -> str:
    """How many of those who speak of an aspect praise it, or criticise it."""
    n = opinion.praised + opinion.criticised
    told = opinion.criticised if opinion.verdict == "criticised" else opinion.praised
    return f"{opinion.verdict or 'too few'} ({told:,} of {n:,})"


def _variants(variants: Sequence[Variant]) -> Table:
    options = list(dict.fromkeys(name for variant in variants for name in variant.options))
    return table(
        ["variant", *options, "price", "availability", "pictures"],
        [
            [
                v.id,
                *(v.options.get(name, "") for name in options),
                str(v.price or ""),
                _words(v.availability),
                str(len(v.media) or ""),
            ]
            for v in variants
        ],
    )


def _media_rows(media: Sequence[Media]) -> Iterable[tuple[str, str]]:
    for medium in media:
        source = medium.source if isinstance(medium.source, str) else f"{len(medium.source):,} bytes"
        yield medium.modality, source if medium.role == "main" else f"{source} ({medium.role})"


def _words(value: str | None) -> str:
    return (value or "").replace("_", " ")


def _value(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} ({_value(item)})" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_value, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
