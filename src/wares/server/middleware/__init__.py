"""What surrounds every route, from the outside in.

``headers``    what browsers are told to be careful of
``sites``      by which name the server is called, through whom, and from which site
CORS, gzip     Starlette's
``crowd``      how many are answered at once
``sizes``      how long a request may be, and how long it may take to come in
``deadlines``  how long its answer may take
``forms``      forms that were cut off
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from wares.server.middleware.crowd import Crowd
from wares.server.middleware.deadlines import Deadlines
from wares.server.middleware.forms import Forms
from wares.server.middleware.headers import SecurityHeaders
from wares.server.middleware.sites import Sites
from wares.server.middleware.sizes import Sizes

if TYPE_CHECKING:
    from fastapi import FastAPI

    from wares.server.config import ServerConfig

#: Bytes from which answers are made smaller, and how hard is tried (9: hardest).
GZIP_FROM, GZIP_LEVEL = 1_000, 5
#: Seconds for which browsers remember what another site may do.
CORS_S = 600


def install(app: FastAPI, config: ServerConfig) -> None:
    """Surround an app. What is added later lies outside of all this."""
    app.add_middleware(Forms)
    app.add_middleware(Deadlines)
    app.add_middleware(Sizes, limits=config.limits)
    app.add_middleware(Crowd, at_once=config.limits.at_once)
    app.add_middleware(GZipMiddleware, minimum_size=GZIP_FROM, compresslevel=GZIP_LEVEL)
    if config.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=config.origins,
            allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("Authorization", "X-API-Key", "Content-Type", "If-None-Match", "If-Match"),
            expose_headers=("ETag", "Retry-After", "X-Request-ID"),
            max_age=CORS_S,
        )
    app.add_middleware(Sites, config=config)
    app.add_middleware(SecurityHeaders)
