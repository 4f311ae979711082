"""A small catalogue in English and one in Chinese, in which every word belongs to one fact, with drawn pictures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product as every
from pathlib import Path
from typing import TypeAlias

import pytest
from PIL import Image, ImageDraw

from wares import media
from wares.records import Media, Product, Variant

ReadPicture: TypeAlias = Callable[[Media], Image.Image]

ENGLISH = {
    "kind": ("Shirts", "Running Shoes", "Backpacks", "Table Lamps"),
    "colour": ("Red", "Navy Blue", "Green", "Beige"),
    "brand": ("Acme", "Zenith", "Fjordline"),
    "name": ("Aurora Trail", "Granite Peak", "Silver Birch", "Copper Canyon", "Winter Harbour"),
    "material": ("Cotton", "Leather", "Bamboo"),
}
CHINESE = {
    "kind": ("衬衫", "运动鞋", "双肩包", "台灯"),
    "colour": ("红色", "蓝色", "绿色", "米色"),
    "brand": ("安踏", "华为", "海尔"),
    "name": ("森林小熊", "北京故宫", "长江大桥", "黄山日出", "西湖月光"),
    "material": ("纯棉", "真皮", "竹制"),
}
SHADES = {"Red": (200, 30, 40), "Navy Blue": (20, 30, 80), "Green": (30, 140, 60), "Beige": (220, 200, 160)}


def catalogue(words: dict[str, tuple[str, ...]], prefix: str, names: tuple[str, str, str]) -> list[Product]:
    """Every kind in every colour, with brand, name and material in turn; a shirt comes in sizes."""
    kind_field, colour, material = names
    found = []
    for at, (kind, shade) in enumerate(every(words["kind"], words["colour"])):
        for copy in range(2):
            number = 2 * at + copy
            brand = words["brand"][number % len(words["brand"])]
            name = words["name"][(3 * number + copy) % len(words["name"])]
            joint = "" if prefix == "zh" else " "
            found.append(
                Product(
                    id=f"{prefix}-{number:02d}",
                    title=joint.join((brand, name, shade, kind)),
                    brand=brand,
                    category=(kind_field, kind),
                    attributes={colour: shade, material: words["material"][number % 3], "stock": "dev"},
                    variants=(Variant(id=f"{number}-S", options={"Size": "S"}),) if kind == "Shirts" else (),
                )
            )
    return found


@pytest.fixture(scope="session")
def english() -> list[Product]:
    """Thirty-two products."""
    return catalogue(ENGLISH, "en", ("Goods", "Colour", "Material"))


@pytest.fixture(scope="session")
def chinese() -> list[Product]:
    """Thirty-two products, in the same kinds and colours."""
    return catalogue(CHINESE, "zh", ("商品", "颜色", "材质"))


@pytest.fixture(scope="session")
def pictured(english: list[Product], tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    """The English products with a picture each; the last two have the same file content."""
    folder = tmp_path_factory.mktemp("pictures")
    found = []
    for number, product in enumerate(english):
        path = folder / f"{product.id}.png"
        shade = SHADES[str(product.attributes["Colour"])]
        draw(path, shade, min(number, len(english) - 2))
        found.append(
            Product(
                id=product.id,
                title=product.title,
                category=product.category,
                attributes=product.attributes,
                media=(Media(str(path)),),
            )
        )
    return found


def draw(path: Path, shade: tuple[int, int, int], number: int) -> None:
    """A shape that no other number has."""
    image = Image.new("RGB", (240, 180), "white")
    pen = ImageDraw.Draw(image)
    pen.rectangle((40, 30, 120 + 2 * number, 150), fill=shade)
    pen.ellipse((60 + number, 50, 100 + number, 90), fill="black")
    image.save(path)


@pytest.fixture(scope="session")
def read_picture() -> ReadPicture:
    return lambda medium: media.picture(media.read(medium.source), name=str(medium.source))
