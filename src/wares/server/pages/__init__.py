"""The storefront: pages for visitors, made on the server. They work without JavaScript, and better with it.

``address``    what a visitor asks, as the address of a page says it
``question``   that as a question to the shop, and its answer
``words``      the interface's texts in every language; ``formats``: numbers and prices
``cards`` ``facets`` ``parts`` ``home`` ``product`` ``why``   what a template shows of each
``assets``     style, modules and their addresses
``rendering``  the templates, filled
``routes``     the addresses of pages; ``failures``: pages of errors
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


def install(app: FastAPI) -> None:
    """Add the storefront to an app."""
    from wares.server.pages import assets, failures, routes

    app.include_router(assets.router)
    app.include_router(routes.router)
    app.state.failure = failures.failure
