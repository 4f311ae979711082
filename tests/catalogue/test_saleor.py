"""Saleor's fixture."""

import json
from pathlib import Path
from typing import Any

from wares.catalogue import read
from wares.records import Media, Price, Product, Variant


def record(model: str, pk: int, **fields: Any) -> dict[str, Any]:
    return {"model": f"product.{model}", "pk": pk, "fields": fields}


FIXTURE = [
    record(
        "product",
        1,
        name="Juice",
        description="Fresh.",
        product_type=1,
        category=2,
        price_amount="3.00",
        currency="USD",
    ),
    record("producttype", 1, name="Drink"),
    record("category", 1, name="Groceries", parent=None),
    record("category", 2, name="Juices", parent=1),
    record("collection", 1, name="Summer"),
    record("collectionproduct", 1, collection=1, product=1),
    record("attribute", 1, name="Flavour"),
    record("attribute", 2, name="Bottle"),
    record("attributeproduct", 5, attribute=1, product_type=1),
    record("attributevariant", 6, attribute=2, product_type=1),
    record("attributevalue", 1, name="Apple", attribute=1),
    record("attributevalue", 2, name="1l", attribute=2),
    record("assignedproductattribute", 1, product=1, assignment=5, values=[1]),
    record("assignedvariantattribute", 1, variant=10, assignment=6, values=[2]),
    record("productvariant", 10, sku="J-1", name="1l", product=1, price_override_amount="5.00", quantity=3),
    record("productvariant", 11, sku="J-2", name="Keg", product=1, price_override_amount=None, quantity=0),
    record("productimage", 2, product=1, image="products/juice_02_AbCdEf1.png", sort_order=1),
    record("productimage", 1, product=1, image="products/juice_01_x9Yz123.png", sort_order=0),
    {"model": "account.user", "pk": 1, "fields": {"email": "a@example.com"}},
]


def test_records_are_joined_and_pictures_found_by_their_names(tmp_path: Path):
    (tmp_path / "placeholders").mkdir()
    for name in ("juice_01", "juice_02"):
        (tmp_path / "placeholders" / f"{name}.png").touch()
    path = tmp_path / "populatedb_data.json"
    path.write_text(json.dumps(FIXTURE))
    catalogue = read(path)
    assert catalogue.formats == ["saleor"]
    assert list(catalogue) == [
        Product(
            id="1",
            title="Juice",
            description="Fresh.",
            category=("Groceries", "Juices"),
            attributes={"product_type": "Drink", "collection": ("Summer",), "Flavour": ("Apple",)},
            price=Price(300, "USD"),
            availability="in_stock",
            media=(
                Media(f"{tmp_path}/placeholders/juice_01.png"),
                Media(f"{tmp_path}/placeholders/juice_02.png", role="detail"),
            ),
            variants=(
                Variant(id="J-1", options={"Bottle": "1l"}, price=Price(500, "USD")),
                Variant(id="J-2", options={"variant": "Keg"}, availability="out_of_stock"),
            ),
        )
    ]


def test_pictures_are_looked_for_below_the_media_root(tmp_path: Path):
    root = tmp_path / "pictures"
    root.mkdir()
    (root / "juice_01.png").touch()
    path = tmp_path / "populatedb_data.json"
    path.write_text(json.dumps(FIXTURE))
    (product,) = read(path, media_root=root)
    assert [medium.source for medium in product.media] == [
        f"{root}/juice_01.png",
        f"{root}/products/juice_02_AbCdEf1.png",
    ]


def test_a_reference_to_nothing_is_told(tmp_path: Path):
    path = tmp_path / "populatedb_data.json"
    path.write_text(json.dumps([entry for entry in FIXTURE if entry["model"] != "product.producttype"], indent=1))
    catalogue = read(path)
    assert list(catalogue) == []
    (problem,) = catalogue.problems
    assert problem.line == 2
    assert "producttype 1" in problem.reason
