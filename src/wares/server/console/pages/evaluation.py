"""Evaluations: asked for, listed with their figures over time, and their reports."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

import msgspec
from fastapi import Response
from starlette.responses import HTMLResponse

from wares.errors import QueryError, StoreError
from wares.server import studies
from wares.server.console.charts import Line, line
from wares.server.console.forms import Form, Posted
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.pages.jobs import start
from wares.server.console.rendering import page
from wares.server.errors import NotThere
from wares.server.studies import Evaluate, Evaluation
from wares.server.work import uploads

router = console_router()

#: Measures that are drawn over time.
DRAWN = 4
_STYLE = re.compile(r"style-src '(sha256-[A-Za-z0-9+/=]+)'")


class Drawn(NamedTuple):
    """A measure over time: its evaluations of one set of questions, the earliest first."""

    measure: str
    set: str
    latest: float
    line: Line | None


class Evaluations(NamedTuple):
    """The evaluations that are kept, the latest first, the measures of their table, and lines over time."""

    rows: tuple[Evaluation, ...]
    measures: tuple[str, ...]
    drawn: tuple[Drawn, ...]


def listed(found: list[Evaluation]) -> Evaluations:
    """What is shown of evaluations. Over time those of the latest set of questions are compared, and no others."""
    measures = tuple(dict.fromkeys(figure.measure for one in found for figure in one.figures))
    drawn = []
    if found:
        own = [one for one in reversed(found) if (one.set, one.questions) == (found[0].set, found[0].questions)]
        for measure in [figure.measure for figure in found[0].figures][:DRAWN]:
            values = [(one.at, f.mean) for one in own for f in one.figures if f.measure == measure]
            drawn.append(Drawn(measure, found[0].set, values[-1][1], line(values)))
    return Evaluations(tuple(found), measures, tuple(drawn))


def wanted(here: Here, form: Form) -> Evaluate:
    """The evaluation that a form asks for; files that came along are kept until it is done.

    :class:`QueryError` for one file without the other, and for numbers out of bounds.
    """
    files = {name: form.files.get(name, b"") for name in ("queries", "qrels")}
    if any(files.values()) and not all(files.values()):
        raise QueryError("questions and judgments belong together; choose both files or none")
    try:
        size = int(form.number("size", "how many questions of a kind", 50))
        asked = Evaluate(size=size, note=form.one("note"))
    except ValueError as wrong:
        raise QueryError(str(wrong)) from wrong
    if not all(files.values()):
        return asked
    kept = {name: _kept(here, name, data) for name, data in files.items()}
    return msgspec.structs.replace(asked, **kept)


def _kept(here: Here, name: str, data: bytes) -> str:
    folder = uploads(here.shop.path)
    file = f"{secrets.token_hex(8)}.{'tsv' if name == 'queries' else 'qrels'}"
    try:
        folder.mkdir(exist_ok=True)
        (folder / file).write_bytes(data)
    except OSError as refused:
        raise StoreError(f"cannot keep the file: {refused.strerror or refused}") from refused
    return file


@router.get("/evaluation")
def show(here: Asked) -> Response:
    """The list."""
    return page(here, "evaluation.html", view=listed(studies.evaluations(here.shop)))


@router.post("/evaluation")
def ask(here: Asked, form: Posted) -> Response:
    """Ask for an evaluation."""
    return start(here, "evaluate", wanted(here, form))


@router.get("/evaluation/{name}")
def one(here: Asked, name: str) -> Response:
    """One evaluation, its report in a frame."""
    found = next((each for each in studies.evaluations(here.shop) if each.name == name), None)
    if found is None:
        raise NotThere(f"there is no evaluation {name[:40]!r}")
    return page(here, "report.html", one=found, framing=True)


@router.get("/evaluation/{name}/report")
def report(here: Asked, name: str) -> Response:
    """The report: a page of its own, with its own policy."""
    found = studies.report_of(here.shop, name)
    if found is None:
        raise NotThere(f"there is no report of {name[:40]!r}")
    style = _STYLE.search(found[:4_000].decode("utf-8", "replace"))
    allowed = f"'{style[1]}'" if style else "'none'"
    policy = f"default-src 'none'; style-src {allowed}; img-src data:; base-uri 'none'; frame-ancestors 'self'"
    return HTMLResponse(found, headers={"Content-Security-Policy": policy})
