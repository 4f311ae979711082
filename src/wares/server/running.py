"""Running a server until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from wares.server.config import ServerConfig

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Config

#: Seconds that requests in flight have to end when the server is told to stop.
GRACE_S = 30


def settings(app: FastAPI, config: ServerConfig, **others: Any) -> Config:
    """How Uvicorn serves an app."""
    import uvicorn

    from wares.server.protocol import Protocol

    chosen: dict[str, Any] = {
        "host": config.host,
        "port": config.port,
        "http": Protocol,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(config.behind_proxy),
        "forwarded_allow_ips": list(config.behind_proxy),
        "timeout_graceful_shutdown": GRACE_S,
    }
    return uvicorn.Config(app, **(chosen | others))


def run(folder: Path, config: ServerConfig) -> None:
    """Serve a shop until SIGTERM or SIGINT; requests in flight are finished first."""
    import uvicorn

    from wares.server.app import create_app

    uvicorn.Server(settings(create_app(folder, config), config)).run()
