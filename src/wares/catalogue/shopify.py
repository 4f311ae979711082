"""Shopify's ``products.json``: what a storefront serves under that name, and what the Admin REST API exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from wares.catalogue.base import Reader, Row
from wares.catalogue.feed import Feed
from wares.catalogue.json_stream import elements
from wares.errors import CatalogueError


class _Image(msgspec.Struct):
    src: str
    id: int | str | None = None
    variant_ids: list[int | str] = []


class _Option(msgspec.Struct):
    name: str


class _Variant(msgspec.Struct):
    id: int | str
    sku: str | None = None
    price: str | float | int | None = None
    option1: str | None = None
    option2: str | None = None
    option3: str | None = None
    available: bool | None = None
    inventory_quantity: int | None = None
    inventory_policy: str | None = None
    featured_image: _Image | None = None
    image_id: int | str | None = None


class _Product(msgspec.Struct):
    id: int | str
    title: str | None = None
    handle: str | None = None
    body_html: str | None = None
    vendor: str | None = None
    product_type: str | None = None
    tags: str | list[str] | None = None
    options: list[_Option | str] = []
    variants: list[_Variant] = []
    images: list[_Image] = []


class ShopifyReader(Reader):
    """One product an object, its variants in it. A variant is known by its SKU where the product has each but once,
    else by Shopify's id. Prices have no currency there."""

    spread: ClassVar[bool] = False

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        with feed.text() as stream:
            for number, document in elements(stream, ("products",)):
                try:
                    product = msgspec.convert(document, _Product)
                except msgspec.ValidationError as error:
                    yield CatalogueError(f"this is no product of Shopify: {error}", line=number)
                else:
                    yield Row(number, _cells(product))


def _cells(product: _Product) -> dict[str, Any]:
    names = [option if isinstance(option, str) else option.name for option in product.options]
    skus = Counter(variant.sku for variant in product.variants)
    by_variant = {str(variant.id): _pictures(variant, product.images) for variant in product.variants}
    own = {source for sources in by_variant.values() for source in sources}
    tags = product.tags.split(",") if isinstance(product.tags, str) else product.tags or []
    return {
        "id": str(product.id),
        "title": product.title,
        "description": product.body_html,
        "brand": product.vendor,
        "category": product.product_type,
        "attributes": {"tags": [tag.strip() for tag in tags], "handle": product.handle},
        "image": [image.src for image in product.images if image.src not in own],
        "variants": [
            {
                "id": variant.sku if variant.sku and skus[variant.sku] == 1 else str(variant.id),
                "options": _options(names, variant),
                "price": variant.price,
                "availability": _available(variant),
                "image": by_variant[str(variant.id)],
            }
            for variant in product.variants
        ],
    }


def _options(names: list[str], variant: _Variant) -> dict[str, str]:
    chosen = (variant.option1, variant.option2, variant.option3)
    named = dict(zip(names or ("option1", "option2", "option3"), chosen, strict=False))
    # What a product without options is given by Shopify.
    return {name: value for name, value in named.items() if value and value != "Default Title"}


def _available(variant: _Variant) -> bool | None:
    if variant.available is not None or variant.inventory_quantity is None:
        return variant.available
    return variant.inventory_quantity > 0 or variant.inventory_policy == "continue"


def _pictures(variant: _Variant, images: list[_Image]) -> list[str]:
    """The pictures that are the variant's own: those that name it, and the one that it names."""
    own = [
        image.src
        for image in images
        if variant.id in image.variant_ids or (image.id and image.id == variant.image_id)
    ]
    if variant.featured_image:
        own.append(variant.featured_image.src)
    return list(dict.fromkeys(own))
