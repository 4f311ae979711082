"""Which fields of a catalogue a picture may tell."""

from __future__ import annotations

from wares.identify.fields import fields, labels, values
from wares.records import Product


def product(number: int, **changes: object) -> Product:
    return Product(**{"id": str(number), "title": f"no. {number}", **changes})  # type: ignore[arg-type]


def test_category_and_brand_come_first_then_what_is_widespread() -> None:
    goods = [
        product(
            n,
            brand=f"B{n % 2}",
            category=("A", f"K{n % 3}"),
            attributes={"rare": "x", "colour": f"c{n % 2}"} if n else {},
        )
        for n in range(10)
    ]
    assert [field.name for field in fields(goods)] == ["category", "brand", "colour"]
    assert fields(goods)[0].levels == 2


def test_what_differs_for_each_product_is_no_field() -> None:
    goods = [product(n, attributes={"code": f"x{n}", "kind": "ab"[n % 2]}) for n in range(10)]
    assert [field.name for field in fields(goods)] == ["kind"]


def test_spellings_are_one_value_and_the_most_frequent_is_shown() -> None:
    goods = [product(n, brand=brand) for n, brand in enumerate(["ACME", "Acme", "Acme", "Zenith"])]
    [field] = fields(goods)
    assert field.values == ("Acme", "Zenith")
    assert labels(goods, field)[:, 0].tolist() == [0, 0, 0, 1]


def test_a_field_of_one_value_tells_nothing() -> None:
    assert fields([product(n, brand="Acme") for n in range(5)]) == []


def test_numbers_long_texts_and_long_lists_are_not_read() -> None:
    told = {"weight": 12.5, "prose": "x" * 200, "sizes": ("S", "M", "L", "XL"), "warm": True, "parts": ("a", "b")}
    one = product(1, attributes=told)
    assert [values(one, name) for name in told] == [(), (), (), ("warm: yes",), ("a", "b")]


def test_a_step_with_a_slash_is_two_steps() -> None:
    assert values(product(1, category=("Home", "Cups/Mugs ")), "category") == ("Home/Cups/Mugs",)
