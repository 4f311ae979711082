"""``wares show`` and ``wares remove``: products by their id."""

from __future__ import annotations

from typing import Annotated

import typer

from wares.cli.options import AsJson, ShopFolder
from wares.cli.output import print_json, stdout


def show(
    shop: ShopFolder,
    id: Annotated[str, typer.Argument(metavar="ID", help="The id of the product.")],
    as_json: AsJson = False,
) -> None:
    """Show all that a shop knows about a product.

    \b
    Example:
      wares show my-shop 1042
    """
    import msgspec

    import wares

    with wares.open(shop, create=False) as opened:
        product, reception = opened.get(id), opened.reception(id)
    if as_json:
        print_json({**msgspec.to_builtins(product), **({"reception": reception} if reception else {})})
        return
    from wares.cli.sheets import print_product, print_reception

    print_product(stdout(), product)
    if reception:
        stdout().print()
        print_reception(stdout(), reception)


def remove(
    shop: ShopFolder,
    ids: Annotated[list[str], typer.Argument(metavar="ID", help="The ids of the products.")],
    as_json: AsJson = False,
) -> None:
    """Remove products from a shop. Ids that it does not have are passed over.

    \b
    Example:
      wares remove my-shop 1042 1043
    """
    import wares

    with wares.open(shop, create=False) as opened:
        removed = opened.remove(ids)
    if as_json:
        print_json({"asked": len(ids), "removed": removed})
    else:
        stdout().print(f"{removed:,} of {len(ids):,} removed")
