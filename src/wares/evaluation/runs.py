"""Runs: what systems answered to the questions of a set, asked now or read from a file.

The file format is that of TREC: a line holds question, "Q0", product, rank, score and the run's name. Written files
part them by tabs, so that ids may have spaces, and a tool that splits at any white space reads those without.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from wares.catalogue import values
from wares.errors import CatalogueError, SetupError, WaresError
from wares.evaluation.files import COMMENT, Lines, Problems, reading
from wares.evaluation.records import Answer, Asked, QuerySet, Run, System
from wares.records import Results
from wares.reports import OnProgress, Progress

#: How many products are asked for, unless said otherwise.
DEPTH = 100
MAX_DEPTH = 1_000
FORM = 'write "query_id Q0 product_id rank score name" a line'

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
    systems: Mapping[str, System | Run],
    *,
    abouts: Mapping[str, str] | None = None,
    depth: int = DEPTH,
    on_progress: OnProgress | None = None,
) -> list[Run]:
    """Ask several systems every question, ``depth`` products each; their runs, in their order and by their names.

    They take turns question by question, and who begins changes, so that what slows the machine down meets all of
    them alike. The first question of every kind (words, picture, both …) is asked once more beforehand, for models
    that are loaded on demand. A run among the systems has its answers already.

    A question that ends in an error is an answer with that error, except that :class:`SetupError` is raised: what is
    wrong with the installation is wrong with every question.
    """
    if not 1 <= depth <= MAX_DEPTH:
        raise SetupError(f"the depth of answers must lie in 1 … {MAX_DEPTH}, not {depth}")
    live = {name: system for name, system in systems.items() if not isinstance(system, Run)}
    answers: dict[str, dict[str, Answer]] = {name: {} for name in live}
    turns = list(live)
    kinds = {frozenset(part.kind for part in asked.query.parts): asked for asked in reversed(queries.queries)}
    for asked in kinds.values():
        for name in turns:
            _answer(live[name], asked, depth)
    for done, asked in enumerate(queries.queries if live else (), start=1):
        turns.append(turns.pop(0))
        for name in turns:
            answers[name][asked.id] = _answer(live[name], asked, depth)
        if on_progress is not None:
            on_progress(Progress("asking", done, len(queries.queries)))
    return [
        msgspec.structs.replace(system, name=name)
        if isinstance(system, Run)
        else Run(name=name, about=(abouts or {}).get(name, name), answers=answers[name])
        for name, system in systems.items()
    ]


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
    found = listed(results)
    return Answer(
        ids=tuple(found)[:depth],
        scores=tuple(found.values())[:depth],
        total=results.total,
        took_ms=results.took_ms or measured,
        timings_ms=results.timings_ms,
    )


def listed(results: Results) -> dict[str, float]:
    """The products of an answer with their scores, in their order, each where it stands first.

    Judgments are of products, not of what is shown as one: what is folded into a hit stands right behind it.
    """
    found: dict[str, float] = {}
    for hit in results.hits:
        for id in (hit.id, *hit.folded):
            found.setdefault(id, hit.score)
    return found


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
    products that a question has twice, are left out and named in ``problems``. A file without a line is a run without
    an answer. :class:`CatalogueError` when there is no such file, or not one line of it can be read.
    """
    source = Lines(path)
    problems = Problems(source.name)
    found: dict[str, dict[str, _Line]] = {}
    tag = ""
    lines = bad = 0
    with reading(source.name):
        for number, text in source.lines():
            if isinstance(text, str) and not text.strip():
                continue
            lines += 1
            try:
                line = _parsed(text)
                if line.product in found.get(line.query, ()):
                    raise CatalogueError(f"question {line.query} has product {line.product} twice; the first counts")
            except CatalogueError as wrong:
                bad += 1
                problems.add(wrong.reason, number)
            else:
                found.setdefault(line.query, {})[line.product] = line
                tag = line.tag
    if lines and lines == bad:
        problems.refuse("answer", FORM)
    answers = {query: _ordered(list(products.values())) for query, products in found.items()}
    about = f"the answers in {path.name}" + (f", there called {tag}" if tag else "")
    return Run(name=str(path), about=about, answers=answers, problems=problems.told())


def write_run(run: Run, path: Path) -> None:
    """Write the answers as a TREC run file, whole or not at all; :func:`read_run` reads them in the same order.

    Where scores do not descend (a search that was sorted by price), the negative rank is written in their place, for
    readers of such files go by the score. Answers without a product leave no line. Raises :class:`CatalogueError` for
    an id that a line cannot hold, and :class:`~wares.errors.StoreError` when the disk refuses.
    """
    from wares.index import atomic

    tag = "_".join(run.name.split()) or "wares"
    lines = []
    for query, answer in run.answers.items():
        for rank, (product, score) in enumerate(zip(answer.ids, _descending(answer), strict=True), start=1):
            for id in (query, product):
                if id != id.strip() or not id.isprintable() or not id or query.startswith(COMMENT):
                    raise CatalogueError(f"the id {id!r:.80} cannot stand in a run file; rename it", source=str(path))
            lines.append(f"{query}\tQ0\t{product}\t{rank}\t{score!r}\t{tag}\n")
    atomic.write(path, "".join(lines).encode())


def _parsed(text: str | CatalogueError) -> _Line:
    if isinstance(text, CatalogueError):
        raise text
    cells = text.split("\t") if text.count("\t") == 5 else text.split()
    if len(cells) != 6:
        raise CatalogueError(f"{len(cells)} fields where 6 belong; {FORM}")
    query, _, product, rank, score, tag = (cell.strip() for cell in cells)
    try:
        line = _Line(values.identifier(query), values.identifier(product), int(rank), float(score), tag)
    except ValueError:
        raise CatalogueError(f"rank and score must be numbers, not {rank:.40} and {score:.40}") from None
    if not math.isfinite(line.score):
        raise CatalogueError(f"the score must be finite, not {score}")
    return line


def _ordered(lines: list[_Line]) -> Answer:
    lines.sort(key=lambda line: (-line.score, line.rank))
    return Answer(ids=tuple(line.product for line in lines), scores=tuple(line.score for line in lines))


def _descending(answer: Answer) -> tuple[float, ...]:
    """The scores of an answer if they descend, else negative ranks."""
    scores = answer.scores
    falling = len(scores) == len(answer.ids) and all(a >= b for a, b in pairwise(scores))
    return tuple(map(float, scores)) if falling else tuple(-float(rank + 1) for rank in range(len(answer.ids)))
