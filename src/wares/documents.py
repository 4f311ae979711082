"""How a product is read by the parts that find it: as words, as a sentence, as fields to filter by.

Pure functions of one product; what they return decides what is found, so they are versioned by the index that was
built from them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence

import msgspec

from wares.gtins import code_words
from wares.query.names import field_name
from wares.records import AttributeValue, Passage, Price, Product, Reception, Variant, Verdict
from wares.reviews.summing import asked
from wares.store.entries import NOTHING, Beside, Stored

_encode = msgspec.json.Encoder().encode


def content_hash(product: Product) -> bytes:
    """16 bytes that change when the product does, or when a local file among its media does (size or time)."""
    digest = hashlib.blake2b(_encode(product), digest_size=16)
    for _, medium in product.all_media():
        if isinstance(medium.source, str) and "://" not in medium.source:
            try:
                status = os.stat(medium.source)  # noqa: PTH116 - Path costs as much again for every picture of a feed
            except (OSError, ValueError):
                continue
            digest.update(b"%d:%d" % (status.st_size, status.st_mtime_ns))
    return digest.digest()


def word_fields(product: Product, beside: Beside = NOTHING) -> dict[str, str]:
    """The texts that words are looked up in, by the names of :class:`~wares.settings.FieldWeights`."""
    attributes = [_spoken(name, value) for name, value in product.attributes.items()]
    for variant in product.variants:
        attributes.append(variant.id)
        attributes.extend(variant.options.values())
    return {
        "title": product.title,
        "brand": product.brand,
        "category": " ".join(product.category),
        "attributes": " ".join([product.id, *dict.fromkeys(attributes)]),
        "description": product.description,
        "media": _read_in_media(beside),
        "reviews": "\n".join([*asked(beside.reception), beside.said]) if beside.reception else "",
    }


def received(product: Product, reception: Reception | None) -> Product:
    """A product with what its reviews come to: aspects that are ``praised`` and ``criticised``, and their stars. What
    its feed says itself stays, a rating as a whole."""
    if reception is None:
        return product
    found = {verdict: aspects for verdict in VERDICTS if (aspects := reception.aspects(verdict))}
    rated = product.rating is not None or product.rating_count is not None or reception.rating is None
    return msgspec.structs.replace(
        product,
        attributes={**found, **product.attributes},
        rating=product.rating if rated else reception.rating,
        rating_count=product.rating_count if rated else reception.rated,
    )


#: The verdicts of reviews that products can be filtered by.
VERDICTS: tuple[Verdict, ...] = ("praised", "criticised")


def all_received(rows: Sequence[Stored]) -> list[Stored]:
    """Stored products with what their reviews come to."""
    return [_row_received(row) if row.beside.reception else row for row in rows]


def _row_received(row: Stored) -> Stored:
    return msgspec.structs.replace(row, product=received(row.product, row.beside.reception))


#: How much of the words that were read in a product's media is looked up: some twenty minutes of speech.
MEDIA_CHARACTERS = 20_000


def _read_in_media(beside: Beside) -> str:
    """What was read in media, each line once: what is written on a box is seen in every shot of it."""
    passages = (passage for own in beside.passages.values() for passage in own)
    lines = dict.fromkeys(line for passage in passages for line in lines_of(passage))
    return "\n".join(lines)[:MEDIA_CHARACTERS]


def lines_of(passage: Passage) -> tuple[str, ...]:
    """What is looked up of a passage; of a barcode every form in which its number may be asked for."""
    return code_words(passage.text) if passage.kind == "code" else (passage.text,)


def _spoken(name: str, value: AttributeValue) -> str:
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, float):
        return f"{value:.15g}"  # 2011, not 2011.0
    return (" ".join(value) if isinstance(value, tuple) else value)[:ATTRIBUTE_CHARACTERS]


#: How much of one attribute is looked up as words: long ones are prose that belongs into the description.
ATTRIBUTE_CHARACTERS = 500

#: How much of a description is read for its meaning. On the development sets 100 and 200 characters did equally
#: well and 400 no better, at twice the cost (docs/decisions.md).
MEANING_CHARACTERS = 200


def meaning_text(product: Product) -> str:
    """The sentence whose vector stands for the product's meaning: title, brand, kind, start of the description."""
    parts = [product.title]
    if product.brand and product.brand.casefold() not in product.title.casefold():
        parts.append(product.brand)
    parts.extend(product.category[-1:])
    named = ", ".join(parts)
    return f"{named}. {product.description[:MEANING_CHARACTERS]}" if product.description else named


def offers(product: Product) -> tuple[Variant, ...]:
    """What can be bought: the variants, or the product itself as its only one."""
    return product.variants or (Variant(id=product.id),)


def filter_fields(
    product: Product,
) -> tuple[dict[str, str | float | bool | list[str]], list[dict[str, str | float | bool | list[str]]]]:
    """Product-level fields and one mapping per offer, as :class:`~wares.index.base.Point` wants them."""
    fields: dict[str, str | float | bool | list[str]] = {"id": product.id}
    if product.brand:
        fields["brand"] = product.brand
    if product.category:
        steps = [step.strip() for name in product.category for step in name.split("/") if step.strip()]
        fields["category"] = ["/".join(steps[: depth + 1]) for depth in range(len(steps))]
    if product.rating is not None:
        fields["rating"] = product.rating
    if product.rating_count is not None:
        fields["rating_count"] = float(product.rating_count)
    for name, value in product.attributes.items():
        fields[field_name(name)] = list(value) if isinstance(value, tuple) else value
    return fields, [dict(_offer_fields(product, variant)) for variant in offers(product)]


def _offer_fields(product: Product, variant: Variant) -> Iterator[tuple[str, str | float | bool | list[str]]]:
    price: Price | None = variant.price or product.price
    if price is not None:
        yield "price", price.major
        if price.currency:
            yield "currency", price.currency
    availability = variant.availability or product.availability
    if availability is not None:
        yield "availability", availability
    for name, value in variant.options.items():
        yield field_name(name), value
