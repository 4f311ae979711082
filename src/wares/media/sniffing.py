"""What bytes are, told by their content: a name may lie, the first bytes seldom do."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from wares.records import Modality


class Kind(NamedTuple):
    """``modality`` is None for what is no medium (a PDF, an archive, an HTML page)."""

    modality: Modality | None
    mime: str


# Read from the top: the first pattern that matches the beginning of the data wins.
_TABLE: tuple[tuple[bytes, Modality | None, str], ...] = (
    (rb"\xff\xd8\xff", "image", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image", "image/png"),
    (rb"GIF8[79]a", "image", "image/gif"),
    (rb"RIFF....WEBP", "image", "image/webp"),
    (rb"BM.{4}\x00\x00\x00\x00", "image", "image/bmp"),
    (rb"II[\x2a\x2b]\x00|MM\x00[\x2a\x2b]", "image", "image/tiff"),
    (rb"....ftypavi[fs]", "image", "image/avif"),
    (rb"....ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)", "image", "image/heic"),
    (rb"\x00\x00\x01\x00", "image", "image/x-icon"),
    (rb"RIFF....WAVE", "audio", "audio/wav"),
    (rb"fLaC", "audio", "audio/flac"),
    (rb"ID3|\xff[\xfb\xf3\xf2\xfa]", "audio", "audio/mpeg"),
    (rb"\xff[\xf0\xf1\xf8\xf9]", "audio", "audio/aac"),
    (rb"OggS.{24,40}\x80theora", "video", "video/ogg"),
    (rb"OggS", "audio", "audio/ogg"),
    (rb"....ftypM4[AB]", "audio", "audio/mp4"),
    (rb"....ftypqt", "video", "video/quicktime"),
    (rb"....ftyp", "video", "video/mp4"),
    (rb"\x1a\x45\xdf\xa3.{0,64}webm", "video", "video/webm"),
    (rb"\x1a\x45\xdf\xa3", "video", "video/x-matroska"),
    (rb"RIFF....AVI ", "video", "video/x-msvideo"),
    (rb"\x00\x00\x01[\xb3\xba]", "video", "video/mpeg"),
    (rb"%PDF-", None, "application/pdf"),
    (rb"PK\x03\x04", None, "application/zip"),
    (rb"\x1f\x8b", None, "application/gzip"),
    (rb"(?i:(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<svg)", None, "image/svg+xml"),
    (rb"(?i:(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype html|html|head|body))", None, "text/html"),
)
_SIGNATURES = tuple((re.compile(pattern, re.DOTALL), Kind(modality, mime)) for pattern, modality, mime in _TABLE)
_HEAD = 1024


def sniff(data: bytes) -> Kind:
    """Modality and media type of ``data``, by its beginning.

    Unknown bytes are "text/plain" when they are valid UTF-8 without control characters, else
    "application/octet-stream". An SVG is a document, not a picture: it has no pixels of its own.
    """
    head = bytes(data[:_HEAD])
    for pattern, kind in _SIGNATURES:
        if pattern.match(head):
            return kind
    return Kind("text", "text/plain") if head and _is_text(head) else Kind(None, "application/octet-stream")


def _is_text(head: bytes) -> bool:
    try:
        # The cut may have gone through a character of up to four bytes.
        text = head.decode() if len(head) < _HEAD else head[: _HEAD - 4].decode("utf-8", "ignore")
        if len(head) == _HEAD and len(text.encode()) < _HEAD - 8:
            return False
    except UnicodeDecodeError:
        return False
    return not any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text)


def content_key(data: bytes) -> str:
    """BLAKE2b of 128 bits, as 32 hexadecimal digits: equal exactly when the bytes are."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
