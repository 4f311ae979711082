"""Products out of requests: read, checked, and their media made such as the shop keeps.

A medium that comes over HTTP is at an http(s) address, or is in the request as a ``data:`` URL (RFC 2397), or is one
that this server showed (``/media/…``), and then stays what it is: so a product that was read can be sent back. A path
is the operator's business and is refused.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import msgspec

from wares import media
from wares.catalogue.values import MAX_ID
from wares.errors import CatalogueError, QueryError
from wares.records import Media, Price, Product, Variant

if TYPE_CHECKING:
    from wares.server.linking import Links
    from wares.shop import Shop

#: Bounds on one product.
MOST_TITLE, MOST_TEXT, MOST_ITEMS, MOST_DEPTH = 2_000, 200_000, 1_000, 20
_MOST_AMOUNT = 10**15


def read(raw: object, id: str = "") -> Product:
    """A product out of JSON (as Python has it). ``id`` is what the address says: the body may leave it out, or must
    agree. :class:`CatalogueError` that names the item which is wrong."""
    if not isinstance(raw, dict):
        raise CatalogueError('a product is a JSON object, as in {"id": "87", "title": "Red mug"}')
    if id and raw.get("id", id) != id:
        raise CatalogueError(f"is {str(raw['id'])[:80]!r}, but the address says {id[:80]!r}", column="id")
    _known(raw, Product, "")
    try:
        product = msgspec.convert({"id": id, **raw} if id else raw, Product)
    except msgspec.ValidationError as wrong:
        raise CatalogueError(f"the product is not as it should be: {wrong}") from wrong
    except RecursionError as deep:
        raise CatalogueError("the product is nested too deep") from deep
    _checked(product)
    return product


def merged(present: object, patch: object, depth: int = MOST_DEPTH) -> object:
    """A JSON merge patch (RFC 7396), applied."""
    if not isinstance(patch, Mapping):
        return patch
    if depth == 0:
        raise CatalogueError("the patch is nested too deep")
    made = dict(present) if isinstance(present, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value, depth - 1)
    return made


class Intake:
    """Makes products that were asked for such as the shop keeps."""

    def __init__(self, shop: Shop, links: Links) -> None:
        self._shop = shop
        self._links = links

    def patched(self, present: Product, patch: object) -> Product:
        """A product after a merge patch of what readers are shown of it."""
        shown = msgspec.to_builtins(self._links.product(present))
        made = merged(shown, patch)
        if not isinstance(patch, Mapping):
            raise CatalogueError("a patch is a JSON object with what shall be different; null removes")
        return read(made, present.id)

    def settled(self, product: Product, present: Product | None) -> Product:
        """A product with sources that the shop can keep. ``present`` is what is stored under its id."""

        def settled(items: Sequence[Media], place: str) -> tuple[Media, ...]:
            return tuple(
                msgspec.structs.replace(one, source=self._source(one, present, f"{place}media[{number}].source"))
                for number, one in enumerate(items)
            )

        variants = tuple(
            msgspec.structs.replace(one, media=settled(one.media, f"variants[{number}].")) if one.media else one
            for number, one in enumerate(product.variants)
        )
        return msgspec.structs.replace(product, media=settled(product.media, ""), variants=variants)

    def _source(self, medium: Media, present: Product | None, place: str) -> str:
        source = str(medium.source)
        if source[:5].lower() == "data:":
            return media.keep(self._shop.path / "media", _inline(source, medium, place, self._shop))
        own = self._own(source, present)
        if own is not None:
            return own
        if source.lower().startswith(("http://", "https://")):
            return source
        if source.startswith("/media/"):
            raise CatalogueError("is no address of a medium that is here now; read the product again", column=place)
        raise CatalogueError(
            f"is {media.shown(source)[:80]!r}; media come from http(s) addresses, or in the request as data: URLs",
            column=place,
        )

    def _own(self, source: str, present: Product | None) -> str | None:
        """What an address of ours stands for."""
        try:
            head, signature, position, id = urlsplit(source).path.removeprefix("/").split("/", 3)
            number = int(position)
        except ValueError:
            return None
        id = unquote(id)
        holder = present if present is not None and present.id == id else self._shop.find([id]).get(id)
        found = self._links.medium(holder, number, signature) if head == "media" and holder is not None else None
        return None if found is None else str(found.source)


def _inline(source: str, medium: Media, place: str, shop: Shop) -> bytes:
    """The bytes in a ``data:`` URL."""
    head, comma, body = source[5:].partition(",")
    most = shop.settings.media.max_bytes
    if not comma:
        raise CatalogueError("is no data: URL: it has no comma", column=place)
    if len(body) > 2 * most:
        raise CatalogueError(f"is larger than {most:,} bytes (media.max_bytes)", column=place)
    try:
        encoded = head.lower().endswith(";base64")
        data = b64decode(unquote(body), validate=True) if encoded else unquote_to_bytes(body)
    except (binascii.Error, ValueError) as wrong:
        raise CatalogueError(f"is no base64: {wrong}", column=place) from wrong
    kind = media.sniff(data)
    if kind.modality != medium.modality:
        raise CatalogueError(f"holds {kind.mime}, and the medium is to be {medium.modality}", column=place)
    if len(data) > most:
        raise CatalogueError(f"is larger than {most:,} bytes (media.max_bytes)", column=place)
    return data


# -- checks -------------------------------------------------------------------------------------------------------

_PARTS: Mapping[tuple[type[msgspec.Struct], str], type[msgspec.Struct]] = {
    (Product, "price"): Price,
    (Product, "media"): Media,
    (Product, "variants"): Variant,
    (Variant, "price"): Price,
    (Variant, "media"): Media,
}


def _known(raw: Mapping[str, Any], kind: type[msgspec.Struct], place: str) -> None:
    """Nothing that is sent is passed over: a name that is misspelt would be."""
    for name, value in raw.items():
        if name not in kind.__struct_fields__:
            known = ", ".join(kind.__struct_fields__)
            what = kind.__name__.lower()
            raise CatalogueError(f"is no field of a {what}; known: {known}", column=place + name[:60])
        part = _PARTS.get((kind, name))
        if part is not None:
            for one in value if isinstance(value, list | tuple) else [value]:
                if isinstance(one, dict):
                    _known(one, part, f"{place}{name}.")


#: What has to hold of a product: the item, whether it does, and what is wrong otherwise.
_RULES: tuple[tuple[str, Callable[[Product], bool], str], ...] = (
    ("id", lambda p: bool(p.id) and p.id == p.id.strip() and p.id.isprintable(), "is empty or has blanks around it"),
    ("id", lambda p: len(p.id) <= MAX_ID, f"has over {MAX_ID} characters"),
    ("title", lambda p: bool(p.title.strip()), "is empty"),
    ("title", lambda p: len(p.title) <= MOST_TITLE, f"has over {MOST_TITLE:,} characters"),
    ("description", lambda p: len(p.description) <= MOST_TEXT, f"has over {MOST_TEXT:,} characters"),
    ("rating", lambda p: p.rating is None or 0 <= p.rating <= 5, "lies in 0 … 5"),
    ("rating_count", lambda p: p.rating_count is None or 0 <= p.rating_count < 2**53, "is no number of ratings"),
    ("price", lambda p: all(map(_sound, (p.price, *(v.price for v in p.variants)))), "is not 0 or more minor units"),
    ("variants", lambda p: len({v.id for v in p.variants}) == len(p.variants), "have an id twice"),
    ("variants", lambda p: all(v.id.strip() for v in p.variants), "have an empty id"),
    *(
        (name, lambda p, name=name: len(getattr(p, name)) <= MOST_ITEMS, f"has over {MOST_ITEMS:,} items")
        for name in ("category", "attributes", "variants", "media", "relations")
    ),
)


def _sound(price: Price | None) -> bool:
    return price is None or (0 <= price.amount <= _MOST_AMOUNT and len(price.currency) in (0, 3))


def _checked(product: Product) -> None:
    for column, holds, wrong in _RULES:
        if not holds(product):
            raise CatalogueError(wrong, column=column)
    for name in product.attributes:
        if not name.strip() or len(name) > 200:
            raise CatalogueError("the name of an attribute is empty or has over 200 characters", column="attributes")


def json_of(data: bytes, what: str = "the body") -> object:
    """JSON of a request. :class:`QueryError` that says where it is wrong."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise QueryError(f"{what} is no JSON: {wrong}") from wrong
