"""The kinds of relation between two products, in one table.

A product says them of itself: ``relations={"accessory_for": ("B7",)}`` reads "this is an accessory for B7". What one
product says of another holds the other way round under the ``inverse``; a symmetric kind is its own.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind: its inverse, what people read between two products in English and in Chinese, and what Google's
    ``related_product`` and schema.org call it."""

    inverse: str
    english: str
    chinese: str
    google: tuple[str, ...] = ()
    schema: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    "accessory_for": Kind(
        "has_accessory", "accessory for", "适用于", (), ("isAccessoryOrSparePartFor", "isConsumableFor")
    ),
    "has_accessory": Kind("accessory_for", "has the accessory", "的配件有", ("accessory", "required_part")),
    "compatible_with": Kind("compatible_with", "compatible with", "兼容"),
    "part_of_set": Kind("set_of", "part of the set", "属于套装", (), ("isPartOf",)),
    "set_of": Kind("part_of_set", "set with", "套装包含", (), ("hasPart", "includesObject")),
    "variant_of": Kind("variant_of", "variant of", "同款"),
    "goes_with": Kind("goes_with", "goes with", "搭配", ("often_bought_with", "part_of_set")),
    "similar_to": Kind("similar_to", "similar to", "相似", ("substitute", "different_brand"), ("isSimilarTo",)),
    "related_to": Kind("related_to", "related to", "相关", (), ("isRelatedTo",)),
}

#: What a relation of an unknown kind counts as.
OTHER = "related_to"

#: Kinds by the names that Google Merchant and schema.org have for them.
OF_GOOGLE = {name: kind for kind, row in KINDS.items() for name in row.google}
OF_SCHEMA = {name: kind for kind, row in KINDS.items() for name in row.schema}


def inverse(kind: str) -> str:
    """The kind as the other product would say it."""
    return KINDS[kind].inverse


def symmetric(kind: str) -> bool:
    """Whether it reads the same from both sides."""
    return KINDS[kind].inverse == kind


def label(kind: str, language: str = "en") -> str:
    """What people read between the two products; ``language`` is "en" or "zh"."""
    return KINDS[kind].chinese if language == "zh" else KINDS[kind].english
