"""Sounds out of bytes: WAV, FLAC, MP3 and Ogg Vorbis as one channel of samples, bounded in length."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wares.errors import MediaError, MissingExtra
from wares.media.sniffing import sniff

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Samples a second, enough for speech and most of what tells sounds apart; and how much of a sound is read.
RATE, MAX_SECONDS = 16_000, 60
_FRAMES = RATE  # decoded a second at a time, so that a long file is not unpacked whole


class Sound(NamedTuple):
    """One channel of sound: float32 ``samples`` within -1 … 1, ``rate`` of them a second."""

    samples: npt.NDArray[np.float32]
    rate: int = RATE


def decode_sound(data: bytes, name: str = "") -> Sound:
    """The first :data:`MAX_SECONDS` of a sound at :data:`RATE`, its channels mixed into one.

    Raises :class:`MediaError` when it cannot be decoded or is empty, :class:`MissingExtra` without the library.
    """
    import numpy as np

    try:
        import miniaudio
    except ModuleNotFoundError as missing:
        raise MissingExtra("reading sounds", "classic") from missing
    kind = sniff(data)
    if kind is None or kind.modality != "audio":
        raise MediaError("is no sound; WAV, FLAC, MP3 and Ogg Vorbis are read", source=name)
    pieces: list[npt.NDArray[np.float32]] = []
    try:
        stream = miniaudio.stream_memory(data, miniaudio.SampleFormat.FLOAT32, 1, RATE, _FRAMES)
        for piece in stream:
            pieces.append(np.frombuffer(piece, dtype=np.float32))
            if sum(map(len, pieces)) >= MAX_SECONDS * RATE:
                stream.close()
                break
    except miniaudio.MiniaudioError as broken:
        raise MediaError(f"cannot be decoded as a sound: {broken.args[0]}", source=name) from broken
    samples = np.concatenate(pieces)[: MAX_SECONDS * RATE] if pieces else np.zeros(0, np.float32)
    if not len(samples):
        raise MediaError("is a sound without any samples", source=name)
    return Sound(np.nan_to_num(np.clip(samples, -1.0, 1.0)).astype(np.float32))
