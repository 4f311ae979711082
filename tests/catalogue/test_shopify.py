"""Shopify's products.json."""

import json
from pathlib import Path
from typing import Any

from wares.catalogue import read
from wares.records import Media, Price, Product, Variant


def shop(path: Path, *products: Any) -> Path:
    path.write_text(json.dumps({"products": products}))
    return path


SHIRT = {
    "id": 632910392,
    "title": "Shirt",
    "handle": "shirt",
    "body_html": "<p>It is <b>soft</b>.</p>",
    "vendor": "Acme",
    "product_type": "Clothes",
    "created_at": "2026-01-01T00:00:00-05:00",
    "tags": "soft, summer",
    "options": [{"name": "Colour", "position": 1}, {"name": "Size", "position": 2}],
    "variants": [
        {
            "id": 1,
            "sku": "S-R",
            "option1": "Red",
            "option2": "S",
            "price": "19.90",
            "available": True,
            "image_id": 11,
        },
        {"id": 2, "sku": "S-B", "option1": "Blue", "option2": "S", "price": "24.90", "available": False},
    ],
    "images": [
        {"id": 10, "src": "https://x/both.jpg", "variant_ids": []},
        {"id": 11, "src": "https://x/red.jpg", "variant_ids": []},
        {"id": 12, "src": "https://x/blue.jpg", "variant_ids": [2]},
    ],
}


def test_options_pictures_and_prices_go_to_their_variants(tmp_path: Path):
    (product,) = read(shop(tmp_path / "products.json", SHIRT))
    assert product == Product(
        id="632910392",
        title="Shirt",
        description="It is soft.",
        brand="Acme",
        category=("Clothes",),
        attributes={"tags": ("soft", "summer"), "handle": "shirt"},
        price=Price(1990),
        availability="in_stock",
        media=(Media("https://x/both.jpg"),),
        variants=(
            Variant(id="S-R", options={"Colour": "Red", "Size": "S"}, media=(Media("https://x/red.jpg"),)),
            Variant(
                id="S-B",
                options={"Colour": "Blue", "Size": "S"},
                price=Price(2490),
                availability="out_of_stock",
                media=(Media("https://x/blue.jpg"),),
            ),
        ),
    )


def test_variants_without_a_sku_of_their_own_are_known_by_their_number(tmp_path: Path):
    variants = [{"id": 1, "sku": "same"}, {"id": 2, "sku": "same"}, {"id": 3, "sku": None}]
    (product,) = read(shop(tmp_path / "products.json", {**SHIRT, "variants": variants}))
    assert [variant.id for variant in product.variants] == ["1", "2", "3"]


def test_the_default_variant_has_no_options(tmp_path: Path):
    only = {"id": 1, "sku": "", "option1": "Default Title", "inventory_quantity": 0, "inventory_policy": "continue"}
    plain = {**SHIRT, "options": [{"name": "Title"}], "variants": [only]}
    (product,) = read(shop(tmp_path / "products.json", plain))
    assert product.variants == (Variant(id="1"),)
    assert product.availability == "in_stock"


def test_what_is_no_product_of_shopify_is_told(tmp_path: Path):
    catalogue = read(shop(tmp_path / "products.json", SHIRT, {"id": 2, "title": "x", "variants": 3}, 7))
    assert len(list(catalogue)) == 1
    assert len(catalogue.problems) == 2
    assert "variants" in catalogue.problems[0].reason
