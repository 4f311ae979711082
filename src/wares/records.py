"""The nouns of wares as plain, frozen values: what feeds give, what is asked, what is answered.

A record holds data and nothing else; it can be compared, hashed where its fields can, and turned to JSON and back
with :mod:`msgspec`. One word has one meaning here, on the command line, in JSON and in the documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

Modality: TypeAlias = Literal["text", "image", "audio", "video"]
Availability: TypeAlias = Literal["in_stock", "out_of_stock", "preorder", "backorder"]
AttributeValue: TypeAlias = str | float | bool | tuple[str, ...]

# JSON has one kind of string, so msgspec reads no union of two: what is read back is text.
if TYPE_CHECKING:
    Content: TypeAlias = str | bytes
else:
    Content = str


class Price(msgspec.Struct, frozen=True):
    """An amount in **minor units** (cents) of an ISO 4217 ``currency``: ``Price(1299, "EUR")`` is €12.99."""

    amount: int
    currency: str = ""

    @property
    def major(self) -> float:
        """The amount in units people say: 12.99 for ``Price(1299, "EUR")``, 199.0 for ``Price(199, "JPY")``."""
        return float(self.amount) / float(10 ** minor_digits(self.currency))

    def __str__(self) -> str:
        return f"{self.major:.{minor_digits(self.currency)}f} {self.currency}".strip()


# ISO 4217: digits after the point, where they are not two.
_MINOR_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def minor_digits(currency: str) -> int:
    """Digits after the decimal point of a currency (ISO 4217); 2 for an unknown or empty one."""
    return _MINOR_DIGITS.get(currency, 2)


#: The role of a file of subtitles among the media of a product.
SUBTITLES = "subtitles"


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """One picture, video, sound or text of a product.

    ``source`` is a path, a URL or the bytes themselves; ``role`` is free ("main", "detail", "packaging");
    a text whose role is :data:`SUBTITLES` is a file of them, of the video of that name or else the one before it.
    """

    source: Content
    modality: Modality = "image"
    role: str = "main"


class Variant(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is bought: an id (SKU) and its options; what is missing is inherited from the product."""

    id: str
    options: dict[str, str] = {}
    price: Price | None = None
    availability: Availability | None = None
    media: tuple[Media, ...] = ()


