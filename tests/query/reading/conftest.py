"""Four small catalogues to read questions for: clothes (English and Chinese), groceries, electronics."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import cycle, product
from typing import Any

import pytest

from wares.documents import filter_fields
from wares.index.base import FieldSpec, Point
from wares.index.fields import Schema
from wares.query.reading.reader import Reader
from wares.query.values import Values
from wares.records import AttributeValue, Price, Product, Sparse, Variant
from wares.store.entries import Stored

BRANDS = ("Nike", "Under Armour", "The North Face", "Levi's", "Mango", "No Fear")
COLOURS = ("Red", "Blue", "Navy Blue", "Black", "White", "Green")
MATERIALS = ("Cotton", "Leather", "Wool", "Linen")
PEOPLE = ("Women", "Men", "Girls", "Boys", "Unisex")
KINDS = (
    ("Clothing/Dresses", "Dress", ("S", "M", "L", "XL")),
    ("Clothing/Jeans", "Jeans", ("30", "32", "34")),
    ("Clothing/Jackets", "Jacket", ("S", "M", "L", "XL")),
    ("Shoes/Running Shoes", "Running Shoes", ("40", "41", "42", "43")),
    ("Shoes/Boots", "Boots", ("40", "41", "42")),
    ("Bags/Backpacks", "Backpack", ()),
    ("Clothing/Shirts & Tops", "Shirt", ("S", "M", "L")),
)


def clothes() -> Iterator[Product]:
    """Every brand in every kind, two times over; titles say brand, people, colour, material and kind."""
    materials, people = cycle(MATERIALS), cycle(PEOPLE)
    for number, ((path, noun, sizes), brand, _) in enumerate(product(KINDS, BRANDS, range(2))):
        colour, material, who = COLOURS[number * 5 // 7 % len(COLOURS)], next(materials), next(people)
        yield Product(
            id=f"c{number}",
            title=f"{brand} {who} {colour} {material} {noun}",
            brand=brand,
            category=tuple(path.split("/")),
            attributes={"colour": colour, "material": material, "gender": who, "year": 2015.0 + number % 9},
            price=Price(900 + 250 * number, "EUR"),
            rating=3.0 + number % 5 / 2,
            rating_count=number,
            availability="in_stock" if number % 3 else "preorder",
            variants=tuple(Variant(id=f"c{number}-{size}", options={"Size": size}) for size in sizes),
        )


_GOODS = (
    # title, brand, category, price in cents, further attributes
    ("Orange Juice 1 l", "Granini", "Drinks/Juice", 249, {"volume": "1 l", "flavour": "Orange"}),
    ("Apple Juice 500 ml", "Granini", "Drinks/Juice", 149, {"volume": "500 ml", "flavour": "Apple"}),
    ("7 Up Lemonade 330 ml", "7 Up", "Drinks/Lemonade", 99, {"volume": "330 ml", "flavour": "Lemon"}),
    ("Red Bull Energy Drink 250 ml", "Red Bull", "Drinks/Energy", 159, {"volume": "250 ml", "colour": "Blue"}),
    ("Red Bull Sugar Free 250 ml", "Red Bull", "Drinks/Energy", 159, {"volume": "250 ml", "colour": "Blue"}),
    ("Green Tea 20 bags", "Twinings", "Drinks/Tea", 299, {"weight_(g)": 40.0, "organic": True}),
    ("Green Tea with Lemon 20 bags", "Twinings", "Drinks/Tea", 319, {"weight_(g)": 45.0, "organic": False}),
    ("Earl Grey Tea 100 bags", "Twinings", "Drinks/Tea", 599, {"weight_(g)": 200.0, "organic": False}),
    ("Dark Chocolate 100 g", "Lindt", "Food/Chocolate", 279, {"weight_(g)": 100.0, "diet": "Vegan"}),
    ("Milk Chocolate 100 g", "Lindt", "Food/Chocolate", 259, {"weight_(g)": 100.0, "diet": "Vegetarian"}),
    ("Vegan Chocolate Bar 85 g", "Ritter", "Food/Chocolate", 199, {"weight_(g)": 85.0, "diet": "Vegan"}),
    ("Vegan Cookies 150 g", "Ritter", "Food/Cookies", 299, {"weight_(g)": 150.0, "diet": "Vegan"}),
    ("Gluten Free Cookies 200 g", "Ritter", "Food/Cookies", 349, {"weight_(g)": 200.0, "diet": "Vegetarian"}),
    ("Spaghetti 500 g", "Barilla", "Food/Pasta", 189, {"weight_(g)": 500.0, "diet": "Vegan"}),
    ("Penne 1 kg", "Barilla", "Food/Pasta", 329, {"weight_(g)": 1000.0, "diet": "Vegan"}),
    ("No7 Face Cream 50 ml", "No7", "Care/Cream", 1999, {"volume": "50 ml"}),
    ("Coffee Mug 12 oz", "Kahla", "Home/Mugs", 899, {"volume": "12 oz", "colour": "White"}),
    ("Coffee Mug 16 oz", "Kahla", "Home/Mugs", 999, {"volume": "16 oz", "colour": "Red"}),
)


def groceries() -> Iterator[Product]:
    """Food and drink, priced in dollars; nearly nothing has a colour."""
    for number, (title, brand, path, cents, attributes) in enumerate(_GOODS * 2):
        made: Any = attributes
        own: dict[str, AttributeValue] = dict(made)
        yield Product(
            id=f"g{number}",
            title=f"{brand} {title}" if brand not in title else title,
            brand=brand,
            category=tuple(path.split("/")),
            attributes=own,
            price=Price(cents, "USD"),
            availability="in_stock",
        )


_DEVICES = (
    (
        "Apple MacBook Air Laptop",
        "Apple",
        "Computers/Laptops",
        119900,
        {"screen_size_(inch)": 13.3, "memory": "8 GB"},
    ),
    (
        "Apple MacBook Pro Laptop",
        "Apple",
        "Computers/Laptops",
        199900,
        {"screen_size_(inch)": 16.0, "memory": "16 GB"},
    ),
    ("Dell XPS Laptop", "Dell", "Computers/Laptops", 99900, {"screen_size_(inch)": 15.6, "memory": "16 GB"}),
    ("HP Pavilion Laptop", "HP", "Computers/Laptops", 69900, {"screen_size_(inch)": 15.6, "memory": "8 GB"}),
    (
        "Dell UltraSharp Monitor",
        "Dell",
        "Computers/Monitors",
        34900,
        {"screen_size_(inch)": 27.0, "weight_(kg)": 6.5},
    ),
    ("HP Monitor", "HP", "Computers/Monitors", 15900, {"screen_size_(inch)": 24.0, "weight_(kg)": 4.2}),
    ("Belkin Case for Apple iPhone", "Belkin", "Accessories/Cases", 2900, {"product_colour": "Black"}),
    ("Spigen Case for Apple iPhone", "Spigen", "Accessories/Cases", 1900, {"product_colour": "Red"}),
    ("Spigen Laptop Sleeve for Dell XPS", "Spigen", "Accessories/Sleeves", 2400, {"product_colour": "Black"}),
    ("Sony Wireless Headphones", "Sony", "Audio/Headphones", 14900, {"product_colour": "Black", "wireless": True}),
    ("Sony Wired Headphones", "Sony", "Audio/Headphones", 4900, {"product_colour": "Silver", "wireless": False}),
    ("JBL Wireless Speaker", "JBL", "Audio/Speakers", 9900, {"product_colour": "Blue", "wireless": True}),
    (
        "Canon Laser Printer",
        "Canon",
        "Printers/Laser Printers",
        19900,
        {"product_colour": "White", "weight_(kg)": 9.0},
    ),
    ("HP Ink Cartridge Black", "HP", "Printers/Ink", 1990, {"printing_colours": "Black", "volume_ml": 50.0}),
    ("HP Ink Cartridge Red", "HP", "Printers/Ink", 1490, {"printing_colours": "Red", "volume_ml": 10.0}),
)


def devices() -> Iterator[Product]:
    """Electronics, priced in dollars and pounds."""
    for number, (title, brand, path, cents, attributes) in enumerate(_DEVICES * 3):
        made: Any = attributes
        own: dict[str, AttributeValue] = dict(made)
        yield Product(
            id=f"e{number}",
            title=title,
            brand=brand,
            category=tuple(path.split("/")),
            attributes=own,
            price=Price(cents, "GBP" if number % 4 == 0 else "USD"),
            rating=3.5 + number % 4 / 2,
        )


_ZH_KINDS = (
    ("女装/连衣裙", "连衣裙", ("S", "M", "L", "XL")),
    ("男装/牛仔裤", "牛仔裤", ("30", "32", "34")),
    ("鞋/运动鞋", "运动鞋", ("40", "41", "42", "43")),
    ("箱包/双肩包", "双肩包", ()),
    ("厨具/保温杯", "保温杯", ()),
    ("食品/饼干", "饼干", ()),
)
_ZH_COLOURS = ("红色", "蓝色", "深蓝色", "黑色")
_ZH_BRANDS = ("耐克", "无印良品", "李宁", "三只松鼠")


def zh_goods() -> Iterator[Product]:
    """Clothes and more in Chinese, priced in yuan."""
    materials, people = cycle(("纯棉", "真皮", "不锈钢")), cycle(("女士", "男士", "儿童"))
    for number, ((path, noun, sizes), brand, _) in enumerate(product(_ZH_KINDS, _ZH_BRANDS, range(2))):
        colour, material, who = _ZH_COLOURS[number * 3 // 5 % 4], next(materials), next(people)
        yield Product(
            id=f"z{number}",
            title=f"{brand}{who}{colour}{material}{noun}",
            brand=brand,
            category=tuple(path.split("/")),
            attributes={
                "颜色": colour,
                "材质": material,
                "适用人群": who,
                "容量(毫升)": 500.0 if number % 2 else 350.0,
            },
            price=Price(2_000 + 1_500 * number, "CNY"),
            rating=3.5 + number % 4 / 2,
            availability="in_stock",
            variants=tuple(Variant(id=f"z{number}-{size}", options={"尺码": size}) for size in sizes),
        )


SHOPS: Mapping[str, Callable[[], Iterator[Product]]] = {
    "clothes": clothes,
    "groceries": groceries,
    "devices": devices,
    "zh": zh_goods,
}


def learnt(products: Sequence[Product]) -> tuple[Values, Mapping[str, FieldSpec]]:
    """What is learnt from products, and the fields that an index would have."""
    values = Values()
    values.learn([Stored(number, one, ()) for number, one in enumerate(products)])
    points = []
    for number, one in enumerate(products):
        fields, offers = filter_fields(one)
        points.append(Point(number=number, vectors={}, words=Sparse((), ()), fields=fields, offers=offers))
    return values, Schema().learn(points).specs


@cache
def _reader(shop: str) -> Reader:
    return Reader(*learnt(list(SHOPS[shop]())))


@pytest.fixture(scope="session")
def reader() -> Callable[[str], Reader]:
    """A reader for one of the catalogues, by its name."""
    return _reader


@pytest.fixture(scope="session")
def learn() -> Callable[[Sequence[Product]], tuple[Values, Mapping[str, FieldSpec]]]:
    """What is learnt from products, and the fields that an index would have."""
    return learnt
