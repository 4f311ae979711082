"""A shelf of small files that may go at any time: pictures made smaller, pictures of questions.

Bounded by bytes, number and age; processes share it. A file is written under another name and moved, so nobody reads
half of one. It is a cache: no backup needs it, and it may be emptied while the server runs.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: What is begun and not moved after so many seconds was left by a process that ended.
_BEGUN_S = 60
#: The share of its bounds that may come to a shelf before it is looked through again.
_SHARE = 16


class Bounds(NamedTuple):
    """At most so many ``bytes`` and ``files``, none older than ``age_s`` seconds."""

    bytes: int
    files: int
    age_s: float


class Shelf:
    """Files by key. What is too old is not there, and is removed when others come."""

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        self._folder = folder
        self._bounds = bounds
        self._come_bytes = bounds.bytes  # unknown what there is: the first that comes looks
        self._come_files = 0

    def get(self, key: str) -> bytes | None:
        """What was put under a key; None when it is not there, or no longer."""
        if not _KEY.fullmatch(key):
            return None
        try:
            with (self._folder / key).open("rb") as file:
                fresh = time.time() - os.fstat(file.fileno()).st_mtime <= self._bounds.age_s
                return file.read(self._bounds.bytes + 1) if fresh else None
        except OSError:
            return None

    def put(self, key: str, data: bytes) -> bool:
        """Keep data under a key, for the whole age anew; false where that cannot be (disk full, read-only)."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"no key of a shelf: {key!r}")
        if len(data) > self._bounds.bytes:
            return False
        begun = self._folder / f"{key}.{secrets.token_hex(4)}.new"
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            begun.write_bytes(data)
            begun.replace(self._folder / key)
        except OSError:
            with suppress(OSError):
                begun.unlink(missing_ok=True)
            return False
        self._come_bytes += len(data)
        self._come_files += 1
        if self._come_bytes * _SHARE > self._bounds.bytes or self._come_files * _SHARE > self._bounds.files:
            self._come_bytes = self._come_files = 0
            self.tidy()
        return True

    def tidy(self) -> None:
        """Remove what is too old, and the oldest of what is too much."""
        now, size, number = time.time(), 0, 0
        for path, when, length in sorted(self._files(), key=lambda file: -file[1]):
            size, number = size + length, number + 1
            age = _BEGUN_S if path.suffix else self._bounds.age_s
            if now - when > age or size > self._bounds.bytes or number > self._bounds.files:
                size, number = size - length, number - 1
                with suppress(OSError):
                    path.unlink()

    def _files(self) -> list[tuple[Path, float, int]]:
        """Path, time and size of each; those that others remove meanwhile are left out."""
        found = []
        with suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                with suppress(OSError):
                    about = entry.stat(follow_symlinks=False)
                    found.append((Path(entry.path), about.st_mtime, about.st_size))
        return found
