"""Pictures that are asked about: fetched, checked, kept for a day, cut to the part that is meant."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wares import media
from wares.errors import CatalogueError, QueryError, StoreError
from wares.server.config import Limits
from wares.server.gallery import encoded, fitted
from wares.server.secret import Secret
from wares.server.shelf import Bounds, Shelf
from wares.settings import MediaLimits

if TYPE_CHECKING:
    from PIL.Image import Image

#: Least side of a part of a picture that is meant, in pixels.
_LEAST = 8


#: A picture that is kept has no side longer than this, in pixels.
SIDE = 1_600
_SHELF = Bounds(bytes=1_000_000_000, files=20_000, age_s=86_400)


class Picture(msgspec.Struct, frozen=True):
    """A picture that was kept: what ``image`` of a question takes, its size in pixels, where it is shown."""

    picture: str
    width: int
    height: int
    address: str


class Pictures:
    """Pictures of questions, so that an address can name one: re-encoded, without what else their files told, for a
    day, in ``SHOP/questions``. All workers of a server share them."""

    def __init__(self, shop: Path, secret: Secret) -> None:
        self._shelf = Shelf(shop / "questions", _SHELF)
        self._secret = secret

    def keep(self, data: bytes, limits: MediaLimits) -> Picture:
        """Keep a picture. Its name can be made by nobody who has not the picture and the server's secret.
        :class:`QueryError` for what is no picture."""
        image = fitted(_decoded(data, limits, (SIDE, SIDE)), SIDE, SIDE)
        made = encoded(image, "jpeg", quality=92)
        token = self._secret.sign("picture", media.content_key(made))
        if not self._shelf.put(token, made):
            raise StoreError("the picture cannot be kept: the shop's folder questions cannot be written to")
        return Picture(token, image.width, image.height, f"/pictures/{token}")

    def put(self, token: str, made: bytes) -> bool:
        """Keep a picture of our own making, a JPEG, under a name that was signed; false where that cannot be."""
        return self._shelf.put(token, made)

    def get(self, token: str) -> bytes | None:
        """A picture, a JPEG; None when there is none, or no longer."""
        return self._shelf.get(token)


def fetched(
    sources: Sequence[str],
    limits: MediaLimits,
    kept: Callable[[str], bytes | None],
    called: str = "picture",
    giver: str = "pictures",
) -> tuple[bytes, ...]:
    """Media that were ``kept`` by the route ``giver``, or are at http(s) addresses, which strangers wrote: never a
    path, never a private address."""
    found = []
    for source in sources:
        if (own := kept(source)) is not None:
            found.append(own)
            continue
        if not source.lower().startswith(("http://", "https://")):
            raise QueryError(
                f"a {called} is asked about by its http(s) address, as a file, or by the name that {giver} of the "
                f"API gave, within a day; {source[:60]!r} is none of these"
            )
        try:
            found.append(media.read(source, limits=limits))
        except CatalogueError as refused:
            raise QueryError(f"the {called} asked for cannot be used: {refused}") from refused
    return tuple(found)


def checked(data: bytes, limits: MediaLimits) -> bytes:
    """The bytes of a picture, if they are one within the limits. :class:`QueryError` otherwise."""
    _decoded(data, limits, (1, 1))
    return data


def limits_of(settings: MediaLimits, limits: Limits) -> MediaLimits:
    """Bounds for media that a stranger brings: the tighter ones, and no private address whatever the shop allows."""
    return msgspec.structs.replace(
        settings,
        max_bytes=min(settings.max_bytes, limits.body),
        max_pixels=min(settings.max_pixels, limits.pixels),
        timeout_s=min(settings.timeout_s, limits.receive_s),
        allow_private=False,
    )


def cut(data: bytes, crop: tuple[float, float, float, float] | None, limits: MediaLimits) -> bytes:
    """The part of a picture that is meant, as a PNG; left, top, width and height are shares of it."""
    if crop is None:
        return data
    left, top, width, height = crop
    if not (0 <= left < 1 and 0 <= top < 1 and 0 < width <= 1 and 0 < height <= 1):
        raise QueryError("crop is left, top, width and height as shares of the picture, each within 0 … 1")
    image = _decoded(data, limits)
    wide, high = image.size
    box = (
        *(round(left * wide), round(top * high)),
        *(round(min(1, left + width) * wide), round(min(1, top + height) * high)),
    )
    if box[2] - box[0] < _LEAST or box[3] - box[1] < _LEAST:
        raise QueryError(f"the part of the picture that is meant has fewer than {_LEAST} pixels; take more of it")
    out = io.BytesIO()
    image.crop(box).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _decoded(data: bytes, limits: MediaLimits, at_least: tuple[int, int] | None = None) -> Image:
    try:
        return media.decode_image(data, limits, "the picture given", at_least=at_least)
    except CatalogueError as broken:
        raise QueryError(f"the picture asked for cannot be used: {broken}") from broken
