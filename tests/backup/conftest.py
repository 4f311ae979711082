"""A small shop with pictures given as bytes, and its backup."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from wares.backup import backup
from wares.records import Media, Price, Product
from wares.settings import Environment
from wares.shop import Shop

COLOURS = {"red": (200, 20, 30), "green": (20, 150, 60), "blue": (30, 60, 200)}


def picture(colour: str, kind: int) -> bytes:
    image = Image.new("RGB", (64, 64), "white")
    image.paste(COLOURS[colour], (8 * kind, 8, 60, 20 + 10 * kind))
    kept = io.BytesIO()
    image.save(kept, "PNG")
    return kept.getvalue()


@pytest.fixture(scope="session")
def goods() -> list[Product]:
    return [
        Product(
            id=f"{kind}-{colour}",
            title=f"{colour.title()} {kind}",
            brand="Acme" if colour == "red" else "Zenith",
            category=("Things", kind.title()),
            attributes={"colour": colour},
            price=Price(1000 + 100 * place, "EUR"),
            media=(Media(picture(colour, place)),),
        )
        for place, kind in enumerate(("lamp", "mug", "kettle", "carpet"))
        for colour in COLOURS
    ]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(cache=tmp_path_factory.mktemp("cache"), offline=True)


@pytest.fixture
def shop(tmp_path: Path, goods: list[Product], environment: Environment) -> Iterator[Shop]:
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(goods)
        yield opened


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory, goods: list[Product], environment: Environment) -> Path:
    """A backup of such a shop, which tests read and do not change."""
    folder = tmp_path_factory.mktemp("saved")
    with Shop.open(folder / "shop", model="basic", environment=environment) as opened:
        opened.add(goods)
        backup(opened, folder / "shop.tar")
    return folder / "shop.tar"
