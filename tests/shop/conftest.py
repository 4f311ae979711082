"""A small shop whose right answers are plain: shirts, shoes and mugs in three colours, with drawn pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from wares.records import Media, Price, Product, Variant
from wares.settings import Environment
from wares.shop import Shop

COLOURS = {"red": (200, 20, 30), "green": (20, 150, 60), "blue": (30, 60, 200)}
CHINESE = {"red": "红色", "green": "绿色", "blue": "蓝色", "shirt": "衬衫", "shoe": "鞋", "mug": "杯子"}
KINDS = {"shirt": ("Clothing", "Shirts"), "shoe": ("Clothing", "Shoes"), "mug": ("Kitchen", "Mugs")}


def draw(kind: str, colour: str, path: Path) -> Path:
    """A thing of a colour on white."""
    image = Image.new("RGB", (200, 200), "white")
    pen = ImageDraw.Draw(image)
    fill = COLOURS[colour]
    if kind == "shirt":
        pen.polygon(
            [(60, 40), (140, 40), (180, 80), (150, 100), (150, 180), (50, 180), (50, 100), (20, 80)], fill=fill
        )
    elif kind == "shoe":
        pen.polygon([(20, 150), (20, 100), (80, 110), (180, 140), (180, 160), (20, 160)], fill=fill)
    else:
        pen.rectangle((60, 60, 130, 170), fill=fill)
        pen.arc((110, 80, 170, 150), 270, 90, fill=fill, width=12)
    image.save(path)
    return path


def product(kind: str, colour: str, folder: Path, **changes: object) -> Product:
    """One product of the small shop; shirts come in sizes."""
    price = 1000 + 500 * list(KINDS).index(kind) + 100 * list(COLOURS).index(colour)
    sizes = ("S", "M", "L") if kind == "shirt" else ()
    values: dict[str, object] = {
        "id": f"{kind}-{colour}",
        "title": f"{colour.title()} {kind}",
        "description": f"A {colour} {kind}. {CHINESE[colour]}{CHINESE[kind]}",
        "brand": "Acme" if colour != "blue" else "Zenith",
        "category": KINDS[kind],
        "attributes": {"colour": colour},
        "price": Price(price, "EUR"),
        "rating": 3.0 + list(COLOURS).index(colour) / 2,
        "media": (Media(str(draw(kind, colour, folder / f"{kind}-{colour}.png"))),),
        "variants": tuple(
            Variant(
                id=f"{kind}-{colour}-{size}",
                options={"size": size},
                price=Price(price + 100 * place, "EUR"),
                availability="out_of_stock" if size == "M" else "in_stock",
            )
            for place, size in enumerate(sizes)
        ),
    }
    return Product(**{**values, **changes})  # type: ignore[arg-type]


def products(folder: Path) -> list[Product]:
    return [product(kind, colour, folder) for kind in KINDS for colour in COLOURS]


@pytest.fixture(scope="session")
def goods(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    """The nine products, pictures drawn."""
    return products(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A machine without models and without a network: the basic model needs neither."""
    return Environment(cache=tmp_path / "cache", offline=True)


@pytest.fixture
def shop(tmp_path: Path, goods: list[Product], environment: Environment) -> Iterator[Shop]:
    """A shop of its own for each test, with the nine products."""
    with Shop.open(tmp_path / "shop", model="basic", environment=environment) as opened:
        opened.add(goods)
        yield opened
