"""Media in: bytes from anywhere, pictures out of bytes, within limits.

======================  =====================================================================
:func:`read`            a path, a ``file://`` or ``http(s)://`` URL, or bytes → bytes
:func:`keep`            bytes → a file in a folder of the shop
:func:`content_key`     bytes → the key under which everything derived from them is kept
:func:`sniff`           bytes → modality and media type, by content and never by name
:func:`decode_image`    bytes → an upright RGB picture
:func:`picture`         bytes → that picture at the size encoders look at
:func:`decode_sound`    bytes → the samples of a sound
:func:`watch`           bytes → the shots of a video, with its subtitles and its sound
:func:`frame_at`        bytes → a frame of a video
:func:`preview`         bytes → three seconds of a video as a small picture that moves
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
    "frame_at",
    "keep",
    "picture",
    "preview",
    "read",
    "shown",
    "sniff",
    "subtitles",
    "watch",
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


def decode_sound(data: bytes, limits: MediaLimits | None = None, name: str = "") -> Sound:
    """The sound in ``data`` as samples; see :meth:`wares.media.decoding.Decoder.sound`."""
    from wares.media.decoding import decoder

    with decoder() as one:
        return one.sound(data, limits, name)


def watch(data: bytes, limits: MediaLimits | None = None, name: str = "") -> Footage:
    """The video in ``data`` as its shots; see :meth:`wares.media.decoding.Decoder.footage`."""
    from wares.media.decoding import decoder

    with decoder() as one:
        return one.footage(data, limits, name)


def subtitles(data: bytes, name: str = "") -> Footage:
    """The subtitles in ``data``, a file beside a video; see :func:`wares.media.cues.subtitles`."""
    from wares.media.cues import subtitles

    return subtitles(data, name)


def frame_at(data: bytes, at_s: float, name: str = "") -> Image:
    """The frame of a video that is shown at a moment; see :meth:`wares.media.decoding.Decoder.frame`."""
    from wares.media.decoding import decoder

    with decoder() as one:
        return one.frame(data, at_s, name)


def preview(data: bytes, at_s: float, name: str = "") -> bytes:
    """Three seconds of a video as an animated WebP; see :meth:`wares.media.decoding.Decoder.preview`."""
    from wares.media.decoding import decoder

    with decoder() as one:
        return one.preview(data, at_s, name)


def contact_sheet(
    images: Sequence[tuple[Image, str]], *, columns: int = 5, tile: int = 220, title: str = ""
) -> Image:
    """Pictures with captions on one sheet; see :func:`wares.media.sheet.contact_sheet`."""
    from wares.media.sheet import contact_sheet

    return contact_sheet(images, columns=columns, tile=tile, title=title)
