"""Running a server until it is told to stop: in this process, or in several that share one socket.

Workers are processes of their own, so each opens the shop for itself and keeps its own encoders and cache. The first
one to open the index holds it, the others ask that one (:mod:`wares.index.shared`).
"""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import SetupError
from wares.server.config import ServerConfig
from wares.server.operations import logs

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Config

#: Seconds that requests in flight have to end when the server is told to stop.
GRACE_S = 30
#: Seconds for which a connection may be idle: longer than proxies keep theirs, so that it is they who close it.
IDLE_S = 75
#: Seconds in which a worker must show that it lives.
PULSE_S = 60
#: The variable in which workers find what they serve.
_TOLD = "WARES_SERVED"


class _Told(msgspec.Struct, frozen=True):
    folder: str
    config: ServerConfig


def settings(app: FastAPI, config: ServerConfig, **others: Any) -> Config:
    """How Uvicorn serves an app."""
    import uvicorn

    return uvicorn.Config(app, **(_chosen(config) | others))


def run(folder: Path, config: ServerConfig) -> None:
    """Serve a shop until SIGTERM or SIGINT; requests in flight are finished first."""
    import uvicorn

    from wares.server.app import create_app

    logs.configure(config.log, config.log_level)
    if config.workers == 1:
        uvicorn.Server(settings(create_app(folder, config), config)).run()
        return
    with tempfile.TemporaryDirectory(prefix="wares-figures-") as figures:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures
        os.environ[_TOLD] = msgspec.json.encode(_Told(str(folder.resolve()), config)).decode()
        workers = {"workers": config.workers, "timeout_worker_healthcheck": PULSE_S}
        uvicorn.run("wares.server.running:worker", factory=True, **(_chosen(config) | workers))


def worker() -> FastAPI:
    """The application of one worker of several."""
    from wares.server.app import create_app

    told = msgspec.json.decode(os.environ[_TOLD], type=_Told)
    logs.configure(told.config.log, told.config.log_level)
    return create_app(Path(told.folder), told.config)


def settled(config: ServerConfig) -> ServerConfig:
    """The configuration with a port that is free. Raises :class:`SetupError` when the one asked for is not."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((config.host.strip("[]"), config.port))
        except OSError as taken:
            raise SetupError(f"cannot listen on {config.host}, port {config.port}: {taken.strerror}") from taken
        return msgspec.structs.replace(config, port=tried.getsockname()[1])


def greeting(folder: Path, config: ServerConfig) -> str:
    """What is served, and where: lines for whoever started it."""
    host = f"[{config.host}]" if ":" in config.host and not config.host.startswith("[") else config.host
    base = f"http://{host}:{config.port}"
    keys = "callers need a key" if config.keys else "no keys: whoever is on this machine may do everything"
    if config.visitors:
        keys += f"; who brings none may do what {config.visitors!r} may"
    workers = "" if config.workers == 1 else f", {config.workers} workers"
    places = (
        ("storefront", "/", config.storefront),
        ("console", "/console", config.console),
        ("API", "/api/v1", True),
        ("figures", "/metrics", True),
    )
    shown = [f"  {name:<10}  {base}{path}" for name, path, there in places if there]
    return "\n".join([f"serving {folder} ({keys}{workers})", *shown])


def _chosen(config: ServerConfig) -> dict[str, Any]:
    from wares.server.protocol import Protocol

    return {
        "host": config.host,
        "port": config.port,
        "http": Protocol,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(config.behind_proxy),
        "forwarded_allow_ips": list(config.behind_proxy),
        "timeout_keep_alive": IDLE_S,
        "timeout_graceful_shutdown": GRACE_S,
    }
