"""Media in: bytes from anywhere, pictures out of bytes, within limits.

======================  =====================================================================
:func:`read`            a path, a ``file://`` or ``http(s)://`` URL, or bytes → bytes
:func:`keep`            bytes → a file in a folder of the shop
:func:`content_key`     bytes → the key under which everything derived from them is kept
:func:`sniff`           bytes → modality and media type, by content and never by name
:func:`decode_image`    bytes → an upright RGB picture
:func:`picture`         bytes → that picture at the size encoders look at
:func:`decode_sound`    bytes → the samples of a sound
:func:`contact_sheet`   pictures and captions → one picture to look at
======================  =====================================================================

Everything that is wrong with a medium is a :class:`~wares.errors.MediaError` that names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wares.media.keeping import keep
from wares.media.reading import read, shown
from wares.media.sniffing import Kind, content_key, sniff
from wares.settings import MediaLimits

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.media.footage import Footage
    from wares.media.sounds import Sound

__all__ = [
    "Kind",
    "contact_sheet",
    "content_key",
    "decode_image",
    "decode_sound",
    "keep",
    "picture",
    "read",
    "shown",
    "sniff",
]


def decode_image(
    data: bytes, limits: MediaLimits | None = None, name: str = "", *, at_least: tuple[int, int] | None = None
) -> Image:
    """The picture in ``data`` as RGB; see :func:`wares.media.images.decode_image`."""
    from wares.media.images import decode_image

    return decode_image(data, limits, name, at_least=at_least)


def picture(data: bytes, limits: MediaLimits | None = None, name: str = "") -> Image:
    """The picture in ``data`` at the size encoders look at; see :func:`wares.media.images.picture`."""
    from wares.media.images import picture

    return picture(data, limits, name)


def watch(data: bytes, limits: MediaLimits | None = None, name: str = "") -> Footage:
    """The video in ``data`` as its shots."""
    raise NotImplementedError


def decode_sound(data: bytes, limits: MediaLimits | None = None, name: str = "") -> Sound:
    """The sound in ``data`` as samples; for many, see :class:`wares.media.sounds.SoundDecoder`."""
    from wares.media.sounds import SoundDecoder

    with SoundDecoder() as decoder:
        return decoder.decode(data, name)


def contact_sheet(
    images: Sequence[tuple[Image, str]], *, columns: int = 5, tile: int = 220, title: str = ""
) -> Image:
    """Pictures with captions on one sheet; see :func:`wares.media.sheet.contact_sheet`."""
    from wares.media.sheet import contact_sheet

    return contact_sheet(images, columns=columns, tile=tile, title=title)
