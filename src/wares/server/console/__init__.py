"""The console at ``/console``: pages for those who run the shop.

``here``       what a page is made with: who asks, of which shop, in which language
``forms``      forms that are posted: guarded against other sites, answered by a redirect that tells what was done
``rendering``  templates, their filters and the policy that browsers keep
``charts``     where the marks of a chart stand
``wording``    the words of the pages, in English and Chinese
``pages``      one file a page: what it shows (testable without HTTP) and thin routes

Every page is whole without JavaScript; modules only refresh what is in progress and filter long tables.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

from wares.server.console import pages
from wares.server.console.here import PREFIX as PREFIX

if TYPE_CHECKING:
    from fastapi import FastAPI


def install(app: FastAPI) -> None:
    """Add the console to an application."""
    app.mount(f"{PREFIX}/static", StaticFiles(directory=Path(__file__).parent / "static"), name="console-static")
    for router in pages.ROUTERS:
        app.include_router(router, prefix=PREFIX, include_in_schema=False)
