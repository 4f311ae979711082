"""Runs: what systems answered to the questions of a set, asked now or read from a file.

The file format is that of TREC: a line holds question, "Q0", product, rank, score and the run's name. Written files
part them by tabs, so that ids may have spaces; every tool that splits at white space reads those without.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from wares.errors import CatalogueError, SetupError, WaresError
from wares.evaluation.records import Answer, Asked, QuerySet, Run, System
from wares.reports import OnProgress, Progress

#: How many products are asked for, unless said otherwise.
DEPTH = 100
MAX_DEPTH = 1_000
MAX_BYTES = 1_000_000_000
#: Bad lines that are told one by one.
MAX_PROBLEMS = 100

# -- asking -----------------------------------------------------------------------------------------------------


def ask(
    queries: QuerySet,
    system: System,
    *,
    name: str,
    about: str = "",
    depth: int = DEPTH,
    on_progress: OnProgress | None = None,
) -> Run:
    """Ask one system every question; see :func:`ask_all`."""
    [run] = ask_all(queries, {name: system}, abouts={name: about}, depth=depth, on_progress=on_progress)
    return run


def ask_all(
    queries: QuerySet,
    systems: Mapping[str, System],
    *,
    abouts: Mapping[str, str] | None = None,
    depth: int = DEPTH,
    on_progress: OnProgress | None = None,
) -> list[Run]:
    """Ask several systems every question, ``depth`` products each; their runs, in their order.

    They take turns question by question, and who begins changes, so that what slows the machine down meets all of
    them alike. The first question is asked once more beforehand, for models that are loaded on demand. A question
    that ends in an error is an answer with that error, except that :class:`SetupError` is raised: what is wrong with
    the installation is wrong with every question.
    """
    if not 1 <= depth <= MAX_DEPTH:
        raise SetupError(f"the depth of answers must lie in 1 … {MAX_DEPTH}, not {depth}")
    names = list(systems)
    answers: dict[str, dict[str, Answer]] = {name: {} for name in names}
    for asked in queries.queries[:1]:
        for name in names:
            _answer(systems[name], asked, depth)
    for done, asked in enumerate(queries.queries):
        at = done % max(len(names), 1)
        for name in (*names[at:], *names[:at]):
            answers[name][asked.id] = _answer(systems[name], asked, depth)
        if on_progress is not None:
            on_progress(Progress("asking", done + 1, len(queries.queries)))
    return [Run(name=name, about=(abouts or {}).get(name, "") or name, answers=answers[name]) for name in names]


def _answer(system: System, asked: Asked, depth: int) -> Answer:
    query = msgspec.structs.replace(asked.query, limit=depth, offset=0)
    started = time.perf_counter()
    try:
        results = system(query)
    except SetupError:
        raise
    except WaresError as error:
        return Answer(error=f"{type(error).__name__}: {error}")
    measured = round((time.perf_counter() - started) * 1000, 3)
    first = {hit.id: hit.score for hit in reversed(results.hits)}  # a product counts where it stands first
    ids = tuple(dict.fromkeys(hit.id for hit in results.hits))[:depth]
    return Answer(
        ids=ids,
        scores=tuple(first[id] for id in ids),
        total=results.total,
        took_ms=results.took_ms or measured,
        timings_ms=results.timings_ms,
    )


# -- files ------------------------------------------------------------------------------------------------------


class _Line(NamedTuple):
    query: str
    product: str
    rank: int
    score: float
    tag: str


def read_run(path: Path) -> Run:
    """The answers in a TREC run file, named as the path.

    Products stand by descending score, those of one score by rank and then as in the file. Lines that are none, and
    products that a question has twice, are left out and told in ``problems``. A file without a line is a run without
    an answer. :class:`CatalogueError` when there is no such file, or not one line of it can be read.
    """
    found: dict[str, dict[str, _Line]] = {}
    problems: list[str] = []
    count = bad = 0
    tag = ""
    for number, text in _lines(path):
        count += 1
        line = _parsed(text)
        if isinstance(line, _Line) and line.product not in found.get(line.query, ()):
            found.setdefault(line.query, {})[line.product] = line
            tag = line.tag
            continue
        bad += 1
        reason = line if isinstance(line, str) else f"question {line.query} has product {line.product} twice"
        if bad <= MAX_PROBLEMS:
            problems.append(f"{path}:{number}: {reason}")
    if count and not found:
        first = problems[0].partition(": ")[2]
        raise CatalogueError(
            f"this is no TREC run: not one of its {count:,} lines can be read ({first})", source=str(path)
        )
    if bad > MAX_PROBLEMS:
        problems.append(f"{path}: and {bad - MAX_PROBLEMS:,} more lines")
    answers = {query: _ordered(list(lines.values())) for query, lines in found.items()}
    about = f"the answers in {path.name}" + (f", there called {tag!r}" if tag else "")
    return Run(name=str(path), about=about, answers=answers, problems=tuple(problems))


def write_run(run: Run, path: Path) -> None:
    """Write the answers as a TREC run file that :func:`read_run` reads in the same order.

    Where scores do not descend (a search that was sorted by price), the negative rank is written in their place, for
    readers of such files go by the score. Answers without a product leave no line. :class:`CatalogueError` for an id
    that a line cannot hold, :class:`SetupError` when the file cannot be written.
    """
    tag = "_".join(run.name.split()) or "wares"
    lines = []
    for query, answer in run.answers.items():
        for rank, (product, score) in enumerate(zip(answer.ids, _descending(answer), strict=True), start=1):
            if wrong := next((id for id in (query, product) if not id.strip() or not id.isprintable()), None):
                raise CatalogueError(f"the id {wrong!r} cannot stand in a run file; rename it in the feed or the set")
            lines.append(f"{query}\tQ0\t{product}\t{rank}\t{score!r}\t{tag}\n")
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as refused:
        raise SetupError(f"{path} cannot be written: {refused.strerror}") from refused


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of the lines that are not empty."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CatalogueError(
                f"a run has at most {MAX_BYTES:,} bytes; save fewer products a question", source=str(path)
            )
        with path.open(encoding="utf-8-sig") as file:
            for number, text in enumerate(file, start=1):
                if text.strip():
                    yield number, text.rstrip("\r\n")
    except OSError as refused:
        raise CatalogueError(f"this run cannot be read: {refused.strerror}", source=str(path)) from refused
    except UnicodeDecodeError as wrong:
        raise CatalogueError("this run is not UTF-8 text", source=str(path)) from wrong


def _parsed(text: str) -> _Line | str:
    """The line, or why it is none."""
    cells = text.split("\t") if text.count("\t") == 5 else text.split()
    if len(cells) != 6:
        return f"a line has six cells (question, Q0, product, rank, score, name), not {len(cells)}"
    query, _, product, rank, score, tag = (cell.strip() for cell in cells)
    try:
        line = _Line(query, product, int(rank), float(score), tag)
    except ValueError:
        return f"rank and score must be numbers, not {rank:.40} and {score:.40}"
    if not math.isfinite(line.score):
        return f"the score must be finite, not {score}"
    return line


def _ordered(lines: list[_Line]) -> Answer:
    lines.sort(key=lambda line: (-line.score, line.rank))
    return Answer(ids=tuple(line.product for line in lines), scores=tuple(line.score for line in lines))


def _descending(answer: Answer) -> tuple[float, ...]:
    """The scores of an answer if they descend, else negative ranks."""
    scores = answer.scores
    falling = len(scores) == len(answer.ids) and all(a >= b for a, b in pairwise(scores))
    return tuple(map(float, scores)) if falling else tuple(-float(rank + 1) for rank in range(len(answer.ids)))
