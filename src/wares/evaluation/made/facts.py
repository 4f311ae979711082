"""What a product has in so many words: its brand, the steps of its category, the values of attributes and options."""

from __future__ import annotations

from typing import NamedTuple

from wares.records import Media, Product

#: Longer values are prose, and nobody asks by them.
MAX_CHARS = 60
#: Fields whose values are names, to be met as a whole, however many there are.
NAMES = ("brand", "category")


class Fact(NamedTuple):
    """A value of a product. The ``field`` is "brand", "category" or the name of an attribute or option."""

    field: str
    value: str
    option: bool = False


def facts(product: Product) -> list[Fact]:
    """All facts of a product, each once, in its own order."""
    found = [Fact("brand", product.brand), *(Fact("category", step) for step in product.category)]
    for name, value in product.attributes.items():
        values = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        found += [Fact(field_name(name), one) for one in values]
    for variant in product.variants:
        found += [Fact(field_name(name), value, option=True) for name, value in variant.options.items()]
    tidy = (fact._replace(value=" ".join(fact.value.split())) for fact in found if len(fact.value) <= MAX_CHARS)
    return list(dict.fromkeys(fact for fact in tidy if fact.value))


def field_name(name: str) -> str:
    """The name of an attribute or option, without regard to case; never one of :data:`NAMES`."""
    plain = " ".join(name.casefold().replace("_", " ").split())
    return f"attribute {plain}" if plain in NAMES else plain


def pictures(product: Product) -> list[Media]:
    """The pictures of a product and of its variants."""
    return [medium for _, medium in product.all_media() if medium.modality == "image"]
