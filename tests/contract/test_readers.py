"""Every registered reader: the same small shop, written in its format, gives the same products."""

import csv
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import msgspec
import pyarrow
import pyarrow.parquet
import pytest

from wares.catalogue import READERS, read
from wares.errors import CatalogueError
from wares.records import Media, Price, Product, Variant

Shop = list[dict[str, Any]]

SHOP: Shop = [
    {
        "id": "101",
        "title": "Trail shoe",
        "description": "Light & fast.",
        "brand": "Acme",
        "category": ["Shoes", "Running"],
        "image": "https://shop.example/shoe.jpg",
        "variants": [("101-S", "S", "89.90", True), ("101-L", "L", "99.90", False)],
    },
    {
        "id": "102",
        "title": "羊毛帽 Wool hat",
        "description": "Warm.",
        "brand": "Zeta",
        "category": ["Hats"],
        "image": "https://shop.example/hat.png",
        "variants": [("102-1", "", "19.00", True)],
    },
]
NAMELESS = {**SHOP[1], "id": "103", "title": "", "variants": [("103-1", "", "5.00", True)]}


def flat(shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            "id": sku,
            "item_group_id": product["id"],
            "title": product["title"],
            "description": product["description"],
            "brand": product["brand"],
            "product_type": " > ".join(product["category"]),
            "image_link": product["image"],
            "size": size,
            "price": f"{price} EUR",
            "availability": "in stock" if stock else "out of stock",
        }
        for product in shop
        for sku, size, price, stock in product["variants"]
    ]


def nested(shop: Shop) -> list[dict[str, Any]]:
    return [
        {
            **{name: product[name] for name in ("id", "title", "description", "brand", "category", "image")},
            "currency": "EUR",
            "variants": [
                {"sku": sku, "options": {"size": size}, "price": price, "in_stock": stock}
                for sku, size, price, stock in product["variants"]
            ],
        }
        for product in shop
    ]


