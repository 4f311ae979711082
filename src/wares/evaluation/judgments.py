"""Judgments, in and out: TREC qrels, or TSV and CSV with a header. The form of a file is recognised by its content.

TREC qrels (https://trec.nist.gov/data/qrels_eng/) have four fields a line between white space: question, a field that
nobody reads (here: who judged, or 0), product, gain. The other forms name their columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from wares.catalogue import values
from wares.catalogue.delimited import DelimitedReader, detect_dialect
from wares.errors import CatalogueError, SetupError
from wares.evaluation.files import COMMENT, Lines, Problems, reading
from wares.evaluation.records import Judgments

#: What a column may be called, by what it holds.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "query_id": ("query_id", "qid", "topic", "query"),
    "product_id": ("product_id", "doc_id", "docid", "document_id", "item_id", "product", "doc"),
    "gain": ("gain", "relevance", "grade", "label", "rel", "rating"),
    "by": ("by", "judge", "assessor"),
}
NEEDED = ("query_id", "product_id", "gain")
MAX_GAIN = 1_000_000
SHAPE = 'write "query_id 0 product_id gain" a line, or a header such as "query_id,product_id,gain"'


class Form(NamedTuple):
    """How a line of a file of judgments is written. ``columns`` say what each cell holds, by the names of
    :data:`COLUMNS`, "" for something else; ``named`` says whether a header names them."""

    columns: tuple[str, ...]
    delimiter: str
    named: bool = True

    def header(self) -> str:
        """The first line, without its end; "" when there is none."""
        return self.delimiter.join(self.columns) if self.named else ""

    def line(self, query_id: str, product_id: str, gain: int, by: str = "") -> str:
        """One judgment, without the end of the line. :class:`SetupError` when the form cannot hold it."""
        nobody = "" if self.named else "0"
        cells = {"query_id": query_id, "product_id": product_id, "gain": str(gain), "by": by or nobody}
        for text in (query_id, product_id, by or "0"):
            if not _is_id(text):
                raise SetupError(
                    f"{text!r:.80} cannot be written: ids and names are one line of up to 256 characters"
                )
        if by and "by" not in self.columns:
            raise SetupError('the file has no column "by" for who judged; leave that out, or name a new file')
        texts = [cells.get(column, "") for column in self.columns]
        if self.named:
            return self.delimiter.join(self._cell(text) for text in texts)
        if any(" " in text for text in texts) or texts[0].startswith(COMMENT):
            wrong = next((text for text in texts if " " in text), texts[0])
            raise SetupError(f"TREC qrels cannot hold {wrong!r:.80}: a space, or # at first; name a file .tsv")
        return self.delimiter.join(texts)

    def cells(self, line: str) -> list[str]:
        """The cells of a line."""
        if not self.named:
            return line.split()
        import csv

        return next(csv.reader([line], delimiter=self.delimiter), [])

    def _cell(self, text: str) -> str:
        if self.delimiter in text or text.startswith(('"', COMMENT)):
            doubled = text.replace('"', '""')
            return f'"{doubled}"'
        return text


TREC = Form(("query_id", "by", "product_id", "gain"), " ", named=False)
#: The form of a new file, by the end of its name.
FORMS: Mapping[str, Form] = {
    ".qrels": TREC,
    ".trec": TREC,
    ".txt": TREC,
    ".tsv": Form(NEEDED, "\t"),
    ".csv": Form(NEEDED, ","),
}


class Label(NamedTuple):
    """A judgment as it was read."""

    query_id: str
    product_id: str
    gain: int


def read_judgments(path: Path) -> Judgments:
    """The judgments of a file. Of a pair that is there twice the last counts, and it is told when the gains differ.

    Lines that cannot be used are named in ``problems``. Raises :class:`CatalogueError` when there is no good one, or
    no such file.
    """
    found, problems = gather(path)
    if not found:
        problems.refuse("judgment", SHAPE)
    return Judgments(name=path.name, gains=found, problems=problems.told())


def write_judgments(judgments: Judgments, path: Path) -> None:
    """Write judgments in the form that the name's end says (:data:`FORMS`), whole or not at all.

    Raises :class:`SetupError` for another end and for ids that the form cannot hold, and
    :class:`~wares.errors.StoreError` when the disk refuses.
    """
    from wares.index import atomic

    form = form_named(path)
    lines = [form.header()] if form.named else []
    try:
        for query_id, gains in judgments.gains.items():
            lines.extend(form.line(query_id, product_id, gain) for product_id, gain in gains.items())
    except SetupError as refused:
        raise SetupError(f"{path}: {refused}") from refused
    atomic.write(path, "".join(f"{line}\n" for line in lines).encode())


def gather(path: Path) -> tuple[dict[str, dict[str, int]], Problems]:
    """Gains by question and product, and problems; there may be none of either."""
    source = Lines(path)
    problems = Problems(source.name)
    gains: dict[str, dict[str, int]] = {}
    with reading(source.name):
        for number, label in _labels(source, form_of(source)):
            if isinstance(label, CatalogueError):
                problems.add(label.reason, number)
                continue
            own = gains.setdefault(label.query_id, {})
            before = own.get(label.product_id, label.gain)
            if before != label.gain:
                pair = f"{label.product_id!r} for {label.query_id!r}"
                problems.add(f"{pair} was judged {before} before and {label.gain} here; the last counts", number)
            own[label.product_id] = label.gain
    return gains, problems


def form_named(path: Path) -> Form:
    """The form of a new file by the end of its name."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise SetupError(f"{path}: judgments are kept in a file that ends in one of: {', '.join(FORMS)}")
    return form


