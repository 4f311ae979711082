"""CSV and TSV by RFC 4180 and its many relatives: the delimiter is detected, quoted cells may hold line ends."""

from __future__ import annotations

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from wares.catalogue.base import Reader, Row
from wares.catalogue.columns import recognise
from wares.catalogue.feed import MAX_LINE, Feed
from wares.catalogue.values import MAX_CELL
from wares.errors import CatalogueError

DELIMITERS = (",", ";", "\t", "|")
_SAMPLED = 50

Numbered = tuple[int, str | CatalogueError]


class Dialect(msgspec.Struct, frozen=True):
    """``quoted``: quotation marks around a cell are not part of it."""

    delimiter: str
    quoted: bool = True

    def parse(self, lines: Iterable[str]) -> Iterator[list[str]]:
        """Cells of every record; raises ``csv.Error`` for a cell over the size limit."""
        if self.quoted:
            return csv.reader(lines, delimiter=self.delimiter)
        return csv.reader(lines, delimiter=self.delimiter, quoting=csv.QUOTE_NONE)

    def closes(self, lines: Iterable[str]) -> bool:
        """Whether every quotation mark in the lines of a record is where RFC 4180 has it."""
        try:
            return len(list(csv.reader(lines, delimiter=self.delimiter, strict=True))) == 1
        except csv.Error:
            return False


class DelimitedReader(Reader):
    """One product or variant a line; the first line names the columns."""

    typed = False
    fixed = True

    def rows(self, feed: Feed) -> Iterator[Row | CatalogueError]:
        # The limit is the interpreter's, not the reader's: raised where it is lower, never lowered for others.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
        sample = io.StringIO(feed.beginning(), newline="").readlines()
        dialect = detect_dialect(sample[:_SAMPLED] if len(sample) > _SAMPLED else sample[:-1] or sample)
        lines = _Lines(feed.lines())
        records = dialect.parse(lines)
        header: list[str] | None = None
        while True:
            lines.held.clear()
            try:
                cells = next(records)
            except StopIteration:
                break
            except csv.Error as error:
                yield from lines.take_errors()
                yield CatalogueError(f"{error}; is a quotation mark left open?", line=lines.number)
                lines.again()
                continue
            if lines.errors:
                yield from lines.take_errors()
            if not any(cells):
                continue
            if len(lines.held) > 1 and not dialect.closes(lines.text()):
                yield CatalogueError("a quotation mark is left open", line=lines.number)
                lines.again()
            elif header is None:
                header = _header(cells)
            elif len(cells) == len(header):
                yield Row(lines.number, dict(zip(header, cells, strict=True)))
            else:
                yield CatalogueError(f"{len(cells)} cells where the header has {len(header)}", line=lines.number)
                lines.again()
        yield from lines.take_errors()


class _Lines:
    """The lines under a csv reader. It remembers those of the record being read, so that a quotation mark left open
    costs one line: the lines that the broken record swallowed are read again on their own."""

    def __init__(self, source: Iterator[Numbered]) -> None:
        self._source = source
        self._again: deque[tuple[int, str]] = deque()
        self.errors: list[CatalogueError] = []
        self.held: list[tuple[int, str]] = []
        self._size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if not self.held:
            self._size = 0
        while True:
            number, line = self._again.popleft() if self._again else next(self._source)
            if isinstance(line, str):
                break
            self.errors.append(line)
        self.held.append((number, line))
        self._size += len(line)
        if self._size > MAX_LINE:
            raise csv.Error(f"the row has over {MAX_LINE // 1_000_000} million characters")
        return line

    @property
    def number(self) -> int:
        """The line on which the record began."""
        return self.held[0][0]

    def text(self) -> list[str]:
        """The lines of the record."""
        return [line for _, line in self.held]

    def again(self) -> None:
        """Give the lines of the record once more, without the first."""
        self._again.extendleft(reversed(self.held[1:]))

    def take_errors(self) -> list[CatalogueError]:
        """Lines that could not be read since the last call."""
        taken, self.errors = self.errors, []
        return taken


def detect_dialect(lines: Sequence[str]) -> Dialect:
    """The delimiter that makes the most known column names, then the most columns, of the first line; tab-separated
    cells count as unquoted when only so all rows are of one width."""

    def header_quality(delimiter: str) -> tuple[int, int]:
        header = next((cells for cells in Dialect(delimiter).parse(lines) if any(cells)), [])
        return sum(recognise(name) is not None for name in header), len(header)

    delimiter = max(DELIMITERS, key=header_quality)
    if delimiter == "\t" and _widths(Dialect(delimiter), lines) > 1 == _widths(Dialect(delimiter, False), lines):
        return Dialect(delimiter, quoted=False)
    return Dialect(delimiter)


def _widths(dialect: Dialect, lines: Sequence[str]) -> int:
    return len({len(cells) for cells in dialect.parse(lines) if any(cells)})


def _header(cells: Sequence[str]) -> list[str]:
    """Names of columns, each once: an empty one is called by its place, a repeated one gets a number."""
    names: list[str] = []
    times: Counter[str] = Counter()
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split()) or f"column {place}"
        times[name] += 1
        names.append(name if times[name] == 1 else f"{name} {times[name]}")
    return names
