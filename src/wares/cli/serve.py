"""``wares serve``: a shop over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from wares.cli.options import ShopFolder
from wares.cli.output import stderr
from wares.errors import MissingExtra


def serve(
    shop: ShopFolder,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="NUMBER", help="0: any that is free.")] = 8000,
    keys: Annotated[bool, typer.Option("--keys", help="Callers need a key; always so beyond this machine.")] = False,
) -> None:
    """Serve a shop: a storefront to look at, an API for programs, a console for those who run it.

    \b
    Examples:
      wares serve my-shop
      wares serve my-shop --host 0.0.0.0 --keys
    """
    try:
        from wares.server.config import ServerConfig
        from wares.server.running import run
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("wares"):
            raise
        raise MissingExtra("serving a shop", "serve") from missing
    import wares

    wares.open(shop, create=False).close()  # what is wrong with the shop is said before anything listens
    config = ServerConfig(host=host, port=port, keys=keys)
    stderr().print(f"serving {shop} on http://{host}:{port}", soft_wrap=True)
    run(shop, config)
