"""The process that decodes sounds and videos with FFmpeg: a request and a medium in on standard input, a head in JSON
and raw samples and pixels out on standard output.

Each piece is a length (eight bytes, little-endian) and so many bytes. It ends when its input does. Nothing else
loads FFmpeg: decoders of strangers' files were seen to take the whole process with them, so they have one of their
own, with a bound on memory.
"""

from __future__ import annotations

import io
import resource
import struct
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import msgspec

#: Samples a second, and the memory that decoding may take.
RATE, MAX_MEMORY = 16_000, 3 << 30
LENGTH = struct.Struct("<Q")
#: The containers that are opened, as FFmpeg calls them.
FORMATS = (
    *("aac", "aiff", "amr", "ape", "asf", "avi", "caf", "flac", "flv", "gif", "h264", "hevc", "ivf", "m4v"),
    *("matroska", "webm", "mov", "mp4", "m4a", "3gp", "3g2", "mj2", "mp3", "mpeg", "mpegts", "mpegvideo", "ogg"),
    *("opus", "rm", "tta", "wav", "w64", "wv"),
)
#: Lines of subtitles that are read of a video.
CAPTIONS = 10_000
#: No side of a frame is longer, in pixels; moments at which a video is looked at, a second.
SIDE, LOOKS = 640, 8.0


class Request(msgspec.Struct):
    """What is asked of a medium: its "sound", the "footage" of a video, the "frame" at a moment, or a few "frames"
    from there on. ``seconds`` of it are read."""

    want: str
    seconds: float = 60.0
    at: float = 0.0
    side: int = SIDE
    count: int = 1
    step: float = 0.125


class Picture(msgspec.Struct):
    """A frame: its size in pixels, and the stretch that it stands for."""

    width: int
    height: int
    at: float
    start: float = 0.0
    end: float = 0.0


class Head(msgspec.Struct):
    """What was found, before the bytes of it: ``samples`` of sound, then the pixels of the pictures."""

    error: str = ""
    seconds: float = 0.0
    samples: int = -1  # there is no sound
    cut: bool = False
    pictures: list[Picture] = []
    captions: list[tuple[float, float, str, str]] = []


def main() -> None:
    import av

    av.logging.set_level(None)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    decode = msgspec.json.Decoder(Request).decode
    while head := sys.stdin.buffer.read(LENGTH.size):
        request = decode(sys.stdin.buffer.read(*LENGTH.unpack(head)))
        data = sys.stdin.buffer.read(*LENGTH.unpack(sys.stdin.buffer.read(LENGTH.size)))
        try:
            found, payload = _answered(request, data)
        except Exception as broken:  # whatever class: it is this medium's, and the next one is another
            found, payload = Head(error=_reason(broken)), b""
        write(sys.stdout.buffer, msgspec.json.encode(found))
        write(sys.stdout.buffer, payload)
        sys.stdout.buffer.flush()


def write(stream: BinaryIO, content: bytes) -> None:
    """Write one piece."""
    stream.write(LENGTH.pack(len(content)) + content)


def _reason(broken: BaseException) -> str:
    told = getattr(broken, "strerror", "") or str(broken) or type(broken).__name__
    return "it needs too much memory" if isinstance(broken, MemoryError) else " ".join(told.split())


def _answered(request: Request, data: bytes) -> tuple[Head, bytes]:
    import av

    # Some "media" are lists of other files and addresses (HLS, concat, SDP): nothing but these bytes is opened.
    options = {"protocol_whitelist": "none", "format_whitelist": ",".join(FORMATS)}
    with av.open(io.BytesIO(data), mode="r", options=options, metadata_errors="replace") as container:
        lacking = _lacking(container.streams.audio if request.want == "sound" else container.streams.video)
        if lacking:
            return Head(error=lacking), b""
        if request.want == "sound":
            return _sound(container, request)
        if not container.streams.video:
            return Head(error="there is no picture in it"), b""
        if request.want == "footage":
            return _footage(container, request)
        return _frames(container, request)


def _lacking(streams: Any) -> str:
    """What is wrong with the first of the streams that are wanted, if its codec is not there."""
    return "no decoder for its codec is there" if streams and streams[0].codec_context is None else ""


def _packets(container: Any, streams: Any) -> Iterator[tuple[Any, list[Any]]]:
    """Packets with what they decode to; a damaged one is passed over, and a file may end where it was cut."""
    import av

    packets = container.demux(streams)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            yield packet, packet.decode()
        except av.error.FFmpegError:
            continue


class _Samples:
    """One channel of float32, so many seconds of it."""

    def __init__(self, seconds: float) -> None:
        import av

        self._most = int(seconds * RATE)
        self._resampler = av.AudioResampler(format="fltp", rate=RATE)
        self._pieces: list[bytes] = []
        self._count = 0

    def add(self, frame: Any) -> None:
        import av

        if self.full():
            return
        try:
            resampled = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError):  # a frame of another rate or shape than the first
            return
        for piece in resampled:
            samples = piece.to_ndarray().mean(axis=0, dtype="float32").tobytes()
            self._pieces.append(samples)
            self._count += len(samples) // 4

    def full(self) -> bool:
        """Whether there is more than was asked for."""
        return self._count > self._most

    def taken(self) -> bytes:
        """What was added, with what the resampler still holds."""
        self.add(None)
        return b"".join(self._pieces)[: self._most * 4]


