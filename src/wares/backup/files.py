"""Files in and out of a tar, bit by bit, their holes kept: an engine's files are made large and are mostly empty."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from wares.backup.records import Member

CHUNK = 2**20
_BLOCK = tarfile.BLOCKSIZE
_HOLE = bytes(CHUNK)

Span = tuple[int, int]


def put(tar: tarfile.TarFile, path: Path, name: str) -> Member:
    """Add a file under a name. Nobody may write to it meanwhile."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        spans = list(_spans(file.fileno(), size))
        info = tarfile.TarInfo(name)
        info.mtime = int(os.fstat(file.fileno()).st_mtime)
        source = _Source(file, size, spans)
        if spans != [(0, size)]:  # as GNU tar keeps sparse files, version 1.0 of its format
            # A name that is short: of a long one the tar would say "path", which some readers take for the name.
            info.name = f"GNUSparseFile.0/{zlib.crc32(name.encode()):08x}"
            pairs = {"major": "1", "minor": "0", "name": name, "realsize": str(size)}
            info.pax_headers = {f"GNU.sparse.{key}": value for key, value in pairs.items()}
            source.map()
        info.size = source.left
        tar.addfile(info, source)  # type: ignore[arg-type]
        return Member(name, size, source.digest())


def copy(path: Path, to: Path) -> None:
    """Copy a file with its holes. Nobody may write to it meanwhile."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as file, to.open("xb") as made:
        size = os.fstat(file.fileno()).st_size
        for start, length in _spans(file.fileno(), size):
            file.seek(start)
            made.seek(start)
            while length > 0 and (chunk := file.read(min(CHUNK, length))):
                made.write(chunk)
                length -= len(chunk)
        made.truncate(size)


def take(source: IO[bytes], path: Path, size: int) -> str:
    """Write what comes out of a tar into a new file of a size, with holes for zeros; its SHA-256."""
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            if chunk == _HOLE[: len(chunk)]:
                file.seek(len(chunk), os.SEEK_CUR)
            else:
                file.write(chunk)
        file.truncate(size)
    return digest.hexdigest()


def _spans(handle: int, size: int) -> Iterator[Span]:
    """Where a file has data: offsets and lengths."""
    at = 0
    while at < size:
        try:
            start = os.lseek(handle, at, os.SEEK_DATA)
        except OSError:  # nothing but a hole is left
            break
        at = min(os.lseek(handle, start, os.SEEK_HOLE), size)
        yield start, at - start
    if at < size or size == 0:
        yield size, 0  # by which GNU tar knows of a hole at the end


class _Source:
    """What a tar reads of a file: the map of its data if that is wanted, then the data. The digest is that of the
    whole file."""

    def __init__(self, file: IO[bytes], size: int, spans: list[Span]) -> None:
        self._file, self._size, self._spans = file, size, spans
        self._digest = hashlib.sha256()
        self._head = b""
        self.left = sum(length for _, length in spans)
        self._read = self._bytes()
        self._rest = b""

    def map(self) -> None:
        """Begin with the map: how many pieces, then offset and length of each, a line each, filled up to a block."""
        numbers = [len(self._spans), *(number for span in self._spans for number in span)]
        said = "".join(f"{number}\n" for number in numbers).encode()
        self._head = said.ljust(-(-len(said) // _BLOCK) * _BLOCK, b"\0")
        self.left += len(self._head)

    def read(self, wanted: int) -> bytes:
        while len(self._rest) < wanted and (more := next(self._read, None)) is not None:
            self._rest += more
        found, self._rest = self._rest[:wanted], self._rest[wanted:]
        return found

    def digest(self) -> str:
        for _ in self._read:  # the hole at the end
            pass
        return self._digest.hexdigest()

    def _bytes(self) -> Iterator[bytes]:
        yield self._head
        at = 0
        for start, length in self._spans:
            self._skip(start - at)
            self._file.seek(start)
            at = start + length
            while length > 0 and (chunk := self._file.read(min(CHUNK, length))):
                length -= len(chunk)
                self._digest.update(chunk)
                yield chunk
        self._skip(self._size - at)

    def _skip(self, length: int) -> None:
        while length > 0:
            self._digest.update(_HOLE[: min(CHUNK, length)])
            length -= CHUNK