class Product(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is ranked. ``category`` is a path from broad to narrow; ``rating`` is 0–5; ``relations`` maps a kind of
    relation (:data:`wares.catalogue.kinds.KINDS`: "accessory_for") to product ids."""

    id: str
    title: str
    description: str = ""
    brand: str = ""
    category: tuple[str, ...] = ()
    attributes: dict[str, AttributeValue] = {}
    price: Price | None = None
    rating: float | None = None
    rating_count: int | None = None
    availability: Availability | None = None
    url: str = ""
    variants: tuple[Variant, ...] = ()
    media: tuple[Media, ...] = ()
    relations: dict[str, tuple[str, ...]] = {}

    def all_media(self) -> tuple[tuple[str | None, Media], ...]:
        """Every medium with the id of the variant it belongs to (None: the product's own), without repeats."""
        seen: dict[tuple[str, str | bytes], tuple[str | None, Media]] = {}
        for medium in self.media:
            seen.setdefault((medium.modality, medium.source), (None, medium))
        for variant in self.variants:
            for medium in variant.media:
                seen.setdefault((medium.modality, medium.source), (variant.id, medium))
        return tuple(seen.values())


# -- reviews ----------------------------------------------------------------------------------------------------


class Review(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What somebody says of a product, without who: ``rating`` is 1–5 stars, ``date`` ISO 8601 or "", ``language`` an
    ISO 639-1 code or "". ``id`` tells one review of a product from another; without one its content does."""

    product: str
    text: str
    title: str = ""
    rating: float | None = None
    id: str = ""
    language: str = ""
    date: str = ""


Verdict: TypeAlias = Literal["praised", "criticised", "mixed", ""]


class Opinion(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What reviews of a product say of one ``aspect`` ("battery"): how many clauses praise and criticise it, the
    ``verdict`` on that ("" where they are too few), and a clause of each kind that says so."""

    aspect: str
    praised: int = 0
    criticised: int = 0
    verdict: Verdict = ""
    praise: str = ""
    criticism: str = ""


class Reception(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a product was received: how many reviews there are, how many of them have stars and the mean of these, and
    the opinions, what is spoken of most first."""

    reviews: int
    rated: int = 0
    rating: float | None = None
    opinions: tuple[Opinion, ...] = ()

    def aspects(self, verdict: Verdict) -> tuple[str, ...]:
        """The aspects of a verdict."""
        return tuple(opinion.aspect for opinion in self.opinions if opinion.verdict == verdict)


# -- words ------------------------------------------------------------------------------------------------------


class Sparse(msgspec.Struct, frozen=True):
    """A sparse vector: distinct 32-bit term ids and their weights, same length."""

    indices: tuple[int, ...]
    values: tuple[float, ...]


# -- filters ----------------------------------------------------------------------------------------------------

Scalar: TypeAlias = str | float | bool
Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]


class Compare(msgspec.Struct, frozen=True, tag="compare"):
    """``field operator value``; text is compared without regard to case."""

    field: str
    operator: Operator
    value: Scalar


class In(msgspec.Struct, frozen=True, tag="in"):
    """``field IN (values)``."""

    field: str
    values: tuple[Scalar, ...]


class Under(msgspec.Struct, frozen=True, tag="under"):
    """``category UNDER "Shoes/Running"``: the category is this path or below it."""

    path: tuple[str, ...]


class Exists(msgspec.Struct, frozen=True, tag="exists"):
    """``field EXISTS``: the field has a value."""

    field: str


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The condition does not hold."""

    item: Filter


class AllOf(msgspec.Struct, frozen=True, tag="all"):
    """Every condition holds."""

    items: tuple[Filter, ...]


class AnyOf(msgspec.Struct, frozen=True, tag="any"):
    """At least one condition holds."""

    items: tuple[Filter, ...]


Filter: TypeAlias = Compare | In | Under | Exists | Not | AllOf | AnyOf


# -- questions --------------------------------------------------------------------------------------------------

#: What :attr:`Query.ignore` names so that pictures of a question are looked at and not read.
READ = "words in pictures"

PartKind: TypeAlias = Literal["text", "image", "audio", "video", "like"]


class Part(msgspec.Struct, frozen=True):
    """One part of a question. ``value`` is words, a path, a URL, bytes, or a product id for ``like``;
    a negative ``weight`` means "not this". ``literal`` words are looked for as they are:
    neither corrected nor read for filters."""

    kind: PartKind
    value: Content
    weight: float = 1.0
    literal: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: weighted parts, a filter, facets, a sort field ("price", "-rating"), a page.

    ``parse``: read filters out of the words and correct their spelling; ``ignore`` names chips (:attr:`Chip.id`) and
    corrections (:attr:`Correction.said`) of an earlier answer that were not meant; "words in pictures" has pictures
    looked at and not read.
    """

    parts: tuple[Part, ...] = ()
    where: Filter | None = None
    facets: tuple[str, ...] = ()
    sort: str = ""
    limit: int = 10
    offset: int = 0
    user: str = ""
    parse: bool = True
    ignore: tuple[str, ...] = ()


# -- answers ----------------------------------------------------------------------------------------------------

ChipKind: TypeAlias = Literal[
    "price", "rating", "brand", "category", "colour", "gender", "age", "size", "measure", "material", "availability",
    "attribute", "sort", "reviews",
]  # fmt: skip


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """A condition (or an order) that was read out of the words of a question.

    ``id`` is the condition in the words of a filter, "price < 50", or "sort -price"; it stays the same from answer to
    answer, and :attr:`Query.ignore` takes it. ``text`` is what was said, at ``start`` … ``end`` of the text asked.
    ``taken``: the words say nothing but this, and were taken out of what is searched for. ``certainty``, 0 … 1, is
    the share of the catalogue that bears out the reading. ``applied`` is false when it was ignored or given up;
    ``note`` says why.
    """

    id: str
    kind: ChipKind
    text: str
    start: int
    end: int
    where: Filter | None = None
    sort: str = ""
    taken: bool = True
    certainty: float = 1.0
    applied: bool = True
    note: str = ""


class Correction(msgspec.Struct, frozen=True):
    """Words that were read as others. ``reason``: "typo", "joined" (one word was written as two), "split", "pinyin",
    "keyboard", "script" (traditional or full-width)."""

    said: str
    meant: str
    reason: str


SuggestionKind: TypeAlias = Literal["query", "category", "brand", "product"]


class Suggestion(msgspec.Struct, frozen=True):
    """What somebody may go on to ask. ``count`` is how many products gave it, at least; a "product" has an ``id``."""

    text: str
    kind: SuggestionKind
    count: int
    id: str = ""


class Banner(msgspec.Struct, frozen=True):
    """What a rule has to say beside the hits: a text, and where it leads."""

    rule: str
    text: str
    url: str = ""


class Move(msgspec.Struct, frozen=True):
    """A hit that changed its place without changing its score: ``by`` is "rule NAME", "diversity" or "collapse";
    places count from 1."""

    by: str
    before: int
    after: int


class Contribution(msgspec.Struct, frozen=True):
    """What one part of the question added to a hit's score through one channel of the index."""

    part: str
    channel: str
    value: float


PassageKind: TypeAlias = Literal["speech", "subtitle", "screen", "label", "code", "review"]


class Passage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Words found in a medium: what is said in it ("speech"), shown below it ("subtitle"), written on its frames
    ("screen") or on what a picture shows ("label"), or the digits of a barcode ("code"). A clause of a "review"
    has no medium.

    ``start_s`` … ``end_s`` is when, in a sound or a video. ``box`` is where, in a picture or a frame: left, top,
    right and bottom as shares 0 … 1 of the upright picture. ``language`` is an ISO 639-1 code, ``certainty``
    0 … 1 what read it thinks of its own reading.
    """

    kind: PassageKind
    text: str
    language: str = ""
    start_s: float | None = None
    end_s: float | None = None
    box: tuple[float, float, float, float] | None = None
    certainty: float = 1.0


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording that is asked for says: "speech" has words, "sound" is some other sound, "silence" nothing.

    ``language`` is an ISO 639-1 code, ``certainty`` 0 … 1 is that of the words, ``seconds`` how long it lasts.
    """

    kind: Literal["speech", "sound", "silence"]
    text: str = ""
    language: str = ""
    certainty: float = 0.0
    seconds: float = 0.0


class Segment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a video or a sound that is alike, in seconds; ``poster_s`` is the moment of its picture."""

    start_s: float
    end_s: float
    poster_s: float | None = None


class MatchedMedia(msgspec.Struct, frozen=True, omit_defaults=True):
    """The medium of a product that matched best, and how well (cosine); of a video or a sound the ``segment``."""

    source: str
    modality: Modality
    score: float
    segment: Segment | None = None


class MatchedPassage(msgspec.Struct, frozen=True):
    """Words that were asked for, as they were read in a medium of the product; ``spans`` are from which character to
    which one of the passage's text."""

    source: str
    modality: Modality
    passage: Passage
    spans: tuple[tuple[int, int], ...] = ()


class Span(msgspec.Struct, frozen=True):
    """Characters ``start`` … ``end`` of a field of a product ("title", "attributes.colour") that were asked for."""

    field: str
    start: int
    end: int


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A product found; a higher ``score`` is better. ``why`` sums to ``score``.

    ``why`` has what each part of the question added through each channel, what business signals added (part
    "signal") and what rules added (part "rule", the rule's name as channel). ``moves`` tells what changed its place
    and not its score, ``folded`` names the products that are shown as this one, ``matched`` the words that matched,
    ``passages`` the few places in its media where most of them were read.
    """

    id: str
    title: str
    score: float
    product: Product
    variant: str | None = None
    media: MatchedMedia | None = None
    why: tuple[Contribution, ...] = ()
    moves: tuple[Move, ...] = ()
    folded: tuple[str, ...] = ()
    matched: tuple[Span, ...] = ()
    passages: tuple[MatchedPassage, ...] = ()


class FacetValue(msgspec.Struct, frozen=True):
    """A value of a field and the number of matching **products** that have it."""

    value: str
    count: int


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered. ``total`` counts every product that matches, not only the page of ``hits``; products that are
    folded into one count as one, here and in ``facets``. ``redirect`` is an address to show instead, if a rule says
    so. ``heard`` is what was said in the recordings that were asked for, ``read`` the words and barcodes in
    the pictures.
    """

    query_id: str
    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]] = {}
    chips: tuple[Chip, ...] = ()
    corrections: tuple[Correction, ...] = ()
    banners: tuple[Banner, ...] = ()
    redirect: str = ""
    heard: tuple[Heard, ...] = ()
    read: tuple[Passage, ...] = ()
    notes: tuple[str, ...] = ()
    took_ms: float = 0.0
    timings_ms: dict[str, float] = {}
