"""A real shop behind a real server, on a free port of this machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

import wares
from wares.records import Media, Price, Product, Variant

COLOURS = {"red": (200, 30, 30), "blue": (30, 60, 200), "green": (20, 140, 60), "white": (245, 245, 240)}
KINDS = {"shirt": "Clothing/Shirts", "mug": "Kitchen/Mugs", "lamp": "Home/Lamps"}

Served = Callable[..., Any]


def goods(folder: Path) -> list[Product]:
    """Shirts, mugs and lamps in four colours of two brands; the shirts come in two sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for row, (kind, category) in enumerate(KINDS.items()):
        for column, (colour, rgb) in enumerate(COLOURS.items()):
            id = f"{kind}-{colour}"
            picture = folder / f"{id}.png"
            Image.new("RGB", (120, 160), rgb).save(picture)
            sizes = ("S", "M") if kind == "shirt" else ()
            made.append(
                Product(
                    id=id,
                    title=f"{colour.title()} {kind}",
                    description=f"A {colour} {kind} for every day.",
                    brand="Acme" if column % 2 else "Bolt",
                    category=tuple(category.split("/")),
                    attributes={"colour": colour},
                    price=Price(1000 * (row + 1) + 100 * column, "EUR"),
                    rating=4.0 + column / 4,
                    rating_count=10 * (row + 1),
                    availability="in_stock",
                    variants=tuple(Variant(id=f"{id}-{size}", options={"size": size}) for size in sizes),
                    media=(Media(str(picture)),),
                )
            )
    return made


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    return goods(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def folder(tmp_path: Path, catalogue: list[Product]) -> Path:
    """A shop of twelve products, closed."""
    place = tmp_path / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    return place


@pytest.fixture(scope="session")
def serving() -> Callable[[Path], AbstractContextManager[Served]]:
    """Serves shops in folders, for fixtures that keep one longer than a test."""
    return _serving


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    """Serves the shop with the settings given; what it returns is a client of it."""
    with _serving(folder) as serve:
        yield serve


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product]) -> Iterator[httpx.Client]:
    """A client of a shop that tests only read."""
    place = tmp_path_factory.mktemp("read") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    with _serving(place) as serve:
        yield serve()


@pytest.fixture(scope="module")
def altered(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product]) -> Iterator[httpx.Client]:
    """A client of a shop that tests may change, and expect nothing of."""
    place = tmp_path_factory.mktemp("altered") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    with _serving(place) as serve:
        yield serve()


@contextmanager
def _serving(folder: Path) -> Iterator[Served]:
    import uvicorn

    from wares.server import running
    from wares.server.app import create_app
    from wares.server.config import ServerConfig

    stops: list[Callable[[], None]] = []

    def serve(**settings: Any) -> httpx.Client:
        config = ServerConfig(**{"port": 0, **settings})
        server = uvicorn.Server(running.settings(create_app(folder, config), config, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)

        def stop() -> None:
            client.close()
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive(), "the server did not stop"

        stops.append(stop)
        return client

    try:
        yield serve
    finally:
        for stop in reversed(stops):
            stop()
