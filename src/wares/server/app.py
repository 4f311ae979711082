"""The application: routes, errors and what surrounds them, around one served shop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from wares import __version__
from wares.server import api, component, console, document, errors, media, middleware, pages, reference, signals
from wares.server.config import ServerConfig
from wares.server.operations import health
from wares.server.operations.metrics import Metrics
from wares.server.operations.watching import Watched
from wares.server.serving import Serving

_ABOUT = """Search a shop by words, pictures, products or a mix of them.

Every error has one body: `{"error": {"kind", "message", "request_id"}}`; where several things are wrong, `details`
has them all."""

#: Newer FastAPI tells OpenTelemetry itself; what is told here stands in ``operations``, whatever the version.
_SILENT = {"tracing": False, "metrics": False, "logs": False}
#: Routes that stand beside the API.
BESIDE = (
    media.router,
    component.router,
    reference.router,
    health.router,
)


def create_app(folder: Path, config: ServerConfig | None = None) -> FastAPI:
    """The application that serves the shop in a folder. The shop is opened when the server starts, and closed when
    it has answered its last request."""
    chosen, figures = config or ServerConfig(), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.serving = Serving.open(folder, chosen, figures)
        app.state.serving.readiness.warm()
        try:
            app.state.serving.runner.start()
            with signals.heard(app.state.serving.stopping.set):
                yield
        finally:
            app.state.serving.close()

    app = FastAPI(
        title="wares",
        version=__version__,
        description=_ABOUT,
        lifespan=lifespan,
        openapi_url=f"{api.PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        telemetry=_SILENT,  # type: ignore[arg-type]
    )
    for router in api.ROUTERS:
        app.include_router(router, prefix=api.PREFIX)
    for router in BESIDE:
        app.include_router(router)
    if chosen.storefront:
        pages.install(app)
    if chosen.console:
        console.install(app)
    errors.install(app)
    middleware.install(app, chosen)
    document.install(app, [(api.PREFIX, router) for router in api.ROUTERS])
    app.add_middleware(Watched, metrics=figures, prefixes=(api.PREFIX, console.PREFIX))
    return app
