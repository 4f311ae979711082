"""One feed file: its bytes (unpacked when gzipped), its encoding, its text."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from wares.errors import CatalogueError

SAMPLE = 1 << 16
#: A line, and a JSON value that must be held whole, may have this many characters.
MAX_LINE = 16_000_000
#: A document that must be parsed whole (JSON-LD, HTML, Saleor) may have this many bytes.
MAX_DOCUMENT = 256_000_000
#: Stands in decoded text where bytes do not fit the encoding; it is no character of any text.
UNDECODABLE = "\udcff"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What charset-normalizer may choose from when a text is not Unicode: a small choice makes short samples decidable.
_LEGACY = ["gb18030", "cp1252"]
_DECLARED = re.compile(
    rb"<(?:\?xml|meta)[^>]*?(?:encoding|charset)\s*=\s*[\"']?([A-Za-z0-9_\-]{1,30})", re.IGNORECASE
)
# Python knows codecs that are no encodings of pages (rot13, zip), and what can be read as ASCII is not UTF-16.
_DECLARABLE = re.compile(r"utf-8|cp125\d|iso8859-\d+|gb18030|big5\w*|shift_jis|euc_(?:jp|kr)|koi8-[ru]")
# Names that in practice mean a wider encoding (https://encoding.spec.whatwg.org/#names-and-labels).
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error("wares.mark", _mark)


class Feed:
    """A file to read from, once or often. Raises :class:`CatalogueError` when there is none.

    ``name`` is how problems name it: the path as it was given. ``media_root`` is where relative media paths start:
    the folder of the feed if not said otherwise.
    """

    def __init__(self, source: str | Path, media_root: str | PathLike[str] | None = None) -> None:
        self.name = str(source)
        if "://" in self.name:
            raise CatalogueError("feeds are read from files: download it first", source=self.name)
        self.path = Path(source)
        if self.path.is_dir():
            raise CatalogueError("this is a folder: name the feed file in it", source=self.name)
        if not self.path.is_file():
            raise CatalogueError("there is no such file", source=self.name)
        self.media_root = str(Path(media_root).resolve() if media_root is not None else self.path.resolve().parent)

    def open(self) -> BinaryIO:
        """A fresh stream of the unpacked content."""
        raw = self.path.open("rb")
        if raw.peek(2)[:2] != b"\x1f\x8b":
            return raw
        raw.close()
        return cast(BinaryIO, gzip.open(self.path, "rb"))

    def text(self) -> TextIO:
        """A fresh stream of the decoded text, line ends as they are, :data:`UNDECODABLE` where bytes are wrong."""
        return io.TextIOWrapper(self.open(), encoding=self.encoding, errors="wares.mark", newline="")

    def lines(self) -> Iterator[tuple[int, str | CatalogueError]]:
        """Line numbers from 1 and lines with their ends; one longer than ``MAX_LINE`` is skipped as an error."""
        with self.text() as stream:
            number = 0
            while line := stream.readline(MAX_LINE):
                number += 1
                if len(line) < MAX_LINE:
                    yield number, line
                    continue
                while len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
                    line = stream.readline(MAX_LINE)
                yield (
                    number,
                    CatalogueError(f"the line has over {MAX_LINE // 1_000_000} million characters", line=number),
                )

    def document(self) -> str:
        """The whole text, for formats that cannot be read piece by piece."""
        with self.open() as stream:
            data = stream.read(MAX_DOCUMENT + 1)
        if len(data) > MAX_DOCUMENT:
            megabytes = MAX_DOCUMENT // 1_000_000
            raise CatalogueError(f"over {megabytes} MB: a document of this format is read whole; split it")
        return data.decode(self.encoding, "wares.mark")

    def mentions(self, pattern: re.Pattern[str]) -> bool:
        """Whether the text, as far as it can be read, holds a match of ``pattern`` of at most 200 characters."""
        tail = ""
        try:
            with self.text() as stream:
                while chunk := stream.read(1 << 20):
                    if pattern.search(tail + chunk):
                        return True
                    tail = chunk[-200:]
        except (OSError, EOFError, zlib.error):
            pass  # who reads the rows comes to the same place and tells it
        return False

    @cached_property
    def head(self) -> bytes:
        """The first bytes of the unpacked content."""
        with self.open() as stream:
            return stream.read(SAMPLE)

    def beginning(self) -> str:
        """The first characters of the text."""
        with self.text() as stream:
            return stream.read(SAMPLE)

    @cached_property
    def encoding(self) -> str:
        """By byte-order mark or declaration; else UTF-8 where it fits, GB 18030 or Windows-1252 where it does not.

        Judged on 64 kB around the first byte that is not ASCII, wherever in the file that is.
        """
        for mark, name in _BOMS:
            if self.head.startswith(mark):
                return name
        # Mostly ASCII in 16 bits without a mark: every other byte is zero, and only every other.
        even, odd = self.head[:200:2].count(0), self.head[1:200:2].count(0)
        if max(even, odd) > len(self.head[:200]) // 4 and min(even, odd) == 0:
            return "utf-16-be" if even else "utf-16-le"
        return self._declared() or guess_encoding(self._telling())

    def _declared(self) -> str:
        """The encoding that XML or HTML says it has, read as browsers do."""
        named = _DECLARED.search(self.head[:1024]) if self.head.lstrip().startswith(b"<") else None
        try:
            name = codecs.lookup(named[1].decode("ascii", "replace")).name if named else ""
        except LookupError:
            return ""
        name = _WIDER.get(name, name)
        return name if _DECLARABLE.fullmatch(name) else ""

    def _telling(self) -> bytes:
        with self.open() as stream:
            while chunk := stream.read(1 << 20):
                if not chunk.isascii():
                    first = next(i for i in range(0, len(chunk), 4096) if not chunk[i : i + 4096].isascii())
                    start = chunk.rfind(b"\n", 0, first) + 1
                    return chunk[start : start + SAMPLE]
        return b""


def guess_encoding(sample: bytes) -> str:
    """The encoding of a sample without a byte-order mark. A few wrong bytes among much good UTF-8 leave it UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")("wares.mark")
    text = decoder.decode(sample)  # incremental: a character cut off at the end is no error
    wrong = text.count(UNDECODABLE)
    if wrong == 0 or sum(not c.isascii() for c in text) - wrong > 4 * wrong:
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_LEGACY).best()
    return best.encoding if best else "cp1252"
