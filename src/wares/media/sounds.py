"""Sounds out of bytes: WAV, FLAC, MP3 and Ogg Vorbis as one channel of samples, bounded in length.

Feeds are strangers' files, and decoders in C or Rust were seen to end the whole process on damaged ones. So they are
decoded in a process of their own, with a bound on memory and time; when it dies, it is one broken sound.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from threading import Timer
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from wares.errors import MediaError, MissingExtra
from wares.media.sniffing import sniff
from wares.media.sound_child import LENGTH, MAX_SECONDS, RATE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["MAX_SECONDS", "PATIENCE", "RATE", "Sound", "SoundDecoder"]

#: Seconds after which a sound that is still being decoded counts as broken.
PATIENCE = 20.0


class Sound(NamedTuple):
    """One channel of sound: float32 ``samples`` within -1 … 1, ``rate`` of them a second."""

    samples: npt.NDArray[np.float32]
    rate: int = RATE


class SoundDecoder:
    """A process that decodes sounds, as long as this context lasts; it is begun anew when a sound ends it.

    :class:`MissingExtra` when its library is not installed. For one thread.
    """

    def __init__(self) -> None:
        if find_spec("miniaudio") is None:
            raise MissingExtra("reading sounds", "classic")
        self._child: subprocess.Popen[bytes] | None = None

    def decode(self, data: bytes, name: str = "") -> Sound:
        """The first :data:`MAX_SECONDS` of a sound at :data:`RATE`, its channels mixed into one.

        Raises :class:`MediaError` when it cannot be decoded or is empty.
        """
        import numpy as np

        kind = sniff(data)
        if kind is None or kind.modality != "audio":
            raise MediaError("is no sound; WAV, FLAC, MP3 and Ogg Vorbis are read", source=name)
        answered = self._answer(data)
        if answered is None:
            self.close()
            raise MediaError("cannot be decoded as a sound: it is damaged, or takes too long", source=name)
        kind_of_answer, content = answered
        if kind_of_answer == b"E":
            raise MediaError(f"cannot be decoded as a sound: {content.decode(errors='replace')}", source=name)
        samples = np.frombuffer(content, dtype=np.float32)
        if not len(samples):
            raise MediaError("is a sound without any samples", source=name)
        return Sound(np.clip(np.nan_to_num(samples), -1.0, 1.0))

    def _answer(self, data: bytes) -> tuple[bytes, bytes] | None:
        """What the child says of a sound; None when it died of it."""
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "wares.media.sound_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        child = self._child
        stdin, stdout = child.stdin, child.stdout
        if stdin is None or stdout is None:  # both are pipes
            return None
        watch = Timer(PATIENCE, child.kill)
        watch.start()
        try:
            stdin.write(LENGTH.pack(len(data)) + data)
            stdin.flush()
            kind, length = stdout.read(1), stdout.read(LENGTH.size)
            if len(length) < LENGTH.size:
                return None
            (size,) = LENGTH.unpack(length)
            content = stdout.read(size)
        except OSError:  # a broken pipe
            return None
        finally:
            watch.cancel()
        return (kind, content) if len(content) == size else None

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def __enter__(self) -> SoundDecoder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
