"""Sets of questions, in and out. The form of a file is recognised by its content:

    q1<TAB>red shoes                                    TREC style, no header; a picture's path is a picture
    query_id,text,image,like,not,where                  CSV or TSV with a header; other columns become tags
    {"id": "q1", "text": "red shoes", "not": "suede"}   JSON Lines, the full form, and the one that is written

docs/judging.md tells them with examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from wares.catalogue.delimited import DelimitedReader
from wares.errors import CatalogueError, QueryError, SetupError
from wares.evaluation.cells import MEDIA, PARTS, Cells, ParseWhere, asked_of, record_of, texts
from wares.evaluation.files import Lines, Problems, reading
from wares.evaluation.records import Asked, QuerySet
from wares.records import Part, PartKind

#: Other names of columns and keys.
ALIASES = {"query_id": "id", "qid": "id", "query": "text"}
FORM = 'write one question a line as id<TAB>text, a header such as "query_id,text,image", or JSON Lines'

# A line without header has no column to tell a picture from words; a lone path with one of these ends is none.
_FILES: Mapping[str, PartKind] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"), "image"),
    **dict.fromkeys(("ogg", "wav", "mp3", "flac", "m4a"), "audio"),
    **dict.fromkeys(("mp4", "mov", "avi", "webm", "mkv"), "video"),
}
_FILE = re.compile(r"\S+\.(\w{3,4})")


class _Line(NamedTuple):
    number: int
    cells: Cells | CatalogueError


def read_queries(path: Path, *, media_root: Path | None = None, parse_where: ParseWhere | None = None) -> QuerySet:
    """The questions of a file, in order. Paths of media start at ``media_root`` (default: the file's folder) and may
    not leave it; whether the files are there is seen when they are asked.

    ``parse_where`` reads filters in words; without it, questions with a filter are left out. Lines that cannot be
    used are named in ``problems``. Raises :class:`CatalogueError` when there is no good one, or no such file.
    """
    source = Lines(path, media_root)
    problems = Problems(source.name)
    asked: dict[str, Asked] = {}
    about: dict[str, str] = {}
    with reading(source.name):
        for number, cells in _form(source)(source):
            try:
                if isinstance(cells, CatalogueError):
                    raise cells
                if "set" in cells and "id" not in cells:
                    about |= texts(cells["set"], "set")
                    continue
                question = asked_of(cells, source.media_root, parse_where)
                if question.id in asked:
                    raise CatalogueError(f"the id {question.id!r} was given before; the first one counts")
            except (CatalogueError, QueryError) as wrong:
                problems.add(getattr(wrong, "reason", str(wrong)), number)
            else:
                asked[question.id] = question
    if not asked:
        problems.refuse("question", FORM)
    return QuerySet(
        name=about.get("name", path.name),
        queries=tuple(asked.values()),
        truth=about.get("truth", ""),
        bias=about.get("bias", ""),
        problems=problems.told(),
    )


def write_queries(queries: QuerySet, path: Path, *, media_root: Path | None = None) -> None:
    """Write a set as JSON Lines, whole or not at all; :func:`read_queries` gives the same set again.

    Paths of media become relative to ``media_root`` (default: the file's folder). A filter is written as the words
    in ``tags["where"]``. Facets, sorting and the page are not part of a set. Raises :class:`SetupError` for what
    cannot be written: media as bytes or elsewhere, a filter without words, an id twice; and
    :class:`~wares.errors.StoreError` when the disk refuses.
    """
    from wares.index import atomic

    root = (media_root or path.parent).resolve()
    about = {"name": queries.name, "truth": queries.truth, "bias": queries.bias}
    records: list[Cells] = [{"set": {name: text for name, text in about.items() if text}}]
    seen: set[str] = set()
    for asked in queries.queries:
        if asked.id in seen:
            raise SetupError(f"{path}: the id {asked.id!r} is there twice; ids must differ")
        seen.add(asked.id)
        try:
            records.append(record_of(asked, root))
        except CatalogueError as wrong:
            raise SetupError(f"{path}: the question {asked.id!r} cannot be written: {wrong.reason}") from wrong
    atomic.write(path, b"".join(msgspec.json.encode(record) + b"\n" for record in records))


def words_of(asked: Asked) -> str:
    """A question on one line: "red shoes + image crop.png ×0.5, not leather, where price < 30"."""
    wanted = [_shown(part) for part in asked.query.parts if part.weight > 0]
    unwanted = [f"not {_shown(part)}" for part in asked.query.parts if part.weight <= 0]
    where = [f"where {asked.tags.get('where', '(a filter)')}"] if asked.query.where is not None else []
    return " ".join(", ".join([" + ".join(wanted) or "anything", *unwanted, *where]).split())


def _shown(part: Part) -> str:
    value = f"{len(part.value):,} bytes" if isinstance(part.value, bytes) else str(part.value)
    if part.kind in MEDIA:
        value = value.rstrip("/").rpartition("/")[2]
    weight = "" if abs(part.weight) == 1 else f" ×{abs(part.weight):g}"
    return (value if part.kind == "text" else f"{part.kind} {value}") + weight


# -- forms ------------------------------------------------------------------------------------------------------


def _form(source: Lines) -> Callable[[Lines], Iterator[_Line]]:
    """The reader for what the first line looks like."""
    first = source.first()
    if first.lstrip().startswith("{"):
        return _json_lines
    names = {_name(cell) for cell in re.split(r"[\t,;|]", first)}
    if "id" in names and names & {*PARTS, "parts"}:
        return _table
    if "\t" in first or not first:
        return _trec
    raise CatalogueError(f"this is no set of questions; {FORM}")


def _json_lines(source: Lines) -> Iterator[_Line]:
    decode = msgspec.json.Decoder().decode
    for number, line in source.lines():
        if isinstance(line, CatalogueError):
            yield _Line(number, line)
            continue
        try:
            record = decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            yield _Line(number, CatalogueError(f"this is no JSON: {error}"))
            continue
        if isinstance(record, dict):
            yield _Line(number, {_name(name): value for name, value in record.items() if value not in (None, "", [])})
        else:
            yield _Line(number, CatalogueError("a question is a JSON object"))


def _table(source: Lines) -> Iterator[_Line]:
    for row in DelimitedReader().rows(source):
        if isinstance(row, CatalogueError):
            yield _Line(row.line or 0, row)
        else:
            cells = {_name(name): cell.strip() for name, cell in row.cells.items() if cell.strip()}
            yield _Line(row.line or 0, {name: _cell(name, cell) for name, cell in cells.items()})


def _cell(name: str, cell: str) -> Any:
    """What a cell of a table means: several values between bars, weights as "image=0.5 text=2"."""
    if name in PARTS and name != "text":
        return [piece for raw in cell.split("|") if (piece := raw.strip())]
    if name == "weights":
        return dict(pair.partition("=")[::2] for pair in re.split(r"[\s,;|]+", cell))
    return cell


def _trec(source: Lines) -> Iterator[_Line]:
    for number, line in source.lines():
        if isinstance(line, CatalogueError):
            yield _Line(number, line)
            continue
        id, tab, rest = line.partition("\t")
        if not tab:
            yield _Line(number, CatalogueError("there is no tab between id and question"))
            continue
        text = rest.partition("\t")[0].strip()
        file = _FILE.fullmatch(text)
        kind = _FILES.get(file[1].lower(), "text") if file else "text"
        yield _Line(number, {"id": id, kind: text})


def _name(name: str) -> str:
    plain = "_".join(name.strip(' \t"').casefold().split())
    return ALIASES.get(plain, plain)
