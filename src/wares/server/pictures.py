"""Pictures that are asked about: fetched, checked, cut to the part that is meant."""

from __future__ import annotations

import io
from collections.abc import Sequence

import msgspec

from wares import media
from wares.errors import CatalogueError, QueryError
from wares.server.config import Limits
from wares.settings import MediaLimits

#: Least side of a part of a picture that is meant, in pixels.
_LEAST = 8


def fetched(sources: Sequence[str], limits: MediaLimits) -> list[bytes]:
    """Pictures at http(s) addresses, which strangers wrote: never a path, never a private address."""
    found = []
    for source in sources:
        if not source.lower().startswith(("http://", "https://")):
            raise QueryError(f"a picture is asked about by its http(s) address or as a file, not {source[:60]!r}")
        try:
            found.append(media.read(source, limits=limits))
        except CatalogueError as refused:
            raise QueryError(f"the picture asked for cannot be used: {refused}") from refused
    return found


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
    try:
        image = media.decode_image(data, limits, "the picture given")
    except CatalogueError as broken:
        raise QueryError(f"the picture asked for cannot be used: {broken}") from broken
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