def form_of(source: Lines) -> Form:
    """The form of a file that is there. :class:`CatalogueError` when its header lacks a column."""
    first = source.first()
    plain = {_plain(cell) for cell in re.split(r"[\t,;|]", first)}
    if sum(not plain.isdisjoint(COLUMNS[name]) for name in NEEDED) < 2:
        return TREC
    delimiter = detect_dialect([first]).delimiter
    return Form(_columns(Form((), delimiter).cells(first)), delimiter)


def gain(text: str) -> int:
    """A gain: a whole number, also written "3.0"."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not (number.is_integer() and abs(number) <= MAX_GAIN):
        raise CatalogueError(f"{text!r:.40} is no gain: a whole number, 0 for not relevant")
    return int(number)


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    """What the cells of a row hold; of several columns with the same meaning the best named one counts."""
    plain = [_plain(cell) for cell in header]
    held = [""] * len(plain)
    for column, names in COLUMNS.items():
        name = next((name for name in names if name in plain), None)
        if name is not None:
            held[plain.index(name)] = column
        elif column in NEEDED:
            raise CatalogueError(f"the header has no column {column} (or {', '.join(names[1:])})")
    return tuple(held)


def _labels(source: Lines, form: Form) -> Iterator[tuple[int, Label | CatalogueError]]:
    for number, cells in _rows(source, form):
        if isinstance(cells, CatalogueError):
            yield number, cells
            continue
        try:
            yield number, label(cells, form)
        except CatalogueError as wrong:
            yield number, wrong


def _rows(source: Lines, form: Form) -> Iterator[tuple[int, Sequence[str] | CatalogueError]]:
    """Line numbers and cells."""
    if form.named:
        for row in DelimitedReader().rows(source):
            yield (row.line or 0), row if isinstance(row, CatalogueError) else tuple(row.cells.values())
        return
    for number, line in source.lines():
        yield number, line if isinstance(line, CatalogueError) else line.split()


def label(cells: Sequence[str], form: Form) -> Label:
    """The judgment of a row. :class:`CatalogueError` when it is none."""
    if len(cells) != len(form.columns):
        hint = "" if form.named else "; ids with spaces need a header and tabs"
        raise CatalogueError(f"{len(cells)} fields where {len(form.columns)} belong{hint}")
    held = dict(zip(form.columns, cells, strict=True))
    query_id, product_id = (values.identifier(values.checked(held[name])) for name in ("query_id", "product_id"))
    return Label(query_id, product_id, gain(held["gain"].strip()))


def _is_id(text: str) -> bool:
    try:
        return values.identifier(text) == text
    except CatalogueError:
        return False


def _plain(cell: str) -> str:
    return "_".join(cell.strip(' \t"').casefold().split())
