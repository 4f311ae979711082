"""A product as it stands in a list: what a card shows, and where it leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from wares.server.pages import formats, places

if TYPE_CHECKING:
    from wares.records import Hit, Media, Product, Span
    from wares.server.linking import Links
    from wares.server.pages.address import Address
    from wares.server.pages.places import Found, Place
    from wares.server.pages.words import Words

#: Widths at which pictures are sent: cards, galleries.
SMALL, LARGE = (320, 640), (640, 960, 1600)
#: Places in media that a card tells, and characters of each.
FOUND, FOUND_TEXT = 2, 60


class Picture(NamedTuple):
    """A picture at several widths; of a film what it shows at a moment, and ``moving`` three seconds of it."""

    src: str
    srcset: str
    source: str
    moving: str = ""


class Card(NamedTuple):
    """One product of a list. ``more`` and ``less`` are the question with "more like this" or "not this" added."""

    id: str
    href: str
    title: Markup
    name: str
    brand: str
    picture: Picture | None
    price: str
    from_price: bool
    rating: float | None
    rating_text: str
    rating_count: int | None
    sold_out: bool
    options: str
    more: str
    less: str
    span: str = ""
    sounds: bool = False
    found: Sequence[Found] = ()


class Dealer:
    """Makes cards in one language, for one question."""

    def __init__(self, links: Links, words: Words, address: Address) -> None:
        self._links = links
        self._words = words
        self._address = address

    def hits(self, hits: Iterable[Hit]) -> list[Card]:
        """Cards of what was found."""
        return [self.card(hit.product, hit) for hit in hits]

    def card(self, product: Product, hit: Hit | None = None) -> Card:
        """A card. Of a hit it shows the variant and the picture that matched."""
        variant = next((v for v in product.variants if hit is not None and v.id == hit.variant), None)
        linked = self._links.hit(hit) if hit is not None else None
        place = places.place(linked) if linked is not None else None
        price, more = formats.priced(product, variant if hit is not None and len(product.variants) < 2 else None)
        return Card(
            id=product.id,
            href=self._address.product(product.id, place.start_s if place is not None else None),
            title=marked(product.title, hit.matched if hit else (), "title"),
            name=product.title,
            brand=product.brand,
            picture=shown(self._links.product(product), place),
            price=self._words.price(price) if price else "",
            from_price=more,
            rating=product.rating,
            rating_text=formats.number(product.rating, 1) if product.rating is not None else "",
            rating_count=product.rating_count,
            sold_out=sold_out(product),
            options=self._options(product),
            more=_question(self._address).plus("like", product.id).href(),
            less=_question(self._address).plus("unlike", product.id).href(),
            span=place.span if place is not None else "",
            sounds=any(medium.modality == "audio" for _, medium in product.all_media()),
            found=places.found(linked, self._words, FOUND_TEXT)[:FOUND] if linked is not None else (),
        )

    def _options(self, product: Product) -> str:
        """What there is to choose, "3 sizes", of the option with most values."""
        values: dict[str, set[str]] = {}
        for variant in product.variants:
            for name, value in variant.options.items():
                values.setdefault(name, set()).add(value)
        most = max((len(found) for found in values.values()), default=0)
        return self._words("card.options", n=most) if most > 1 else ""


def shown(linked: Product, place: Place | None = None) -> Picture | None:
    """The picture of a product whose media are addresses: the one that matched, else the first."""
    if place is not None and place.modality == "image":
        return at_widths(place.source, SMALL)
    if place is not None and place.modality == "video":
        return at_widths(place.source, SMALL, place.poster_s, place.start_s)
    media = [medium for _, medium in linked.all_media()]
    for modality, moment in (("image", None), ("video", 0.0)):
        first = next((medium for medium in media if medium.modality == modality), None)
        if first is not None:
            return at_widths(str(first.source), SMALL, moment)
    return None


def gallery(media: Sequence[Media]) -> list[Picture]:
    """Pictures as a product's page shows them."""
    return [at_widths(str(medium.source), LARGE) for medium in media if medium.modality == "image"]


def at_widths(source: str, widths: Sequence[int], at_s: float | None = None, from_s: float | None = None) -> Picture:
    """A picture of ours at some widths; of a film that at a moment, which moves ``from_s`` on."""
    asked = "" if at_s is None else f"at={at_s:.1f}&"
    moving = "" if at_s is None else f"{source}?at={at_s if from_s is None else from_s:.1f}&moving=1"
    srcset = ", ".join(f"{source}?{asked}w={w} {w}w" for w in widths)
    return Picture(f"{source}?{asked}w={widths[0]}", srcset, source, moving)


def sold_out(product: Product) -> bool:
    """Whether nothing of it can be bought."""
    own = [variant.availability or product.availability for variant in product.variants] or [product.availability]
    return all(each == "out_of_stock" for each in own)


def marked(text: str, spans: Iterable[Span], field: str) -> Markup:
    """A text with what was asked for marked."""
    made, at = Markup(), 0
    for span in sorted((each for each in spans if each.field == field), key=lambda each: each.start):
        if at <= span.start < span.end <= len(text):
            made += escape(text[at : span.start]) + Markup("<mark>{}</mark>").format(text[span.start : span.end])
            at = span.end
    return made + escape(text[at:])


def _question(address: Address) -> Address:
    return address.but("all", "sort", "variant")
