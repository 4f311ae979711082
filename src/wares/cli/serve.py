"""``wares serve``: a shop over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from wares.cli.options import ShopFolder
from wares.cli.output import stderr
from wares.errors import MissingExtra

MB = 1_000_000


def serve(
    shop: ShopFolder,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="NUMBER", help="0: any that is free.")] = 8000,
    keys: Annotated[bool, typer.Option("--keys", help="Callers need a key; always so beyond this machine.")] = False,
    visitors: Annotated[
        str, typer.Option(metavar="NAME", help="The key whose rights callers without a key have (a storefront).")
    ] = "",
    origin: Annotated[
        list[str] | None, typer.Option(metavar="ORIGIN", help="A site whose pages may call: https://shop.example.")
    ] = None,
    host_name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A name the server goes by: search.example, *.example.")
    ] = None,
    behind_proxy: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="A proxy that is believed who calls; * is any.")
    ] = None,
    max_body: Annotated[
        float | None,
        typer.Option("--max-body", metavar="MB", min=0.001, help="The largest request but for feeds: 20."),
    ] = None,
    workers: Annotated[int, typer.Option(metavar="NUMBER", help="Processes that answer.")] = 1,
    cache: Annotated[int, typer.Option(metavar="NUMBER", help="Answers each of them keeps; 0: none.")] = 2_000,
    searches: Annotated[
        int, typer.Option(metavar="NUMBER", help="Questions each of them works out at the same time.")
    ] = 2,
    log: Annotated[Literal["text", "json"], typer.Option(help="The form of log lines.")] = "text",
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="What is logged: this and what is worse.")
    ] = "info",
    log_questions: Annotated[bool, typer.Option("--log-questions", help="Log the words of questions too.")] = False,
) -> None:
    """Serve a shop: a storefront to look at, an API for programs, a console for those who run it.

    \b
    Examples:
      wares serve my-shop
      wares serve my-shop --host 0.0.0.0 --keys --visitors storefront
      wares serve my-shop --keys --behind-proxy 127.0.0.1 --host-name search.example --origin https://shop.example
    """
    try:
        from wares.server.config import Limits, ServerConfig
        from wares.server.running import greeting, run, settled
        from wares.server.serving import Serving
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("wares"):
            raise
        raise MissingExtra("serving a shop", "serve") from missing

    config = ServerConfig(
        host=host,
        port=port,
        keys=keys,
        visitors=visitors,
        origins=tuple(origin or ()),
        hosts=tuple(host_name or ()),
        behind_proxy=tuple(behind_proxy or ()),
        limits=Limits(body=int(max_body * MB)) if max_body is not None else Limits(),
        workers=workers,
        cache=cache,
        searches=searches,
        log=log,
        log_level=log_level,
        log_questions=log_questions,
    )
    config = settled(config)
    Serving.open(shop, config).close()  # what is wrong with the shop or its keys is said before anything listens
    stderr().print(greeting(shop, config), soft_wrap=True, highlight=False, markup=False)
    run(shop, config)
