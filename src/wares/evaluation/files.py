"""Files of questions, judgments and runs: any encoding, bounded, comments left out, bad lines told and not fatal."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from wares.catalogue.feed import Feed
from wares.errors import CatalogueError

#: A file may have this many lines and characters; a larger one is refused, not cut.
MAX_LINES = 10_000_000
MAX_CHARACTERS = 1_000_000_000
#: Bad lines that are told one by one.
KEPT = 1_000
#: A line that begins with this is a comment.
COMMENT = "#"


class Lines(Feed):
    """A file without its comments and empty lines. A byte-order mark, CRLF and gzip are no matter."""

    def lines(self) -> Iterator[tuple[int, str | CatalogueError]]:
        """Line numbers from 1 and lines with their ends; :class:`CatalogueError` when there are too many."""
        characters = 0
        for number, line in super().lines():
            characters += len(line) if isinstance(line, str) else 0
            if number > MAX_LINES or characters > MAX_CHARACTERS:
                raise CatalogueError(f"over {MAX_LINES:,} lines or {MAX_CHARACTERS:,} characters: split it")
            if not (isinstance(line, str) and _says_nothing(line)):
                yield number, line

    def beginning(self) -> str:
        """The first characters of the text, without comments and empty lines."""
        lines = io.StringIO(super().beginning(), newline="")
        return "".join(line for line in lines if not _says_nothing(line))

    def first(self) -> str:
        """The first line that says something, without its end; "" when there is none."""
        return next((line.rstrip("\r\n") for _, line in self.lines() if isinstance(line, str)), "")


def _says_nothing(line: str) -> bool:
    return line.startswith(COMMENT) or line.isspace()


class Problems:
    """What was left out of a file and why; of many, the first :data:`KEPT` are kept and the rest are counted."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._kept: list[str] = []
        self._count = 0

    def add(self, reason: str, line: int | None = None) -> None:
        self._count += 1
        if len(self._kept) < KEPT:
            self._kept.append(str(CatalogueError(" ".join(reason.split()), source=self._source, line=line)))

    def told(self) -> tuple[str, ...]:
        more = self._count - len(self._kept)
        return (*self._kept, *((f"{self._source}: {more:,} more problems",) if more else ()))

    def refuse(self, noun: str, form: str) -> None:
        """Raise the :class:`CatalogueError` of a file without a good line: its first problem, or else ``form``."""
        if self._kept:
            raise CatalogueError(f"no {noun} can be read: {self._kept[0]}")
        raise CatalogueError(f"there is no {noun} in it; {form}", source=self._source)


@contextmanager
def reading(source: str) -> Iterator[None]:
    """Errors of reading a file become :class:`CatalogueError` that names it."""
    try:
        yield
    except CatalogueError as error:
        raise CatalogueError(error.reason, source=error.source or source, line=error.line) from error
    except (OSError, EOFError, zlib.error) as error:
        raise CatalogueError(f"cannot be read to its end: {' '.join(str(error).split())}", source=source) from error
