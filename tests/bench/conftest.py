"""A shop of 120 products in three colours with prices from 1 to 120; every fourth has a drawn picture."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from wares.records import Media, Price, Product
from wares.settings import Environment
from wares.shop import Shop

COLOURS = {"red": (200, 20, 30), "green": (20, 150, 60), "blue": (30, 60, 200)}
KINDS = ("shirt", "shoe", "mug", "lamp", "chair")


def products(folder: Path, size: int = 120) -> list[Product]:
    found = []
    for at in range(size):
        colour, kind = list(COLOURS)[at % 3], KINDS[at % 5]
        media: tuple[Media, ...] = ()
        if at % 4 == 0:
            path = folder / f"{at}.png"
            Image.new("RGB", (32 + at, 32), COLOURS[colour]).save(path)
            media = (Media(str(path)),)
        found.append(
            Product(
                id=f"p{at}",
                title=f"{colour.title()} {kind} number {at}",
                brand="Acme" if at % 2 else "Zenith",
                category=("Home", kind.title()),
                price=Price(100 * (at + 1), "EUR"),
                media=media,
            )
        )
    return found


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A machine without models and without a network: the basic model needs neither."""
    return Environment(cache=tmp_path_factory.mktemp("cache"), offline=True)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, environment: Environment) -> Path:
    """The shop's folder; nobody has it open, and nothing here changes it."""
    folder = tmp_path_factory.mktemp("shops") / "shop"
    with Shop.open(folder, model="basic", environment=environment) as opened:
        opened.add(products(tmp_path_factory.mktemp("pictures")))
    return folder
