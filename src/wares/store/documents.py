"""A product as the JSON text that the store keeps, and back, losing nothing."""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from collections.abc import Callable

import msgspec

from wares.errors import CatalogueError, StoreError
from wares.records import Media, Product

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Product).decode

# JSON has no bytes: media given as such are kept as data URLs (RFC 2397) with a parameter of our own, so that they
# come back as bytes while a feed's own data URLs stay text.
_INLINE = "data:;wares=bytes;base64,"


def encode(product: Product) -> str:
    """The product as JSON.

    :class:`CatalogueError` when it could not be read back: a number that is not finite, half of a surrogate pair, a
    value of another type than :class:`Product` declares.
    """
    numbers = (product.rating, *product.attributes.values())
    if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
        raise CatalogueError(f"product {product.id!r}: a rating or attribute is not a finite number")
    if any(isinstance(medium.source, bytes) for medium in _media(product)):
        product = _with_sources(product, _to_text)
    try:
        text = _encode(product)
        _decode(text)
    except (UnicodeEncodeError, TypeError, OverflowError, msgspec.MsgspecError) as fault:
        raise CatalogueError(f"product {product.id!r} cannot be stored: {fault}") from fault
    return text.decode()


def decode(text: str) -> Product:
    """The product in a stored text."""
    try:
        product = _decode(text)
    except msgspec.MsgspecError as fault:
        raise StoreError(f"a stored product is damaged ({fault}); add its catalogue again") from fault
    return _with_sources(product, _to_source) if _INLINE in text else product


def _media(product: Product) -> list[Media]:
    return [*product.media, *(medium for variant in product.variants for medium in variant.media)]


def _with_sources(product: Product, convert: Callable[[str | bytes], str | bytes]) -> Product:
    """The product with every medium's source converted."""

    def converted(media: tuple[Media, ...]) -> tuple[Media, ...]:
        return tuple(msgspec.structs.replace(medium, source=convert(medium.source)) for medium in media)

    variants = tuple(msgspec.structs.replace(one, media=converted(one.media)) for one in product.variants)
    return msgspec.structs.replace(product, media=converted(product.media), variants=variants)


def _to_text(source: str | bytes) -> str:
    return source if isinstance(source, str) else _INLINE + b64encode(source).decode("ascii")


def _to_source(text: str | bytes) -> str | bytes:
    if isinstance(text, str) and text.startswith(_INLINE):
        return b64decode(text.removeprefix(_INLINE))
    return text
