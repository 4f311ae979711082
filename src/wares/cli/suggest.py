"""``wares suggest``: what somebody who is typing may go on to ask."""

from __future__ import annotations

from typing import Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import plain, print_json, stdout


def suggest(
    shop: ShopFolder,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="What was typed so far.")],
    k: Annotated[int, typer.Option("-k", metavar="NUMBER", min=1, max=50, help="How many suggestions.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Suggest how a question may go on: queries, categories and brands of the catalogue, and products.

    The last word may be unfinished or mistyped, and Chinese may be typed in pinyin.

    \b
    Examples:
      wares suggest my-shop "running sh"
      wares suggest my-shop yund
    """
    import wares

    with wares.open(shop, create=False) as opened:
        found = opened.suggest(prefix, k)
    if as_json:
        print_json({"suggestions": found})
        return
    from wares.cli.sheets import table

    rows = [
        (plain(one.text), one.kind, plain(one.id) if one.kind == "product" else f"{one.count:,}") for one in found
    ]
    if rows:
        stdout().print(table(("suggestion", "kind", "products, or id"), rows))
    else:
        stdout().print("no suggestion", style="dim")
