"""``wares relations``: the categories of a shop and what its products have to do with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import check_writable, plain, stdout

if TYPE_CHECKING:
    from wares.relations import Graph
    from wares.store.store import Store

FORMS = (".svg", ".dot", ".json")


def relations(
    shop: ShopFolder,
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The id of a product.")] = None,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Write to FILE.svg, FILE.dot or FILE.json.")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="NUMBER", min=1, max=2_000, help="How many to show at most.")
    ] = 200,
    as_json: AsJson = False,
) -> None:
    """Show the categories of a shop with how many products each has, or the relations of one product.

    Relations are read from feeds, and inferred where one product names the model number of another. A picture (SVG)
    shows the same, as does a file for Graphviz.

    \b
    Examples:
      wares relations my-shop
      wares relations my-shop 1042
      wares relations my-shop --export categories.svg
    """
    if export is not None and export.suffix.lower() not in FORMS:
        raise typer.BadParameter(f"{export.name!r} ends in none of {', '.join(FORMS)}", param_hint="'--export'")
    check_writable(export)
    with _opened(shop) as (graph, store):
        forms = _categories(graph, limit) if id is None else _relations(graph, store, id, limit)
    if export is not None:
        export.write_text(forms[export.suffix.lower()](), encoding="utf-8", errors="replace")
        stdout().print(f"written: {plain(str(export))}", soft_wrap=True)
    elif as_json:
        typer.echo(forms[".json"](), nl=False)
    else:
        for line in forms[".txt"]().splitlines():
            stdout().print(_printable(line), soft_wrap=True)


def _printable(line: str) -> str:
    """A line with what it is indented by, safe to print."""
    text = line.lstrip(" ")
    return " " * (len(line) - len(text)) + plain(text)


def _categories(graph: Graph, limit: int) -> Mapping[str, Callable[[], str]]:
    """The categories in every form."""
    from wares.relations import drawing, texts
    from wares.relations.outline import outlined

    outline = outlined(graph.tree, limit)
    return {
        ".txt": lambda: texts.categories(outline),
        ".svg": lambda: drawing.categories(outline),
        ".dot": lambda: texts.categories_dot(outline),
        ".json": lambda: texts.categories_json(graph.tree),
    }


def _relations(graph: Graph, store: Store, id: str, limit: int) -> Mapping[str, Callable[[], str]]:
    """A product's relations in every form. :class:`QueryError` when there is no such product."""
    from wares.asking import known
    from wares.relations import drawing, texts
    from wares.relations.outline import sheet

    number, _ = known(store, id)
    made = sheet(graph, number, store.products, limit=limit)
    return {
        ".txt": lambda: texts.relations(made),
        ".svg": lambda: drawing.relations(made),
        ".dot": lambda: texts.relations_dot(made),
        ".json": lambda: texts.relations_json(made),
    }


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Graph, Store]]:
    """The graph of a shop as it is now, empty when nothing was learnt, and its products."""
    import wares
    from wares.store.store import Store

    with wares.open(folder, create=False) as shop, Store.open(shop.path / "shop.db") as store:
        yield shop.relations(), store
