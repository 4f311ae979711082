"""What is asked: questions with known answers out of a shop's own products, for words, pictures and sounds."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from wares import media
from wares.baselines import pairs
from wares.baselines.entrants import reading
from wares.baselines.records import Task
from wares.errors import CatalogueError, SetupError
from wares.evaluation import made
from wares.media.decoding import Decoder
from wares.media.sounds import Sound
from wares.records import Media, Modality, Product
from wares.settings import MediaLimits

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.encoders.base import Content
    from wares.shop import Shop

#: Kinds of made questions with words, and that with pictures.
WORDY, PICTURED = ("title-words", "attributes"), "picture"


def tasks(
    shop: Shop, modalities: Collection[Modality], *, folder: Path, products: int, questions: int, seed: int
) -> tuple[list[Task], list[str]]:
    """The tasks for these modalities, and in words what could not be made.

    Raises :class:`SetupError` for an empty shop, :class:`CatalogueError` when there is no task at all.
    """
    if not len(shop):
        raise SetupError(f"{shop.path} has no products to ask for; add some: wares index {shop.path} FEED")
    found: list[Task] = []
    problems: list[str] = []
    for modality, make in _MAKERS.items():
        if modality in modalities:
            having = _sample(shop, modality, products, seed)
            found += make(_Shop(shop, folder, questions, seed), having, problems)
    if not found:
        size = "1 product" if len(shop) == 1 else f"{len(shop):,} products"
        raise CatalogueError(f"nothing can be compared on {size}: {'; '.join(problems)}")
    return found, problems


class _Shop(NamedTuple):
    """What the makers need."""

    shop: Shop
    folder: Path
    questions: int
    seed: int


def _sample(shop: Shop, modality: Modality, most: int, seed: int) -> list[Product]:
    """At most so many products that have the modality, drawn by a hash of their ids, in the order of the shop."""
    having = (product for product in shop.products() if modality == "text" or _media(product, modality))
    keyed = ((_key(product, seed), at, product) for at, product in enumerate(having))
    drawn = heapq.nsmallest(most, keyed, key=lambda row: row[:2])
    return [product for _, _, product in sorted(drawn, key=lambda row: row[1])]


def _key(product: Product, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed} {product.id}".encode(errors="replace"), digest_size=8).digest()


def _media(product: Product, modality: Modality) -> list[Media]:
    return [medium for _, medium in product.all_media() if medium.modality == modality]


# -- words ------------------------------------------------------------------------------------------------------


def _wordy(where: _Shop, products: list[Product], problems: list[str]) -> Iterator[Task]:
    pool = [reading(product) for product in products]
    for kind in WORDY:
        yield from _made(kind, "text", where, products, pool, problems)


def _made(
    kind: str,
    modality: Modality,
    where: _Shop,
    products: Sequence[Product],
    pool: Sequence[Content],
    problems: list[str],
) -> Iterator[Task]:
    """The task of one kind of made questions, if any can be made."""
    try:
        asked, judged = made.make(
            products,
            folder=where.folder,
            size=where.questions,
            seed=where.seed,
            picture=_reader(where.shop) if modality == "image" else None,
            kinds=[kind],
        )
    except CatalogueError as none:
        problems.append(str(none))
        return
    contents: dict[str, Content] = {}
    for one in asked.queries:
        value = one.query.parts[0].value
        contents[one.id] = str(value) if modality == "text" else _reader(where.shop)(Media(value))
    about = made.KINDS[kind]
    yield Task(kind, about.truth, about.bias, modality, products, pool, contents, judged.gains)


# -- pictures ---------------------------------------------------------------------------------------------------


def _pictured(where: _Shop, products: list[Product], problems: list[str]) -> Iterator[Task]:
    reader = _reader(where.shop)
    found = pairs.read([(product, _media(product, "image")) for product in products], reader, "photo", problems)
    if found:
        first: list[Content] = [photos[0] for _, photos in found]
        yield from _made(PICTURED, "image", where, [_only_first(p) for p, _ in found], first, problems)
        yield from pairs.another("photo", "image", found, where.questions, problems)


def _only_first(product: Product) -> Product:
    """The product with nothing but its first picture: no other is looked among."""
    return msgspec.structs.replace(product, media=tuple(_media(product, "image")[:1]), variants=())


def _reader(shop: Shop) -> Callable[[Media], Image]:
    def read(medium: Media) -> Image:
        return media.picture(shop.media_bytes(medium), shop.settings.media, media.shown(str(medium.source)))

    return read


# -- sounds -----------------------------------------------------------------------------------------------------


#: A sound is compared by its first minute.
LIMITS = MediaLimits(audio_s=60.0)


def _sounding(where: _Shop, products: list[Product], problems: list[str]) -> Iterator[Task]:
    with Decoder() as decoder:

        def decoded(medium: Media) -> Sound:
            return decoder.sound(where.shop.media_bytes(medium), LIMITS, media.shown(str(medium.source)))

        found = pairs.read([(product, _media(product, "audio")) for product in products], decoded, "sound", problems)
    if found:
        yield from pairs.halves([(product, sounds[0]) for product, sounds in found], where.questions, problems)
        yield from pairs.another("sound", "audio", found, where.questions, problems)


_MAKERS: Mapping[Modality, Callable[[_Shop, list[Product], list[str]], Iterator[Task]]] = {
    "text": _wordy,
    "image": _pictured,
    "audio": _sounding,
}
