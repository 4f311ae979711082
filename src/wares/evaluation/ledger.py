"""A file of judgments that grows one label at a time: each is on the disk before the next is asked for."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from wares.errors import CatalogueError, SetupError, StoreError
from wares.evaluation.files import COMMENT, Lines
from wares.evaluation.judgments import SHAPE, Form, form_named, form_of, gather, label

#: The end of a file in which a last line without its end is looked for.
TAIL = 1 << 16


class Entry(NamedTuple):
    """A label given here: where its line begins in the file, and the gain that the pair had before."""

    query_id: str
    product_id: str
    before: int | None
    offset: int


class Ledger:
    """Judgments in a file, with new ones appended in the file's own form. A context manager.

    ``gains`` is what is judged, ``problems`` what was wrong with the file's lines. ``mended`` is a last line that was
    cut short, by a crash while it was written, and has been made a comment; "" when there was none. Of a pair that is
    judged again the last line counts.
    """

    def __init__(self, path: Path, by: str = "") -> None:
        """Open a file, or make it; ``by`` is who judges. One process at a time may have it open.

        Raises :class:`SetupError` when another has, when a new file's name says no form, and when the form cannot
        hold ``by``; :class:`CatalogueError` when it is no file of judgments; :class:`StoreError` when it cannot be
        written.
        """
        self.path = path
        self.mended = ""
        self._by = by
        self._given: list[Entry] = []
        if not path.exists():
            form_named(path)  # before a file is made: its name may say no form
        with self._writing():
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            self._lock()
            with self._writing():
                self._form, self._end = self._begin()
            self.check("q", "p")  # whether there is room for who judges
            found, problems = gather(path)
        except BaseException:
            os.close(self._handle)
            raise
        cut = f"{path}: the last line was cut short and is a comment now: {' '.join(self.mended.split())}"
        self.problems = ((cut,) if self.mended else ()) + problems.told()
        self._gains = found

    @property
    def gains(self) -> Mapping[str, Mapping[str, int]]:
        """Gains by question and product."""
        return self._gains

    def gain(self, query_id: str, product_id: str) -> int | None:
        """The gain of a pair; None: not judged."""
        return self._gains.get(query_id, {}).get(product_id)

    def check(self, query_id: str, product_id: str) -> None:
        """:class:`SetupError` when the file's form cannot hold these ids."""
        self._line(query_id, product_id, 0)

    def append(self, query_id: str, product_id: str, gain: int) -> None:
        """Keep a label; it is on the disk when this returns. :class:`StoreError` when it could not be kept."""
        offset = os.fstat(self._handle).st_size
        with self._writing(offset):
            self._write(offset, self._line(query_id, product_id, gain) + self._end)
        own = self._gains.setdefault(query_id, {})
        self._given.append(Entry(query_id, product_id, own.get(product_id), offset))
        own[product_id] = gain

    def undo(self) -> bool:
        """Take back the last label that was given here; False when there is none."""
        if not self._given:
            return False
        last = self._given[-1]
        with self._writing():
            os.ftruncate(self._handle, last.offset)
            os.fsync(self._handle)
        self._given.pop()
        if last.before is None:
            del self._gains[last.query_id][last.product_id]
        else:
            self._gains[last.query_id][last.product_id] = last.before
        return True

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- within -------------------------------------------------------------------------------------------------

    def _line(self, query_id: str, product_id: str, gain: int) -> str:
        try:
            return self._form.line(query_id, product_id, gain, self._by)
        except SetupError as refused:
            raise SetupError(f"{self.path}: {refused}") from refused

    def _lock(self) -> None:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise SetupError(f"{self.path}: somebody else is judging into this file; name another") from taken

    def _begin(self) -> tuple[Form, str]:
        """Form and line end of the file, after its last line is whole."""
        if os.fstat(self._handle).st_size > 0:
            source = Lines(self.path)
            packed = os.pread(self._handle, 2, 0) == b"\x1f\x8b"
            if packed or source.encoding not in ("utf-8", "utf-8-sig"):
                raise SetupError(f"{self.path}: judgments are appended to plain UTF-8 text only; save it as that")
            self._mend()
        source = Lines(self.path)
        if not source.first():
            return self._begin_new(), "\n"
        return form_of(source), "\r\n" if b"\r\n" in source.head else "\n"

    def _begin_new(self) -> Form:
        form = form_named(self.path)
        if self._by and "by" not in form.columns:
            form = form._replace(columns=(*form.columns, "by"))
        if form.named:
            self._write(os.fstat(self._handle).st_size, form.header() + "\n")
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # the file's name survives a power cut only then
        finally:
            os.close(folder)
        return form

    def _mend(self) -> None:
        """End a last line that is whole; make one that is not a comment, so that nothing is lost."""
        size = os.fstat(self._handle).st_size
        start = max(0, size - TAIL)
        tail = os.pread(self._handle, TAIL, start)
        ended = max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1
        if start and not ended:
            raise CatalogueError("this is no file of judgments: its last line has no end", source=str(self.path))
        at = start + ended
        if at > 0:
            self._check_whole_lines()  # before anything is changed: it may be another file
        torn = tail[at - start :].decode(errors="replace")
        if torn and self._is_whole(torn, first=at == 0):
            self._write(size, "\n")
        elif torn:
            self._write(at, f"{COMMENT} cut short: {torn}\n")
            self.mended = torn

    def _check_whole_lines(self) -> None:
        """:class:`CatalogueError` unless something in the file is a judgment or says that these follow."""
        found, problems = gather(self.path)
        if not found and problems.told() and not form_of(Lines(self.path)).named:
            problems.refuse("judgment", SHAPE)

    def _is_whole(self, line: str, *, first: bool) -> bool:
        if not line.strip() or line.startswith(COMMENT):
            return True
        try:
            form = form_of(Lines(self.path))
            if first and form.named:
                return True
            label(form.cells(line), form)
        except CatalogueError:
            return False
        return True

    def _write(self, offset: int, text: str) -> None:
        data = text.encode()
        while data:
            written = os.pwrite(self._handle, data, offset)
            data, offset = data[written:], offset + written
        os.fsync(self._handle)

    @contextmanager
    def _writing(self, offset: int | None = None) -> Iterator[None]:
        """Refusals of the disk become :class:`StoreError`; what was half written after ``offset`` is removed."""
        try:
            yield
        except OSError as refused:
            if offset is not None:
                with suppress(OSError):
                    os.ftruncate(self._handle, offset)
            raise StoreError(f"cannot write {self.path}: {refused.strerror or refused}") from refused