def write_table(path: Path, shop: Shop, delimiter: str) -> None:
    rows = flat(shop)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(flat(SHOP)[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def write_parquet(path: Path, shop: Shop) -> None:
    schema = pyarrow.schema([(name, pyarrow.string()) for name in flat(SHOP)[0]])
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(flat(shop), schema), path)


def write_merchant(path: Path, shop: Shop) -> None:
    items = "".join(
        f"<item>{''.join(f'<g:{name}>{escape(value)}</g:{name}>' for name, value in row.items())}</item>\n"
        for row in flat(shop)
    )
    head = '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
    path.write_text(f"{head}<title>Shop</title>\n{items}</channel></rss>", encoding="utf-8")


def write_shopify(path: Path, shop: Shop) -> None:
    products = [
        {
            "id": int(product["id"]),
            "title": product["title"],
            "handle": product["id"],
            "body_html": f"<p>{escape(product['description'])}</p>",
            "vendor": product["brand"],
            "product_type": " > ".join(product["category"]),
            "tags": [],
            "options": [{"name": "size", "position": 1}],
            "variants": [
                {"id": 1, "sku": sku, "option1": size or "Default Title", "price": price, "available": stock}
                for sku, size, price, stock in product["variants"]
            ],
            "images": [{"id": 1, "src": product["image"], "variant_ids": []}],
        }
        for product in shop
    ]
    path.write_text(json.dumps({"products": products}))


def write_jsonld(path: Path, shop: Shop) -> None:
    groups = [
        {
            "@type": "ProductGroup",
            "productGroupID": product["id"],
            "name": product["title"],
            "description": product["description"],
            "brand": {"@type": "Brand", "name": product["brand"]},
            "category": " > ".join(product["category"]),
            "image": {"@type": "ImageObject", "contentUrl": product["image"]},
            "variesBy": "https://schema.org/size",
            "hasVariant": [
                {
                    "@type": "Product",
                    "sku": sku,
                    "size": size,
                    "offers": {
                        "@type": "Offer",
                        "price": price,
                        "priceCurrency": "EUR",
                        "availability": f"https://schema.org/{'InStock' if stock else 'OutOfStock'}",
                    },
                }
                for sku, size, price, stock in product["variants"]
            ],
        }
        for product in shop
    ]
    script = json.dumps({"@context": "https://schema.org", "@graph": groups}, ensure_ascii=False)
    page = f'<!doctype html><html><script type="application/ld+json">\n{script}\n</script><p>Shop</p></html>'
    path.write_text(page, encoding="utf-8")


def write_saleor(path: Path, shop: Shop) -> None:
    records: list[tuple[str, int, dict[str, Any]]] = [
        ("producttype", 1, {"name": "Thing"}),
        ("attribute", 1, {"name": "size"}),
        ("attributevariant", 1, {"attribute": 1, "product_type": 1}),
    ]

    def add(model: str, fields: dict[str, Any]) -> int:
        records.append((model, len(records) + 1, fields))
        return len(records)

    for product in shop:
        parent = None
        for name in product["category"]:
            parent = add("category", {"name": name, "parent": parent})
        number, price = int(product["id"]), product["variants"][0][2]
        described = {"name": product["title"], "description": product["description"], "category": parent}
        records.append(
            ("product", number, {**described, "product_type": 1, "price_amount": price, "currency": "EUR"})
        )
        add("productimage", {"product": number, "image": product["image"], "sort_order": 0})
        for sku, size, price, stock in product["variants"]:
            owned = {
                "sku": sku,
                "name": "",
                "price_override_amount": price,
                "product": number,
                "quantity": int(stock),
            }
            variant = add("productvariant", owned)
            value = add("attributevalue", {"name": size, "attribute": 1})
            if size:
                add("assignedvariantattribute", {"variant": variant, "assignment": 1, "values": [value]})
    path.write_text(
        json.dumps([{"model": f"product.{model}", "pk": pk, "fields": fields} for model, pk, fields in records])
    )


WRITERS: dict[str, Callable[[Path, Shop], object]] = {
    "csv": lambda path, shop: write_table(path, shop, ";"),
    "tsv": lambda path, shop: write_table(path, shop, "\t"),
    "jsonl": lambda path, shop: path.write_text("".join(json.dumps(row) + "\n" for row in nested(shop))),
    "json": lambda path, shop: path.write_text(json.dumps(nested(shop), indent=1)),
    "parquet": write_parquet,
    "merchant": write_merchant,
    "shopify": write_shopify,
    "jsonld": write_jsonld,
    "saleor": write_saleor,
}
# What a format has no place for.
WITHOUT = {"shopify": "currency", "saleor": "brand"}

EXPECTED = [
    Product(
        id="101",
        title="Trail shoe",
        description="Light & fast.",
        brand="Acme",
        category=("Shoes", "Running"),
        price=Price(8990, "EUR"),
        availability="in_stock",
        media=(Media("https://shop.example/shoe.jpg"),),
        variants=(
            Variant(id="101-S", options={"size": "S"}),
            Variant(id="101-L", options={"size": "L"}, price=Price(9990, "EUR"), availability="out_of_stock"),
        ),
    ),
    Product(
        id="102",
        title="羊毛帽 Wool hat",
        description="Warm.",
        brand="Zeta",
        category=("Hats",),
        price=Price(1900, "EUR"),
        availability="in_stock",
        media=(Media("https://shop.example/hat.png"),),
        variants=(Variant(id="102-1"),),
    ),
]


def expected(format: str) -> list[Product]:
    without = WITHOUT.get(format)
    if without == "brand":
        return [msgspec.structs.replace(product, brand="") for product in EXPECTED]
    if without == "currency":
        text = msgspec.json.encode(EXPECTED).replace(b',"currency":"EUR"', b',"currency":""')
        return msgspec.json.decode(text, type=list[Product])
    return EXPECTED


def plain(products: list[Product]) -> list[Product]:
    """Without attributes, in which formats differ by nature."""
    return [msgspec.structs.replace(product, attributes={}) for product in products]


@pytest.fixture(params=list(READERS))
def format(request: pytest.FixtureRequest) -> str:
    assert request.param in WRITERS, "a new reader needs a writer here"
    return request.param


def test_the_same_shop_gives_the_same_products(format: str, tmp_path: Path):
    path = tmp_path / "feed"
    WRITERS[format](path, SHOP)
    catalogue = read(path, format=format)
    assert plain(list(catalogue)) == expected(format)
    assert catalogue.problems == []


def test_the_format_is_detected_from_the_content(format: str, tmp_path: Path):
    path = tmp_path / "feed.txt"
    WRITERS[format](path, SHOP)
    catalogue = read(path)
    assert catalogue.formats == ["csv" if format == "tsv" else format]
    assert plain(list(catalogue)) == expected(format)


def test_a_gzipped_feed_is_read_like_the_feed(format: str, tmp_path: Path):
    path, packed = tmp_path / "feed", tmp_path / "feed.gz"
    WRITERS[format](path, SHOP)
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert list(read(packed)) == list(read(path))


def test_every_iteration_reads_anew(format: str, tmp_path: Path):
    path = tmp_path / "feed"
    WRITERS[format](path, [*SHOP, NAMELESS])
    catalogue = read(path)
    assert list(catalogue) == list(catalogue)
    assert catalogue.problem_count == 1


def test_a_bad_row_is_told_and_the_good_ones_go_in(format: str, tmp_path: Path):
    path = tmp_path / "feed"
    WRITERS[format](path, [SHOP[0], NAMELESS, SHOP[1]])
    told: list[CatalogueError] = []
    catalogue = read(path, format=format, on_problem=told.append)
    assert plain(list(catalogue)) == expected(format)
    assert [str(problem) for problem in told] == [str(problem) for problem in catalogue.problems]
    (problem,) = catalogue.problems
    assert problem.source == str(path)
    assert problem.line is not None
    assert "no title" in problem.reason


def test_strict_raises_the_first_bad_row(format: str, tmp_path: Path):
    path = tmp_path / "feed"
    WRITERS[format](path, [SHOP[0], NAMELESS, SHOP[1]])
    with pytest.raises(CatalogueError, match="no title"):
        list(read(path, format=format, strict=True))


def test_a_feed_without_products_is_an_error(format: str, tmp_path: Path):
    path = tmp_path / "feed"
    WRITERS[format](path, [])
    with pytest.raises(CatalogueError, match=r"no products|empty"):
        list(read(path, format=format))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nstream",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"{",
        b"<a",
        b'[{"model": 1}]',
        b"PAR1",
    ],
    ids=["empty", "pdf", "png", "brace", "tag", "json", "parquet"],
)
def test_a_file_of_another_kind_is_an_error_of_the_catalogue(format: str, content: bytes, tmp_path: Path):
    path = tmp_path / "feed"
    path.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        list(read(path, format=format, strict=True))
    assert "\n" not in str(caught.value)


def test_a_gzipped_feed_that_is_cut_off_is_an_error_after_what_was_whole(format: str, tmp_path: Path):
    path = tmp_path / "feed"
    WRITERS[format](path, SHOP)
    path.write_bytes(gzip.compress(path.read_bytes())[:-20])
    with pytest.raises(CatalogueError) as caught:
        list(read(path, format=format))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_feed_gives_products_and_errors_of_the_catalogue_alone(format: str, seed: int, tmp_path: Path):
    path, chance = tmp_path / "feed", random.Random(seed)
    WRITERS[format](path, SHOP)
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(content))
        damage = chance.choice([b"", b"\0", b"\xff\xfe", b'"', b"{", b"]", b"<", b"null", b"-1", b"\n", b"1e999"])
        content[place : place + chance.randint(0, 4)] = damage
    path.write_bytes(content)
    try:
        products = list(read(path, format=format))
    except CatalogueError as error:
        assert "\n" not in str(error)
    else:
        assert msgspec.json.decode(msgspec.json.encode(products), type=list[Product]) == products
