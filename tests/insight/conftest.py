"""A small shop to look into: cups, lamps and bags with drawn pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from wares.records import Media, Price, Product, Variant
from wares.settings import Environment
from wares.shop import Shop

COLOURS = {"red": (200, 30, 40), "green": (30, 140, 60), "blue": (40, 70, 200)}
KINDS = {"cup": ("Kitchen", "Cups"), "lamp": ("Home", "Lamps"), "bag": ("Bags",)}
BOXES = {"cup": (20, 20, 60, 70), "lamp": (90, 10, 140, 60), "bag": (60, 80, 150, 150)}


def draw(path: Path, box: tuple[int, int, int, int], shade: tuple[int, int, int]) -> str:
    image = Image.new("RGB", (160, 160), "white")
    ImageDraw.Draw(image).ellipse(box, fill=shade)
    image.save(path)
    return str(path)


@pytest.fixture(scope="session")
def goods(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    """Nine products: 10 to 30 euros, each in another place of its picture; bags come in two sizes; and one that has
    no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    found = [
        Product(
            id=f"{kind}-{colour}",
            title=f"{colour.title()} {kind}",
            description=f"The {kind} of everyday life.",
            brand="Acme" if colour == "red" else f"Foo {kind}",
            category=category,
            attributes={"colour": colour, "model": f"{kind}{place}{colour[0]}"},
            price=Price(1000 * (place + 1), "EUR"),
            media=(Media(draw(folder / f"{kind}-{colour}.png", BOXES[kind], shade)),),
            variants=(
                (
                    Variant(id=f"{kind}-{colour}-S", options={"size": "S"}, price=Price(2500, "EUR")),
                    Variant(id=f"{kind}-{colour}-L", options={"size": "L"}, price=Price(3500, "EUR")),
                )
                if kind == "bag"
                else ()
            ),
        )
        for place, (kind, category) in enumerate(KINDS.items())
        for colour, shade in COLOURS.items()
    ]
    return [*found, Product(id="plain", title="Plain paper", category=("Paper",))]


@pytest.fixture
def shop(tmp_path: Path, goods: list[Product]) -> Iterator[Shop]:
    """A shop of its own for each test."""
    environment = Environment(cache=tmp_path / "cache", offline=True)
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(goods)
        yield opened
