"""Sounds and videos out of bytes, by a process of its own (:mod:`wares.media.av_child`), bounded in memory and time.

Feeds are strangers' files. When one of them ends the process, or takes too long, it is one broken medium.
"""

from __future__ import annotations

import atexit
import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import TracebackType
from typing import IO, TYPE_CHECKING

import msgspec

from wares.errors import MediaError, MissingExtra
from wares.media.av_child import LENGTH, RATE, Head, Request
from wares.media.footage import Caption, Footage, Shot
from wares.media.sniffing import sniff
from wares.media.sounds import Sound
from wares.settings import MediaLimits

if TYPE_CHECKING:
    from PIL.Image import Image

#: Seconds after which a medium that is still being decoded counts as broken: so many, and a share of its length.
PATIENCE, PATIENCE_SHARE = 20.0, 0.5
#: A preview: seconds of it, its pictures a second, its longest side in pixels.
PREVIEW_S, PREVIEW_RATE, PREVIEW_SIDE = 3.0, 8, 240


def check() -> None:
    """:class:`MissingExtra` when the library that decodes is not installed."""
    if find_spec("av") is None:
        raise MissingExtra("reading sounds and videos", "video")


_decode = msgspec.json.Decoder(Head).decode


class Decoder:
    """A process that decodes, as long as this context lasts; it is begun anew when a medium ends it. For one thread.

    :class:`MissingExtra` when its library is not installed.
    """

    def __init__(self) -> None:
        check()
        self._child: subprocess.Popen[bytes] | None = None

    def sound(self, data: bytes, limits: MediaLimits | None = None, name: str = "") -> Sound:
        """The sound of a sound or a video, at most ``limits.audio_s`` seconds of it, its channels mixed into one.

        Raises :class:`MediaError` when it cannot be decoded or is empty.
        """
        import numpy as np

        limits = limits or MediaLimits()
        if sniff(data).modality not in ("audio", "video"):
            raise MediaError("is no sound; WAV, FLAC, MP3, Ogg, M4A, WebM and their like are read", source=name)
        head, content = self._asked(Request("sound", limits.audio_s), data, name, "a sound")
        samples = np.frombuffer(content, dtype=np.float32)
        if not len(samples):
            raise MediaError("is a sound without any samples", source=name)
        return Sound(np.clip(np.nan_to_num(samples), -1.0, 1.0), RATE, head.cut)

    def footage(self, data: bytes, limits: MediaLimits | None = None, name: str = "") -> Footage:
        """What a video shows and says, ``limits.video_s`` seconds of it at most.

        Raises :class:`MediaError` when it cannot be decoded.
        """
        limits = limits or MediaLimits()
        _check_video(data, name)
        head, content = self._asked(Request("footage", limits.video_s), data, name, "a video")
        sound, rest = _parted(head, content)
        images = _images(head, rest)
        shots = tuple(Shot(p.start, p.end, p.at, image) for p, image in zip(head.pictures, images, strict=True))
        captions = tuple(Caption(*caption) for caption in head.captions)
        return Footage(head.seconds, shots, captions, sound, head.cut)

    def frame(self, data: bytes, at_s: float, name: str = "", side: int = 640) -> Image:
        """The frame that is shown at a moment, upright; of a moment after the end the last one."""
        _check_video(data, name)
        head, content = self._asked(Request("frame", at=at_s, side=side), data, name, "a video")
        return _images(head, content)[0]

    def preview(self, data: bytes, at_s: float, name: str = "") -> bytes:
        """Three seconds of a video from a moment on, small and without sound: an animated WebP."""
        _check_video(data, name)
        count = round(PREVIEW_S * PREVIEW_RATE)
        asked = Request("frames", at=at_s, side=PREVIEW_SIDE, count=count, step=1 / PREVIEW_RATE)
        head, content = self._asked(asked, data, name, "a video")
        images = _images(head, content)
        stream = io.BytesIO()
        images[0].save(
            stream,
            "WEBP",
            save_all=True,
            append_images=images[1:],
            duration=round(1000 / PREVIEW_RATE),
            loop=0,
            quality=60,
            method=2,
        )
        return stream.getvalue()

    def _asked(self, request: Request, data: bytes, name: str, what: str) -> tuple[Head, bytes]:
        answered = self._answer(request, data)
        if answered is None:
            self.close()
            raise MediaError(f"cannot be decoded as {what}: it is damaged, or takes too long", source=name)
        head, content = answered
        if head.error:
            raise MediaError(f"cannot be decoded as {what}: {head.error}", source=name)
        return head, content

    def _answer(self, request: Request, data: bytes) -> tuple[Head, bytes] | None:
        """What the child says of a medium; None when it died of it."""
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "wares.media.av_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        child = self._child
        assert child.stdin is not None and child.stdout is not None
        watch = threading.Timer(PATIENCE + PATIENCE_SHARE * request.seconds, child.kill)
        watch.daemon = True
        watch.start()
        try:
            for piece in (msgspec.json.encode(request), data):
                child.stdin.write(LENGTH.pack(len(piece)))
                child.stdin.write(piece)
            child.stdin.flush()
            head, content = _piece(child.stdout), _piece(child.stdout)
        except OSError:  # a broken pipe
            return None
        finally:
            watch.cancel()
        return None if head is None or content is None else (_decode(head), content)

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_idle: list[Decoder] = []
_keeping = threading.Lock()
#: Decoders that are kept for the next medium.
KEPT = 2


@atexit.register
def _close() -> None:
    while _idle:
        _idle.pop().close()


@contextmanager
def decoder() -> Iterator[Decoder]:
    """A decoder that is free, or a new one: to begin the process takes a fifth of a second."""
    with _keeping:
        found = _idle.pop() if _idle else None
    made = found or Decoder()
    try:
        yield made
    finally:
        with _keeping:
            kept = len(_idle) < KEPT
            if kept:
                _idle.append(made)
        if not kept:
            made.close()


def _check_video(data: bytes, name: str) -> None:
    kind = sniff(data)
    if kind.modality not in ("video", "audio") and kind.mime != "image/gif":
        raise MediaError("is no video; MP4, WebM, Matroska, AVI and their like are read", source=name)


def _piece(stream: IO[bytes]) -> bytes | None:
    length = stream.read(LENGTH.size)
    if len(length) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(length)
    content = stream.read(size)
    return content if len(content) == size else None


def _parted(head: Head, content: bytes) -> tuple[Sound | None, bytes]:
    """The sound of an answer, and the rest of its bytes."""
    import numpy as np

    if head.samples <= 0:
        return None, content
    samples = np.frombuffer(content, dtype=np.float32, count=head.samples)
    return Sound(np.clip(np.nan_to_num(samples), -1.0, 1.0), RATE, head.cut), content[head.samples * 4 :]


def _images(head: Head, content: bytes) -> list[Image]:
    from PIL import Image as Pillow

    found, at = [], 0
    for picture in head.pictures:
        size = picture.width * picture.height * 3
        found.append(Pillow.frombytes("RGB", (picture.width, picture.height), content[at : at + size]))
        at += size
    return found
