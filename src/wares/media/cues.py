"""Subtitles in a file of their own, beside a video: SRT and WebVTT.

Both are lines of times, each followed by lines of text up to an empty one. A cue whose times are broken is passed
over, and the others are read: FFmpeg reads none of a WebVTT file behind such a cue.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator

from wares.errors import MediaError
from wares.media.footage import Caption, Footage

#: Bytes of a file of subtitles (a film has a tenth of a megabyte), and cues that are read of it.
MAX_BYTES, MOST = 5_000_000, 10_000
#: Encodings of texts that are not Unicode.
_LEGACY = ["gb18030", "cp1252"]

_MOMENT = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"\s*{_MOMENT}\s*-->\s*{_MOMENT}(?:\s.*)?", re.ASCII)


def subtitles(data: bytes, name: str = "") -> Footage:
    """The cues of an SRT or WebVTT file, as a video of which nothing but its subtitles is known.

    Raises :class:`MediaError` when there are none in it.
    """
    if len(data) > MAX_BYTES:
        raise MediaError(f"is larger than {MAX_BYTES:,} bytes, the most that subtitles may have", source=name)
    text = _decoded(data)
    if "\0" in text:
        raise MediaError("is no file of subtitles; SRT and WebVTT are read", source=name)
    cues = tuple(_cues(text.splitlines()))
    if not cues:
        raise MediaError("holds no line of subtitles with its times; SRT and WebVTT are read", source=name)
    return Footage(max(cue.end_s for cue in cues), (), cues)


def _cues(lines: list[str]) -> Iterator[Caption]:
    at = found = 0
    while at < len(lines) and found < MOST:
        times = _TIMES.fullmatch(lines[at])
        at += 1
        if times is None:
            continue
        start, end = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
        begun = at
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            at += 1
        text = html.unescape(" ".join(lines[begun:at])).strip()
        if text and end >= start:
            found += 1
            yield Caption(start, end, text)


def _seconds(hours: str | None, minutes: str, seconds: str, part: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(part.ljust(3, "0")) / 1000


def _decoded(data: bytes) -> str:
    """The text: by its byte-order mark, else UTF-8 where it fits, GB 18030 or Windows-1252 where it does not."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[: 1 << 16], cp_isolation=_LEGACY).best()
        return data.decode(best.encoding if best else "cp1252", "replace")
