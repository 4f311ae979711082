"""Media as browsers get them: pictures re-encoded at a few widths, sounds and films as they are.

A picture leaves as WebP or JPEG of our own making: upright, without what its file told besides (EXIF: where and by
whom it was taken), and never as a document that a browser would run. Pictures made are kept on a shelf in
``SHOP/renditions``; those of files by their content, those from elsewhere by their address, for a day.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import anyio

from wares import media
from wares.errors import MediaError
from wares.server.shelf import Bounds, Shelf

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.records import Media
    from wares.shop import Shop

WIDTHS = (160, 320, 480, 640, 960, 1600)
WIDTH = 960
#: A picture is at most so many times as high as it is wide asked for.
_HIGH = 2
_SHELF = Bounds(bytes=512_000_000, files=50_000, age_s=86_400)
#: How many are made at once: each holds a decoded picture, and what comes from elsewhere keeps others waiting.
AT_ONCE = 8
#: Seconds for which what could not be had is not tried again, and of how many that is remembered.
_FAILED_S, _FAILED = 60.0, 2_000

Format: TypeAlias = Literal["webp", "jpeg"]


class Moment(NamedTuple):
    """A moment of a film, in seconds: its picture, or three seconds from there on that move."""

    at_s: float
    moving: bool = False


class Served(NamedTuple):
    """Bytes and their media type."""

    data: bytes
    mime: str


class Gallery:
    """The media of one shop. Threads may share it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._shelf = Shelf(shop.path / "renditions", _SHELF)
        self._failed: OrderedDict[str, float] = OrderedDict()
        #: Media are made in threads of their own, so that slow ones do not keep questions waiting.
        self.limiter = anyio.CapacityLimiter(AT_ONCE)

    def medium(self, medium: Media, width: int, wanted: Format, moment: Moment | None = None) -> Served:
        """A medium as it is sent, of a film what it shows at a ``moment`` if one is given. :class:`MediaError` for
        what cannot be had, or is neither picture, sound nor film."""
        name = _digest(str(medium.source))
        if time.monotonic() < self._failed.get(name, 0.0):
            raise MediaError("could not be had a moment ago")
        try:
            if medium.modality == "image":
                return self._picture(medium, width, wanted)
            recording = self._recording(medium)
            return recording if moment is None else self._shown(recording, moment, width, wanted)
        except MediaError:
            self._failed[name] = time.monotonic() + _FAILED_S
            while len(self._failed) > _FAILED:
                self._failed.popitem(last=False)
            raise

    def _picture(self, medium: Media, width: int, wanted: Format) -> Served:
        elsewhere = _elsewhere(medium)
        data = b"" if elsewhere else self._shop.media_bytes(medium)
        key = _digest(f"{width} {wanted} {str(medium.source) if elsewhere else media.content_key(data)}")
        made = self._shelf.get(key)
        if made is None:
            data = data or self._shop.media_bytes(medium)
            image = media.decode_image(data, self._shop.settings.media, at_least=(width, width))
            made = encoded(fitted(image, width, width * _HIGH), wanted)
            self._shelf.put(key, made)
        return Served(made, f"image/{wanted}")

    def _shown(self, film: Served, moment: Moment, width: int, wanted: Format) -> Served:
        """What a film shows at a moment."""
        at_s = round(moment.at_s, 1)
        shape = "moving" if moment.moving else f"{width} {wanted}"
        key = _digest(f"{shape} at {at_s} {media.content_key(film.data)}")
        made = self._shelf.get(key)
        if made is None:
            if moment.moving:
                made = media.preview(film.data, at_s)
            else:
                made = encoded(fitted(media.frame_at(film.data, at_s), width, width * _HIGH), wanted)
            self._shelf.put(key, made)
        return Served(made, "image/webp" if moment.moving else f"image/{wanted}")

    def _recording(self, medium: Media) -> Served:
        key = _digest(f"as it is {medium.source!s}")
        data = self._shelf.get(key) if _elsewhere(medium) else None
        if data is None:
            data = self._shop.media_bytes(medium)
            if _elsewhere(medium):
                self._shelf.put(key, data)
        kind = media.sniff(data)
        if kind.modality not in ("audio", "video"):
            raise MediaError(f"is {kind.mime}, neither sound nor film")
        return Served(data, kind.mime)


def fitted(image: Image, width: int, height: int) -> Image:
    """A picture, made smaller where it does not fit."""
    from PIL.Image import Resampling

    if image.width > width or image.height > height:
        image.thumbnail((width, height), Resampling.LANCZOS, reducing_gap=2.0)
    return image


def encoded(image: Image, wanted: Format, quality: int = 82) -> bytes:
    """A picture as a file that has nothing but the picture."""
    out = io.BytesIO()
    image.info.clear()
    image.save(out, wanted.upper(), quality=quality, **({"method": 3} if wanted == "webp" else {"optimize": True}))
    return out.getvalue()


def _elsewhere(medium: Media) -> bool:
    return isinstance(medium.source, str) and medium.source.lower().startswith(("http://", "https://"))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
