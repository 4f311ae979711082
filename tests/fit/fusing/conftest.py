"""A shop in which a picture shows a thing's colour and nothing else, and titles say kind, colour and material."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product as every
from pathlib import Path

import pytest
from PIL import Image

from wares.records import Media, Product
from wares.settings import Environment
from wares.shop import Shop

SHADES = {
    "red": (200, 20, 30),
    "green": (20, 150, 60),
    "blue": (30, 60, 200),
    "yellow": (230, 210, 30),
    "pink": (240, 150, 190),
    "brown": (110, 70, 30),
}
KINDS = ("shirts", "shoes", "mugs", "chairs", "lamps", "belts", "hats", "towels")
MATERIALS = ("cotton", "leather")


def goods(folder: Path) -> list[Product]:
    """Every kind in every colour and material: 96 products."""
    found = []
    for number, (kind, shade, material) in enumerate(every(KINDS, SHADES, MATERIALS)):
        picture = folder / f"{number}.png"
        red, green, blue = SHADES[shade]
        Image.new("RGB", (64, 64), (red, green, (blue + 3 * number) % 256)).save(picture)
        found.append(
            Product(
                id=f"{shade}-{material}-{kind}",
                title=f"{material} {kind} {shade} no{number}",
                category=("Goods", kind),
                attributes={"colour": shade, "material": material},
                media=(Media(str(picture)),),
            )
        )
    return found


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("fusing")
    with Shop.open(folder / "shop", model="basic", environment=Environment(cache=folder, offline=True)) as opened:
        opened.add(goods(folder))
        yield opened
