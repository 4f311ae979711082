"""Which region of a product's picture matched: heat over a grid of cells, and the box that is warmest.

Works for every part of a question that is compared with pictures, words as well as pictures, and with every model:
it asks the shop's own encoders. It takes up to 37 runs of the picture tower, so it is done for one hit on request.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from wares import media
from wares.errors import CatalogueError, QueryError, SetupError
from wares.indexing import of_products
from wares.insight.heat import heat, pixels, warmest
from wares.records import Hit, MatchedMedia, Media, Part, Product
from wares.shop import Shop

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

    from wares.encoders.base import Content, Encoder, Vectors

#: The longer side, in pixels, at which a picture is looked at while parts of it are hidden.
SIDE = 320


class Box(msgspec.Struct, frozen=True):
    """A rectangle in pixels of a picture, from its upper left corner."""

    x: int
    y: int
    w: int
    h: int

    @classmethod
    def within(cls, corners: tuple[int, int, int, int]) -> Box:
        """From left, top, right and bottom."""
        left, top, right, bottom = corners
        return cls(left, top, right - left, bottom - top)

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.w, self.y + self.h


class Regions(msgspec.Struct, frozen=True, kw_only=True):
    """How much each region of a picture speaks for the match.

    ``heat``: rows of cells over the whole picture, upper left first; how much more alike what is there is, by
    itself, than the picture's patches are on the whole, below 0 where it is less. ``box`` is the rectangle that has
    most heat for its size, None where all is alike. ``width`` and ``height`` are the picture's, in pixels, upright.
    ``likeness`` is the cosine of the whole picture and the question, over ``channels`` by their weights.
    """

    source: str
    width: int
    height: int
    heat: tuple[tuple[float, ...], ...]
    box: Box | None
    likeness: float
    channels: tuple[str, ...]


class Look(NamedTuple):
    """What is looked for in a channel of pictures: a unit vector, and how much the channel counts."""

    channel: str
    vector: Vectors
    weight: float


def regions(shop: Shop, part: Part, hit: Hit) -> Regions:
    """The regions of the picture of ``hit`` that speak for a ``part`` of the question.

    :class:`QueryError` when the part is compared with no pictures or the product has none,
    :class:`~wares.errors.MediaError` when the picture cannot be had.
    """
    medium = picture_of(hit.product, hit.media)
    if medium is None:
        raise QueryError(f"product {hit.id!r} has no picture to look at")
    return regions_of(shop, looks(shop, part), medium)


def regions_of(shop: Shop, looked_for: Sequence[Look], medium: Media | MatchedMedia) -> Regions:
    """As :func:`regions`, for what is looked for in each channel, and one picture."""
    encoders = {encoder.channel: encoder for encoder in _pictures(shop)}
    wanted = [look for look in looked_for if look.channel in encoders and look.weight > 0]
    if not wanted:
        raise QueryError("this question is compared with no pictures here, so no region of one speaks for it")
    whole = load(shop, medium)
    small = whole.copy()
    small.thumbnail((SIDE, SIDE), reducing_gap=2.0)

    def likeness(pictures: Sequence[Image]) -> npt.NDArray[np.float64]:
        return _likeness(pictures, wanted, encoders)

    found = heat(small, likeness)
    warm = warmest(found)
    box = None if warm is None else Box.within(pixels(warm, (found.shape[0], found.shape[1]), whole.size))
    return Regions(
        source=_named(medium),
        width=whole.width,
        height=whole.height,
        heat=tuple(tuple(round(value, 6) for value in row) for row in found.tolist()),
        box=box,
        likeness=round(float(likeness([small])[0]), 6),
        channels=tuple(look.channel for look in wanted),
    )


def looks(shop: Shop, part: Part) -> list[Look]:
    """What a wanted part of a question looks for in pictures; nothing when it does not. :class:`QueryError` for a
    picture that cannot be used or a product that there is not."""
    fusion = shop.fusion()
    channels = [(encoder, fusion.weight(part.kind, encoder.channel)) for encoder in _pictures(shop)]
    targets = [(encoder, weight) for encoder, weight in channels if weight > 0]
    if part.weight < 0 or not targets:
        return []
    if part.kind == "like":
        id = shop.get(str(part.value)).id
        rows = ((e.channel, shop.vectors(e.channel, [id]).get(id), weight) for e, weight in targets)
        means = ((name, own.mean(axis=0), weight) for name, own, weight in rows if own is not None)
        return [Look(name, mean / max(float(np.linalg.norm(mean)), 1e-12), weight) for name, mean, weight in means]
    asking = {e.space: e for e in shop.fits.encoders(shop.fit) if e.modality == part.kind}
    spoken = [(asking[e.space], e.channel, weight) for e, weight in targets if e.space in asking]
    if not spoken:
        return []
    content = _content(shop, part)
    vectors = ((channel, encoder.encode([content])[0], weight) for encoder, channel, weight in spoken)
    return [Look(channel, vector, weight) for channel, vector, weight in vectors if vector.any()]


def picture_of(product: Product, matched: MatchedMedia | None = None) -> Media | MatchedMedia | None:
    """The picture that matched, or else the product's first one."""
    if matched is not None and matched.modality == "image":
        return matched
    return next((medium for _, medium in product.all_media() if medium.modality == "image"), None)


def load(shop: Shop, medium: Media | MatchedMedia) -> Image:
    """A picture of the shop, upright. :class:`~wares.errors.MediaError` when it cannot be had."""
    return media.decode_image(shop.media_bytes(medium), shop.settings.media, _named(medium))


def save_heatmap(shop: Shop, found: Regions, path: Path) -> None:
    """Write the picture with its heat over it and the box framed, in the format that the file's name says.

    :class:`SetupError` when it cannot be written.
    """
    from wares.insight.overlay import overlay

    picture = load(shop, MatchedMedia(found.source, "image", 0.0))
    box = None if found.box is None else found.box.corners
    try:
        overlay(picture, np.asarray(found.heat), box).save(path)
    except (OSError, ValueError) as wrong:  # ValueError: a file name that is no kind of picture
        raise SetupError(f"{path}: cannot write the heat map: {wrong}") from wrong


def _pictures(shop: Shop) -> list[Encoder]:
    """The encoders of products' pictures."""
    return [encoder for encoder in of_products(shop.fits.encoders(shop.fit)) if encoder.modality == "image"]


def _likeness(
    pictures: Sequence[Image], wanted: Sequence[Look], encoders: dict[str, Encoder]
) -> npt.NDArray[np.float64]:
    """The mean of the cosines in all channels, by weight; each tower runs once."""
    features: dict[str, Vectors] = {}
    total = np.zeros(len(pictures))
    for look in wanted:
        encoder = encoders[look.channel]
        if encoder.tower.fingerprint not in features:
            features[encoder.tower.fingerprint] = encoder.tower.features(pictures)
        total += look.weight * (encoder.project(features[encoder.tower.fingerprint]) @ look.vector)
    return total / sum(look.weight for look in wanted)


def _content(shop: Shop, part: Part) -> Content:
    if part.kind == "text":
        return str(part.value)
    name = "the picture given" if isinstance(part.value, bytes) else media.shown(part.value)
    try:
        return media.picture(media.read(part.value, limits=shop.settings.media), shop.settings.media, name)
    except CatalogueError as broken:
        raise QueryError(f"the picture asked for cannot be used: {broken}") from broken


def _named(medium: Media | MatchedMedia) -> str:
    return medium.source if isinstance(medium.source, str) else "the picture"
