"""What a video consists of, once it has been watched."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

    from wares.media.sounds import Sound


class Shot(NamedTuple):
    """A stretch of a video that looks alike: from ``start_s`` to ``end_s``; ``frame`` is the key frame, upright RGB
    and at most 640 pixels at its longer side, shown at ``poster_s``."""

    start_s: float
    end_s: float
    poster_s: float
    frame: Image


class Caption(NamedTuple):
    """A line of subtitles and when it is shown."""

    start_s: float
    end_s: float
    text: str
    language: str = ""


class Footage(NamedTuple):
    """A video as it was watched: its length in seconds, its shots in their order (none for a video of black frames),
    the subtitles embedded in it, and its sound (None when it has none). ``cut``: there was more."""

    seconds: float
    shots: tuple[Shot, ...]
    subtitles: tuple[Caption, ...] = ()
    sound: Sound | None = None
    cut: bool = False
