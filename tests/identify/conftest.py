"""A shop of drawn things: three kinds in many shades, sizes and places, enough to learn how sure an answer is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageDraw

from wares.records import Media, Product
from wares.settings import Environment
from wares.shop import Shop

COLOURS = {"red": (200, 20, 30), "green": (20, 150, 60), "blue": (30, 60, 200)}
KINDS = {"shirt": ("Clothing", "Shirts"), "shoe": ("Clothing", "Shoes"), "mug": ("Kitchen", "Mugs")}
BRANDS = {"red": "Acme", "green": "Acme", "blue": "Zenith"}


def draw(kind: str, colour: str, path: Path, random: Random) -> Path:
    """A thing of a kind on a light ground, somewhat moved, larger or smaller, lighter or darker."""
    image = Image.new("RGB", (160, 160), (random.randint(225, 255),) * 3)
    pen = ImageDraw.Draw(image)
    fill = tuple(max(0, min(255, value + random.randint(-35, 35))) for value in COLOURS[colour])
    scale, across, down = random.uniform(0.6, 0.8), random.uniform(0, 25), random.uniform(0, 25)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [
            (across + scale * x + random.uniform(-5, 5), down + scale * y + random.uniform(-5, 5)) for x, y in points
        ]

    if kind == "shirt":
        pen.polygon(
            at((60, 30), (140, 30), (180, 80), (150, 100), (150, 180), (50, 180), (50, 100), (20, 80)), fill=fill
        )
    elif kind == "shoe":
        pen.polygon(at((20, 160), (20, 90), (80, 110), (180, 140), (180, 165)), fill=fill)
    else:
        pen.polygon(at((60, 60), (130, 60), (130, 170), (60, 170)), fill=fill)
        (x, y), (right, below) = at((110, 80), (170, 150))
        pen.arc((x, y, max(right, x + 9), max(below, y + 9)), 270, 90, fill=fill, width=10)
    image.save(path)
    return path


def products(folder: Path, each: int, seed: int = 1) -> list[Product]:
    """``each`` products of every kind and colour, with a picture of their own."""
    random = Random(seed)
    return [
        Product(
            id=f"{kind}-{colour}-{number}",
            title=f"{colour.title()} {kind} no. {number}",
            brand=BRANDS[colour],
            category=KINDS[kind],
            attributes={"colour": colour, "care": f"wash at {random.random():.9f}"},
            media=(Media(str(draw(kind, colour, folder / f"{seed}-{kind}-{colour}-{number}.png", random))),),
        )
        for kind in KINDS
        for colour in COLOURS
        for number in range(each)
    ]


def made(folder: Path, goods: Sequence[Product], model: str = "basic") -> Shop:
    shop = Shop.open(folder, model=model, environment=Environment(cache=folder.parent / "cache", offline=True))
    shop.add(goods)
    return shop


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop of 108 products; not to be changed."""
    folder = tmp_path_factory.mktemp("identified")
    (folder / "pictures").mkdir()
    made(folder / "shop", products(folder / "pictures", 12)).close()
    return folder / "shop"


@pytest.fixture(scope="session")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pictures of the same kinds and colours that no shop has, by kind and colour."""
    folder = tmp_path_factory.mktemp("strangers")
    random = Random(99)
    return {
        f"{kind} {colour}": draw(kind, colour, folder / f"{kind}-{colour}.png", random)
        for kind in KINDS
        for colour in COLOURS
    }


@pytest.fixture
def shop(kept: Path) -> Shop:
    with Shop.open(kept, create=False, environment=Environment(cache=kept.parent / "cache", offline=True)) as opened:
        yield opened
