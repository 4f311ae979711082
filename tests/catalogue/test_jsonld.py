"""schema.org products."""

import json
from pathlib import Path
from typing import Any

from wares.catalogue import read
from wares.catalogue.catalogue import Catalogue
from wares.records import Media, Price, Product, Variant


def page(folder: Path, *documents: Any) -> Catalogue:
    path = folder / "page.html"
    scripts = "\n".join(
        f'<script type="application/ld+json">{text if isinstance(text, str) else json.dumps(text)}</script>'
        for text in documents
    )
    path.write_text(f"<!DOCTYPE html>\n<html><head><title>Shop</title>\n{scripts}\n</head><body>Hi</body></html>")
    return read(path)


LAMP = {
    "@context": "https://schema.org/",
    "@type": "Product",
    "sku": "L1",
    "name": "Lamp",
    "description": "Gives light.",
    "brand": {"@type": "Brand", "name": "Acme"},
    "image": ["https://x/1.jpg", {"@type": "ImageObject", "url": "https://x/2.jpg"}],
    "category": "Home > Light",
    "color": "white",
    "weight": {"@type": "QuantitativeValue", "value": 2, "unitCode": "KGM"},
    "additionalProperty": [{"@type": "PropertyValue", "name": "socket", "value": "E27"}],
    "aggregateRating": {"@type": "AggregateRating", "ratingValue": "9", "bestRating": "10", "reviewCount": 12},
    "offers": {
        "@type": "Offer",
        "price": "1299.00",
        "priceCurrency": "EUR",
        "availability": "http://schema.org/InStock",
    },
    "isAccessoryOrSparePartFor": [{"@type": "Product", "sku": "B7"}],
    "url": "https://x/lamp",
}


def test_a_product_with_an_offer(tmp_path: Path):
    (product,) = page(tmp_path, LAMP)
    assert product == Product(
        id="L1",
        title="Lamp",
        description="Gives light.",
        brand="Acme",
        category=("Home", "Light"),
        attributes={"color": "white", "weight": "2 KGM", "socket": "E27"},
        price=Price(129900, "EUR"),
        rating=4.5,
        rating_count=12,
        availability="in_stock",
        url="https://x/lamp",
        media=(Media("https://x/1.jpg"), Media("https://x/2.jpg", role="detail")),
        relations={"accessory_for": ("B7",)},
    )


def test_several_scripts_and_products_inside_other_things(tmp_path: Path):
    listing = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "ListItem", "item": {**LAMP, "sku": name}} for name in ("a", "b")],
    }
    products = list(page(tmp_path, {"@type": "WebSite", "name": "Shop"}, listing, {**LAMP, "sku": "c"}))
    assert [product.id for product in products] == ["a", "b", "c"]


def test_a_group_holds_its_variants(tmp_path: Path):
    group = {
        "@type": "ProductGroup",
        "productGroupID": "G",
        "name": "Shirt",
        "hasVariant": [
            {"@type": "Product", "sku": "G-S", "size": "S", "offers": {"price": 10, "priceCurrency": "EUR"}},
            {"@type": "Product", "sku": "G-M", "size": "M", "offers": {"price": 12, "priceCurrency": "EUR"}},
        ],
    }
    (product,) = page(tmp_path, group)
    assert (product.id, product.title, product.price) == ("G", "Shirt", Price(1000, "EUR"))
    assert product.variants == (
        Variant(id="G-S", options={"size": "S"}),
        Variant(id="G-M", options={"size": "M"}, price=Price(1200, "EUR")),
    )


def test_references_within_a_page_are_followed(tmp_path: Path):
    graph = {
        "@graph": [
            {
                "@type": "ProductGroup",
                "@id": "#g",
                "productGroupID": "G",
                "name": "Shirt",
                "hasVariant": [{"@id": "#s"}],
            },
            {"@type": "Product", "@id": "#s", "sku": "G-S", "name": "Shirt S", "size": "S", "offers": {"@id": "#o"}},
            {"@type": "Offer", "@id": "#o", "price": 10, "priceCurrency": "EUR"},
        ]
    }
    (product,) = page(tmp_path, graph)
    assert product.variants == (Variant(id="G-S", options={"size": "S"}),)
    assert product.price == Price(1000, "EUR")


def test_products_that_say_of_what_they_are_variants_are_put_together(tmp_path: Path):
    group = {"@type": "ProductGroup", "productGroupID": "G", "name": "Shirt"}
    products = [
        {"@type": "Product", "sku": f"G-{size}", "name": "Shirt", "size": size, "isVariantOf": group} for size in "SM"
    ]
    (product,) = page(tmp_path, *products)
    assert (product.id, [variant.options for variant in product.variants]) == ("G", [{"size": "S"}, {"size": "M"}])


def test_of_several_offers_the_cheapest_counts_and_any_stock_is_stock(tmp_path: Path):
    offers = [
        {"@type": "Offer", "price": 20, "priceCurrency": "EUR", "availability": "https://schema.org/OutOfStock"},
        {"@type": "Offer", "price": 15, "priceCurrency": "EUR", "availability": "InStock"},
    ]
    (several,) = page(tmp_path, {**LAMP, "offers": offers})
    (total,) = page(tmp_path, {**LAMP, "offers": {"@type": "AggregateOffer", "lowPrice": 7, "priceCurrency": "USD"}})
    assert (several.price, several.availability) == (Price(1500, "EUR"), "in_stock")
    assert total.price == Price(700, "USD")


def test_a_broken_script_is_told_with_its_line_and_the_others_are_read(tmp_path: Path):
    catalogue = page(tmp_path, LAMP, '{"@type": "Product",\n"sku" }', {**LAMP, "sku": "L2"})
    assert [product.id for product in catalogue] == ["L1", "L2"]
    assert [problem.line for problem in catalogue.problems] == [5]


def test_json_files_are_read_as_pages_are(tmp_path: Path):
    path = tmp_path / "products.jsonld"
    path.write_text(json.dumps([LAMP, {**LAMP, "sku": "L2", "name": None}], indent=1))
    catalogue = read(path)
    assert [product.id for product in catalogue] == ["L1"]
    assert [(problem.reason, problem.line is not None) for problem in catalogue.problems] == [("no title", True)]


def test_captions_of_a_video_are_its_subtitles_if_they_are_files(tmp_path: Path):
    film = {"@type": "VideoObject", "contentUrl": "https://x/lamp.mp4"}
    captions = ["how it is put together", {"@type": "MediaObject", "contentUrl": "https://x/lamp?captions=en"}]
    (product,) = page(tmp_path, {**LAMP, "image": [], "video": {**film, "caption": captions}})
    assert product.media == (
        Media("https://x/lamp.mp4", "video"),
        Media("https://x/lamp?captions=en", "text", "subtitles"),
    )
