"""The process that decodes sounds: sounds in on standard input, samples or reasons out on standard output.

Each message is a length (eight bytes, little-endian) and so many bytes; an answer has one byte more in front, "S" for
samples (float32) or "E" for what is wrong. It ends when its input does.
"""

from __future__ import annotations

import resource
import struct
import sys
from array import array
from typing import BinaryIO

#: Samples a second, how many seconds of a sound are read, and how much memory that may take.
RATE, MAX_SECONDS, MAX_MEMORY = 16_000, 60, 1 << 30
LENGTH = struct.Struct("<Q")


def main() -> None:
    import miniaudio

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while head := sys.stdin.buffer.read(LENGTH.size):
        data = sys.stdin.buffer.read(*LENGTH.unpack(head))
        try:
            answer(sys.stdout.buffer, b"S", samples(data).tobytes())
        except (miniaudio.MiniaudioError, MemoryError) as broken:
            answer(sys.stdout.buffer, b"E", str(broken.args[0] if broken.args else "too large").encode())


def samples(data: bytes) -> array[float]:
    """One channel, unpacked a second at a time, so that a long file is not unpacked whole."""
    import miniaudio

    found = array("f")
    for piece in miniaudio.stream_memory(data, miniaudio.SampleFormat.FLOAT32, 1, RATE, RATE):
        found.extend(piece)
        if len(found) >= MAX_SECONDS * RATE:
            break
    return found[: MAX_SECONDS * RATE]


def answer(stream: BinaryIO, kind: bytes, content: bytes) -> None:
    """Write one answer."""
    stream.write(kind + LENGTH.pack(len(content)) + content)
    stream.flush()


if __name__ == "__main__":
    main()
