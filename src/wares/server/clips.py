"""Sounds and videos that are asked about: checked, and kept for a day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from wares import media
from wares.errors import CatalogueError, QueryError, StoreError
from wares.server.gallery import encoded, fitted
from wares.server.shelf import Bounds, Shelf

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.server.pictures import Pictures
    from wares.server.secret import Secret
    from wares.settings import MediaLimits

_SHELF = Bounds(bytes=1_000_000_000, files=5_000, age_s=86_400)
#: The moment of a video that stands for it: many begin black.
_POSTER_S, _POSTER_SIDE = 0.5, 320


class Clip(msgspec.Struct, frozen=True):
    """A sound or a video that was kept: what ``audio`` or ``video`` of a question takes (``modality`` says which),
    and where a picture of it is shown, "" for a sound."""

    clip: str
    modality: Literal["audio", "video"]
    address: str = ""


class Clips:
    """Sounds and videos of questions, so that an address can name one: as they came, for a day, in ``SHOP/clips``.
    They are looked at and listened to, and never sent to anybody. All workers of a server share them."""

    def __init__(self, shop: Path, secret: Secret, pictures: Pictures) -> None:
        self._shelf = Shelf(shop / "clips", _SHELF)
        self._secret = secret
        self._pictures = pictures

    def keep(self, data: bytes, limits: MediaLimits) -> Clip:
        """Keep a sound or a video. Its name can be made by nobody who has not the file and the server's secret.
        :class:`QueryError` for what is neither."""
        poster = _checked(data, limits)
        token = self._secret.sign("clip", media.content_key(data))
        kept = self._shelf.put(token, data)
        if poster is not None:
            picture = encoded(fitted(poster, _POSTER_SIDE, _POSTER_SIDE), "jpeg")
            kept = kept and self._pictures.put(self._poster(token), picture)
        if not kept:
            raise StoreError("the clip cannot be kept: the shop's folder clips cannot be written to")
        return Clip(token, "audio") if poster is None else Clip(token, "video", self.poster(token))

    def get(self, token: str) -> bytes | None:
        """A sound or a video; None when there is none, or no longer."""
        return self._shelf.get(token)

    def poster(self, token: str) -> str:
        """Where the picture of a video that was kept is shown."""
        return f"/pictures/{self._poster(token)}"

    def _poster(self, token: str) -> str:
        return self._secret.sign("poster", token)


def _checked(data: bytes, limits: MediaLimits) -> Image | None:
    """A picture of a video; None of a sound, which can be one in a container for videos: recordings of browsers."""
    kind = media.sniff(data)
    if kind.modality not in ("audio", "video"):
        called = "a picture" if kind.modality == "image" else "neither a sound nor a video"
        raise QueryError(f"the file given is {called} ({kind.mime}); send a sound or a video")
    if kind.modality == "audio":
        return None
    try:
        return media.frame_at(data, _POSTER_S, "the video given")
    except CatalogueError as broken:
        if _sounds(data, limits):
            return None
        raise QueryError(f"the video asked for cannot be used: {broken}") from broken


def _sounds(data: bytes, limits: MediaLimits) -> bool:
    try:
        return bool(len(media.decode_sound(data, limits).samples))
    except CatalogueError:
        return False