def _sound(container: Any, request: Request) -> tuple[Head, bytes]:
    if not container.streams.audio:
        return Head(error="there is no sound in it"), b""
    stream = container.streams.audio[0]
    samples = _Samples(request.seconds)
    for _, frames in _packets(container, stream):
        for frame in frames:
            samples.add(frame)
        if samples.full():
            break
    taken = samples.taken()
    return Head(samples=len(taken) // 4, cut=samples.full(), seconds=len(taken) / 4 / RATE), taken


def _footage(container: Any, request: Request) -> tuple[Head, bytes]:
    from wares.media.shots import Cutter

    picture = container.streams.video[0]
    picture.thread_type = "AUTO"
    if picture.average_rate is not None and picture.average_rate > 2 * LOOKS:
        picture.codec_context.skip_frame = "NONREF"
    sound = next((stream for stream in container.streams.audio[:1] if stream.codec_context is not None), None)
    texts = tuple(stream for stream in container.streams.subtitles if stream.codec_context is not None)
    samples = _Samples(request.seconds)
    cutter: Cutter[Any] = Cutter()
    captions: list[tuple[float, float, str, str]] = []
    last: float | None = None
    end, cut = 0.0, False
    for packet, found in _packets(container, [s for s in (picture, sound, *texts) if s is not None]):
        if packet.stream is sound:
            for frame in found:
                samples.add(frame)
        elif packet.stream in texts:
            captions += _captions(packet, found) if len(captions) < CAPTIONS else ()
        else:
            for frame in found:
                at = _moment(frame, end)
                if at > request.seconds:
                    cut = True
                    break
                end = max(end, at)
                if last is None or at - last >= 1 / LOOKS:
                    last = at
                    cutter.look(at, _small(frame), partial(_pixels, frame, SIDE))
        if cut:
            break
    if last is None:
        return Head(error="none of its pictures can be decoded"), b""
    shots = cutter.shots(end)
    pictures = [Picture(p.shape[1], p.shape[0], s.poster_s, s.start_s, s.end_s) for s, p in shots]
    taken = samples.taken() if sound is not None else b""
    head = Head(
        seconds=end,
        samples=len(taken) // 4 if sound is not None else -1,
        cut=cut,
        pictures=pictures,
        captions=captions,
    )
    return head, taken + b"".join(p.tobytes() for _, p in shots)


def _frames(container: Any, request: Request) -> tuple[Head, bytes]:
    """Frames from a moment on, ``step`` seconds apart."""
    import av

    stream = container.streams.video[0]
    if request.at > 0:
        try:
            container.seek(int(request.at * av.time_base))
        except av.error.FFmpegError:
            container.seek(0)
    found: list[tuple[float, Any]] = []
    wanted, end, latest = request.at, 0.0, None
    for _, frames in _packets(container, stream):
        for frame in frames:
            end = _moment(frame, end)
            latest = frame
            if end + 1e-3 >= wanted and len(found) < request.count:
                found.append((end, _pixels(frame, request.side)))
                wanted = max(wanted, end) + request.step
        if len(found) >= request.count:
            break
    if not found and latest is not None:  # the moment lies after the last frame
        found.append((end, _pixels(latest, request.side)))
    if not found:
        return Head(error="there is no picture in it"), b""
    pictures = [Picture(p.shape[1], p.shape[0], at) for at, p in found]
    return Head(pictures=pictures, seconds=end), b"".join(p.tobytes() for _, p in found)


def _moment(frame: Any, before: float) -> float:
    return float(frame.time) if frame.time is not None else before


def _small(frame: Any) -> Any:
    """The frame as 64 × 48 pixels, as it lies: enough to tell shots apart."""
    return frame.reformat(width=64, height=48, format="rgb24").to_ndarray()


def _pixels(frame: Any, side: int) -> Any:
    """The frame upright, RGB, no side longer than ``side``, in the shape that its pixels are meant to have."""
    import numpy as np

    shape = frame.width, frame.height
    aspect = getattr(frame, "sample_aspect_ratio", None)
    if aspect and 0.2 < float(aspect) < 5:
        shape = round(shape[0] * float(aspect)), shape[1]
    scale = min(1.0, side / max(shape))
    width, height = (max(2, round(each * scale)) for each in shape)
    pixels = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns))


def _captions(packet: Any, shown: list[Any]) -> Iterator[tuple[float, float, str, str]]:
    """Lines of embedded subtitles; those that are pictures are passed over."""
    base = float(packet.time_base or 0)
    start, seconds = float(packet.pts or 0) * base, float(packet.duration or 0) * base
    for one in shown:
        raw = getattr(one, "dialogue", b"") or getattr(one, "text", b"")
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
        if text.strip():
            language = getattr(packet.stream, "language", None) or ""
            yield start, start + max(seconds, 0.0), text.replace("\\N", " ").strip(), language


if __name__ == "__main__":
    main()
