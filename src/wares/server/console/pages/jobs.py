"""Jobs: what goes on behind the answers, asked for, followed, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from fastapi import Response
from starlette.responses import RedirectResponse

from wares import media
from wares.errors import QueryError
from wares.server import auditing, work
from wares.server.console.forms import Form, Posted, done
from wares.server.console.here import PREFIX, Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.server.errors import Conflict, NotThere
from wares.store.jobs import Job

router = console_router()

#: Jobs on the page.
MOST = 100
#: Names of a job's arguments and of its result that are told one by one.
MOST_FACTS = 40
#: What is told of a result on one line.
SHORT = {
    "index": ("added", "changed", "unchanged", "bad_rows"),
    "reviews": ("added", "changed", "unchanged", "bad_rows"),
    "findable": ("tried", "lost"),
    "extract": ("read", "passages", "segments", "problem_count"),
    "fit": ("verdict",),
    **dict.fromkeys(("rebuild", "rollback", "activate"), ("name", "points")),
}
#: Kinds that need to be told nothing.
PLAIN = ("rebuild", "rollback", "backup")


class Shown(NamedTuple):
    """A job, how long it took in seconds (None: it has not ended), what it was told and what came of it."""

    job: Job
    seconds: float | None
    told: tuple[tuple[str, str], ...]
    result: tuple[tuple[str, str], ...]
    short: str = ""

    @property
    def open(self) -> bool:
        """Whether it has not ended."""
        return self.job.ended is None


def shown(job: Job) -> Shown:
    """A job as people read it, without names of our own and without what addresses have in them that is secret."""
    told = {name: value for name, value in job.arguments.items() if name not in ("file", "queries", "qrels")}
    if isinstance(told.get("url"), str):
        told["url"] = media.shown(told["url"])
    return Shown(job, _seconds(job), _facts(told), _facts(job.result) if job.ended else (), in_short(job))


def in_short(job: Job) -> str:
    """What came of a job, or how far it is, on one line."""
    if job.error:
        return job.error["message"]
    if job.ended is None:
        step = job.progress
        return f"{step.stage} {step.done:,}{f' / {step.total:,}' if step.total else ''}" if step else ""
    found = job.result if isinstance(job.result, dict) else {}
    if "figures" in found:
        found = {one["measure"]: round(one["mean"], 3) for one in found["figures"][:2]}
    named = [name for name in SHORT.get(job.kind, tuple(found)) if name in found]
    return " · ".join(f"{name.replace('_', ' ')} {_text(found[name])}" for name in named)


def _seconds(job: Job) -> float | None:
    if not job.started or not job.ended:
        return None
    return (datetime.fromisoformat(job.ended) - datetime.fromisoformat(job.started)).total_seconds()


def _facts(value: Any) -> tuple[tuple[str, str], ...]:
    """What a record says, one line each; of lists how long they are, and their first texts."""
    if not isinstance(value, dict):
        return (("", _text(value)),) if value not in (None, "") else ()
    return tuple(
        (str(name), _text(one)) for name, one in list(value.items())[:MOST_FACTS] if one not in (None, "", [])
    )


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value[:20]) + (f"\n… {len(value) - 20}" if len(value) > 20 else "")
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 500 else f"{text[:500]}…"


def start(here: Here, kind: str, arguments: msgspec.Struct) -> Response:
    """Put a job in the list, and show it."""
    job = here.serving.runner.ask(kind, arguments, here.caller.name)
    told = {"kind": kind, "arguments": dict(shown(job).told)}
    auditing.note(here.serving, here.caller, "job", job.id, None, told)
    return RedirectResponse(f"{PREFIX}/jobs/{job.id}", 303)


def asked(kind: str, form: Form) -> msgspec.Struct:
    """The arguments of a job out of a form. :class:`QueryError` for a kind that no page asks for."""
    if kind == "activate":
        return work.Activate(form.one("version"))
    if kind == "fit":
        return work.Fit(force=form.one("force") == "1")
    if kind == "extract":
        return work.Extract(again=form.one("again") == "1")
    if kind in PLAIN:
        return work.Nothing()
    raise QueryError(f"no page asks for jobs of the kind {kind[:40]!r}")


@router.get("/jobs")
def show(here: Asked) -> Response:
    """The list."""
    return page(here, "jobs.html", jobs=[shown(job) for job in here.serving.store.jobs.latest(MOST)])


@router.get("/jobs/{id}")
def one(here: Asked, id: str) -> Response:
    """One job."""
    found = here.serving.store.jobs.get(id)
    if found is None:
        raise NotThere(f"there is no job {id[:40]!r}")
    return page(here, "job.html", view=shown(found))


@router.post("/jobs/ask")
def ask(here: Asked, form: Posted) -> Response:
    """Ask for a job."""
    kind = form.one("kind")
    return start(here, kind, asked(kind, form))


@router.post("/jobs/cancel")
def cancel(here: Asked, form: Posted) -> Response:
    """Cancel a job."""
    id = form.one("id")
    found = here.serving.store.jobs.get(id)
    if found is None or here.serving.store.jobs.cancel(id) is None:
        raise Conflict("the job has ended already")
    auditing.note(here.serving, here.caller, "job", id, {"state": found.state}, {"state": "cancelled"})
    return done(here, f"/jobs/{id}", here.t("The job ends at its next step."))
