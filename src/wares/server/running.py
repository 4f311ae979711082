"""Running a server until it is told to stop."""

from __future__ import annotations

from pathlib import Path

from wares.server.config import ServerConfig

#: Seconds that requests in flight have to end when the server is told to stop.
GRACE_S = 30


def run(folder: Path, config: ServerConfig) -> None:
    """Serve a shop until SIGTERM or SIGINT; requests in flight are finished first."""
    import uvicorn

    from wares.server.app import create_app

    uvicorn.run(
        create_app(folder, config),
        host=config.host,
        port=config.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=config.behind_proxy,
        timeout_graceful_shutdown=GRACE_S,
    )
