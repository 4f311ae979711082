"""A product's page: pictures, what there is to choose, what is known of it, and what goes with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from wares.records import Part, Query
from wares.server.pages import cards, formats, places
from wares.server.pages.address import Address
from wares.server.sight import sees

if TYPE_CHECKING:
    from wares.records import Hit, Media, Product, Variant
    from wares.server.access import Caller
    from wares.server.pages.cards import Card, Dealer, Picture
    from wares.server.pages.places import Player
    from wares.server.pages.words import Words
    from wares.server.serving import Serving

SIMILAR, RELATED = 12, 12
#: Attributes that say nothing to a visitor, or are shown elsewhere.
_HIDDEN = frozenset(("id", "sku", "split", "image_px", "praised", "criticised"))
_AVAILABLE = ("in_stock", "out_of_stock", "preorder", "backorder")


class Choice(NamedTuple):
    """A value of an option: the variant that has it and is nearest to the one chosen."""

    text: str
    href: str
    chosen: bool
    sold_out: bool


class Option(NamedTuple):
    """What is chosen by, "size"."""

    name: str
    choices: Sequence[Choice]


class Shown(NamedTuple):
    """A product with one of its variants chosen."""

    product: Product
    variant: Variant | None
    price: str
    from_price: bool
    availability: str
    pictures: Sequence[Picture]
    players: Sequence[Player]
    options: Sequence[Option]
    attributes: Sequence[tuple[str, str]]
    path: Sequence[tuple[str, str]]
    paragraphs: Sequence[str]


class Group(NamedTuple):
    """Products that the product has to do with, by what they are to it."""

    name: str
    cards: Sequence[Card]


def shown(
    linked: Product,
    chosen: str,
    address: Address,
    words: Words,
    hit: Hit | None = None,
    at_s: float | None = None,
) -> Shown:
    """A product, whose media are addresses, with the variant of an id chosen; of an unknown id, none.

    ``hit`` is what was found, likewise: films and sounds begin where they matched, or ``at_s``."""
    variant = next((each for each in linked.variants if each.id == chosen), None)
    if variant is None and len(linked.variants) == 1:
        variant = linked.variants[0]
    price, more = formats.priced(linked, variant)
    available = (variant.availability if variant else None) or linked.availability
    if variant is None and linked.availability is None and linked.variants and cards.sold_out(linked):
        available = "out_of_stock"
    return Shown(
        product=linked,
        variant=variant,
        price=words.price(price) if price else "",
        from_price=more,
        availability=available if available in _AVAILABLE else "",
        pictures=cards.gallery(_media(linked, variant)),
        players=places.players(_media(linked, variant), hit, at_s),
        options=list(_options(linked, variant, address, words)),
        attributes=list(_attributes(linked, words)),
        path=list(_path(linked.category)),
        paragraphs=[each.strip() for each in linked.description.split("\n") if each.strip()],
    )


def similar(served: Serving, caller: Caller, id: str) -> Sequence[Product]:
    """Products that are like one."""
    query = Query(parts=(Part("like", id),), where=caller.seen(None), limit=SIMILAR)
    return [hit.product for hit in served.search(query).hits]


def related(served: Serving, caller: Caller, id: str, dealer: Dealer, words: Words) -> list[Group]:
    """What feeds say goes with it, or what is read out of them."""
    groups: dict[str, list[Card]] = {}
    for kind, product in served.shop.related(id, limit=60):
        own = groups.setdefault(kind, [])
        if len(own) < RELATED and sees(caller, served.shop, product):
            own.append(dealer.card(product))
    return [Group(words.maybe(f"relation.{kind}", kind), own) for kind, own in groups.items() if own]


def _media(product: Product, variant: Variant | None) -> Sequence[Media]:
    """The variant's own pictures first, then the product's; without a variant, all that there are."""
    if variant is None or not variant.media:
        return [medium for _, medium in product.all_media()]
    own = {medium.source for medium in variant.media}
    return [*variant.media, *(medium for medium in product.media if medium.source not in own)]


def _options(product: Product, chosen: Variant | None, address: Address, words: Words) -> Iterator[Option]:
    names = dict.fromkeys(name for variant in product.variants for name in variant.options)
    held = chosen.options if chosen else {}
    for name in names:
        values = dict.fromkeys(v.options[name] for v in product.variants if name in v.options)
        choices = []
        for value in values:
            variant = _nearest(product.variants, name, value, held)
            href = f"{address.product(product.id)}"
            href += ("&" if "?" in href else "?") + Address((("variant", variant.id),)).href("")[1:]
            gone = (variant.availability or product.availability) == "out_of_stock"
            choices.append(Choice(value, href, held.get(name) == value, gone))
        yield Option(words.field(name.casefold()), choices)


def _nearest(variants: Sequence[Variant], name: str, value: str, held: Mapping[str, str]) -> Variant:
    """The variant with a value of an option that has most of the other values chosen."""
    own = [variant for variant in variants if variant.options.get(name) == value]
    return max(own, key=lambda each: sum(each.options.get(other) == text for other, text in held.items()))


def _attributes(product: Product, words: Words) -> Iterator[tuple[str, str]]:
    if product.brand:
        yield words.field("brand"), product.brand
    for name, value in product.attributes.items():
        if name.casefold() in _HIDDEN:
            continue
        match value:
            case bool():
                text = words("product.yes" if value else "product.no")
            case float() | int():
                text = formats.plain(value)
            case str():
                text = value
            case _:
                text = words("product.separator").join(value)
        if text:
            yield words.field(name.casefold().replace(" ", "_")), text


def _path(category: Sequence[str]) -> Iterator[tuple[str, str]]:
    steps = [step.strip() for name in category for step in name.split("/") if step.strip()]
    for depth, step in enumerate(steps, 1):
        yield step, Address.of([("f.category", "/".join(steps[:depth]))]).href()
