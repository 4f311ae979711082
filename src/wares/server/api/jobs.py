"""``/jobs`` and ``/versions``: long work, asked for, followed and cancelled."""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from wares import media
from wares.errors import Forbidden, QueryError, StoreError
from wares.reports import VersionInfo
from wares.server import auditing, serving, work
from wares.server.access import Caller, may
from wares.server.errors import Conflict, NotThere, WrongType, decoded
from wares.server.messages import ENCODER, Json
from wares.server.middleware.sizes import bulk as long_body
from wares.server.openapi import answers, streams, takes
from wares.server.work import KINDS
from wares.store.jobs import Job

if TYPE_CHECKING:
    from starlette.datastructures import FormData

router = APIRouter(tags=["jobs"])
Author = Annotated[Caller, Depends(may("write"))]
Operator = Annotated[Caller, Depends(may("admin"))]
Id = Annotated[str, Path(description="The id of a job.", examples=["j-2f81c0"])]

#: Seconds between two looks at a job that is listened to, and between two signs of life.
LOOK_S, ALIVE_S = 0.3, 10.0


class JobAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A job to do. ``arguments`` depend on the ``kind``: see docs/api.md."""

    kind: str
    arguments: dict[str, Any] = {}


class JobBody(msgspec.Struct, frozen=True):
    """One job."""

    job: Job


class JobList(msgspec.Struct, frozen=True):
    """Jobs, the latest first."""

    jobs: tuple[Job, ...]


class Versions(msgspec.Struct, frozen=True):
    """Versions of the index that are kept; one is live."""

    versions: tuple[VersionInfo, ...]


_JOB = {
    **{"id": "2f81c0d4", "kind": "index", "state": "running", "asked_by": "importer"},
    **{"created": "2026-05-04T08:00:00.000+00:00", "started": "2026-05-04T08:00:00.120+00:00", "ended": None},
    "arguments": {"url": "https://example.com/feed.xml"},
    "progress": {"stage": "indexing", "done": 1024, "total": None, "note": ""},
    **{"result": None, "error": None},
}
_VERSION = VersionInfo(name="v0001", created="2026-05-04T08:00:00+00:00", points=52, live=True)
_ASKED = {"kind": "index", "arguments": {"url": "https://example.com/feed.xml", "map": {"price": "Preis"}}}
_MISSING = {404: "there is no such job"}
_FORM = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "arguments": {"type": "string", "description": "JSON, as in a JSON body."},
        "feed": {"type": "string", "format": "binary", "description": "The feed of an `index` or `reviews` job."},
    },
}


_BODIES = takes(JobAsked, example=_ASKED)
_BODIES["requestBody"]["content"]["multipart/form-data"] = {"schema": _FORM}


@router.post(
    "/jobs",
    status_code=202,
    summary="Ask for long work",
    responses=answers(
        JobBody, "It waits for its turn; `Location` is where it is told of.", status=202, example={"job": _JOB},
        others={413: "the feed is too large", 415: "the body is neither JSON nor a form"},
    ),
    openapi_extra=_BODIES,
)  # fmt: skip
async def ask(request: Request, caller: Author, _: Annotated[None, Depends(long_body)]) -> Json:
    """Ask for work that takes its time: one job is done at a time, in the order in which they came. A feed is named
    by its http(s) address, or comes along as the file ``feed`` of a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=10) as form:
            return await run_in_threadpool(_ask_by_form, request, caller, form)
    if kind not in ("application/json", ""):
        raise WrongType(f"a job is application/json or multipart/form-data, not {kind[:60]!r}")
    asked = decoded(await request.body(), JobAsked, "the job")
    assert isinstance(asked, JobAsked)
    return await run_in_threadpool(_ask, request, caller, asked, None)


@router.get("/jobs", summary="Jobs, the latest first", responses=answers(JobList, "Jobs.", example={"jobs": [_JOB]}))
def latest(
    request: Request,
    caller: Author,
    limit: Annotated[int, Query(ge=1, le=500, description="How many.")] = 50,
) -> Json:
    """What is done, was done, and waits to be done."""
    _whole(caller)
    return Json(JobList(tuple(map(_shown, serving.of(request).store.jobs.latest(limit)))))


@router.get(
    "/jobs/{id}",
    summary="One job",
    responses=answers(JobBody, "The job.", example={"job": _JOB}, others=_MISSING),
)
def get(request: Request, caller: Author, id: Id) -> Json:
    """How far a job is, and what came of it."""
    _whole(caller)
    return Json(JobBody(_shown(_job(request, id))))


@router.delete(
    "/jobs/{id}",
    status_code=202,
    summary="Cancel a job",
    responses=answers(
        JobBody, "It is cancelled, or ends at its next step.", status=202, example={"job": _JOB},
        others={**_MISSING, 409: "it has ended already"},
    ),
)  # fmt: skip
def cancel(request: Request, caller: Author, id: Id) -> Json:
    """Cancel a job that waits; end one that is being done at its next step. What it has added stays."""
    _whole(caller)
    found = _job(request, id)
    _check_scope(caller, found.kind)
    served = serving.of(request)
    cancelled = served.store.jobs.cancel(id)
    if cancelled is None:
        raise Conflict(f"the job is {found.state} already")
    auditing.note(served, caller, "job", id, {"state": found.state}, {"state": "cancelled"})
    if cancelled.ended is not None and (name := cancelled.arguments.get("file")):
        (work.uploads(served.shop.path) / name).unlink(missing_ok=True)
    return Json(JobBody(_shown(cancelled)), 202)


@router.get(
    "/jobs/{id}/events",
    response_class=StreamingResponse,
    summary="Follow a job",
    responses=streams(
        JobBody,
        "text/event-stream",
        "Server-sent events: `progress` as it happens; the last one is `done`, `failed` or `cancelled`. The data is "
        "the job. Whoever comes back with `Last-Event-ID` hears only what is new.",
        example='id: 5c0e71a2\nevent: progress\ndata: {"job": {"id": "2f81c0d4"}}\n\n',
        also={204: "it has ended, and the end was heard"},
        others=_MISSING,
    ),
)
async def events(request: Request, caller: Author, id: Id) -> Response:
    """Hear how a job goes on, until it ends."""
    _whole(caller)
    job = await run_in_threadpool(_job, request, id)
    heard = request.headers.get("last-event-id", "")
    if job.ended is not None and heard == _event(job)[0]:
        return Response(None, 204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(request, id, heard), headers=headers, media_type="text/event-stream")


@router.get(
    "/versions",
    summary="Versions of the index",
    responses=answers(Versions, "Those that are kept.", example=Versions((_VERSION,))),
)
def versions(request: Request, caller: Operator) -> Json:
    """Versions of the index that are kept, and which one answers."""
    return Json(Versions(serving.of(request).shop.info().versions))


@router.post(
    "/versions/{version}/activate",
    status_code=202,
    summary="Let a version of the index answer",
    responses=answers(
        JobBody, "The job that does it.", status=202, example={"job": _JOB}, others={404: "there is none"}
    ),
)
def activate(
    request: Request,
    caller: Operator,
    version: Annotated[str, Path(description="The name of a version.", examples=["20260504-080000"])],
) -> Json:
    """Switch to a version that is kept. What changed since it was built is applied to it first, so no product is
    lost; nobody who searches meanwhile is kept waiting."""
    if version not in {each.name for each in serving.of(request).shop.info().versions}:
        raise NotThere(f"there is no version {version[:80]!r}")
    return _ask(request, caller, JobAsked("activate", {"version": version}), None)


# -- asking -------------------------------------------------------------------------------------------------------


def _ask_by_form(request: Request, caller: Caller, form: FormData) -> Json:
    feed = form.get("feed")
    if feed is None or isinstance(feed, str):
        raise QueryError("a form brings a feed, as a file named feed; without one send the job as JSON")
    told = form.get("arguments") or "{}"
    arguments = decoded(str(told).encode(), dict, "the field arguments")
    asked = JobAsked(str(form.get("kind") or "index"), dict(arguments))
    return _ask(request, caller, asked, (feed.filename or "", feed.file))


def _ask(request: Request, caller: Caller, asked: JobAsked, feed: tuple[str, BinaryIO] | None) -> Json:
    _whole(caller)
    kind = _check_scope(caller, asked.kind)
    try:
        arguments = msgspec.convert(asked.arguments, kind.arguments)
    except msgspec.ValidationError as wrong:
        raise QueryError(f"the arguments of {asked.kind} are not as they should be: {wrong}") from wrong
    served = serving.of(request)
    if isinstance(arguments, work.Fed):
        if arguments.file or bool(arguments.url) == bool(feed):
            raise QueryError("a feed is named by its address (url), or sent as a file named feed; one of the two")
        if arguments.url and not arguments.url.lower().startswith(("http://", "https://")):
            raise QueryError("a feed is named by an http(s) address; a file of this machine is for wares index")
        if feed is not None:
            arguments = msgspec.structs.replace(arguments, file=_kept(served.shop.path, *feed))
    elif feed is not None:
        raise QueryError(f"{asked.kind} reads no feed")
    job = _shown(served.runner.ask(asked.kind, arguments, caller.name))
    auditing.note(served, caller, "job", job.id, None, {"kind": job.kind, "arguments": job.arguments})
    return Json(JobBody(job), 202, {"Location": f"/api/v1/jobs/{job.id}"})


def _kept(shop: FilePath, name: str, file: BinaryIO) -> str:
    """An upload, kept until its job is done: the name it has there."""
    made = f"{secrets.token_hex(8)}{work.suffixes(name)}"
    try:
        work.uploads(shop).mkdir(mode=0o700, exist_ok=True)
        with (work.uploads(shop) / made).open("xb") as kept:
            shutil.copyfileobj(file, kept, 1 << 20)
    except OSError as refused:
        raise StoreError(f"the feed cannot be kept: {refused.strerror or refused}") from refused
    return made


def _check_scope(caller: Caller, name: str) -> work.Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise QueryError(f"unknown kind of job {name[:40]!r}; known: {', '.join(KINDS)}")
    if kind.scope not in caller.scopes:
        raise Forbidden(f"the job {name} needs a key with the scope {kind.scope}", kind.scope)
    return kind


def _whole(caller: Caller) -> None:
    if caller.where is not None:
        raise Forbidden("the key is for a part of the products, and jobs are about all of them", "write")


# -- telling ------------------------------------------------------------------------------------------------------


def _job(request: Request, id: str) -> Job:
    found = serving.of(request).store.jobs.get(id)
    if found is None:
        raise NotThere(f"there is no job {id[:40]!r}")
    return found


def _shown(job: Job) -> Job:
    """A job without what addresses may have in them that is secret, and without names of our own."""
    told = {name: value for name, value in job.arguments.items() if name != "file"}
    if isinstance(told.get("url"), str):
        told["url"] = media.shown(told["url"])
    return msgspec.structs.replace(job, arguments=told)


def _event(job: Job) -> tuple[str, bytes]:
    """The id of what is to be told of a job, and the event."""
    data = ENCODER.encode(JobBody(_shown(job)))
    id = media.content_key(data)[:12]
    name = job.state if job.ended is not None else "progress"
    return id, b"id: %b\nevent: %b\ndata: %b\n\n" % (id.encode(), name.encode(), data)


async def _events(request: Request, id: str, heard: str) -> AsyncIterator[bytes]:
    stopping = serving.of(request).stopping
    yield b"retry: 2000\n\n"
    silent = 0.0
    while not stopping.is_set():
        job = await run_in_threadpool(_job, request, id)
        name, event = _event(job)
        if name != heard:
            heard, silent = name, 0.0
            yield event
        if job.ended is not None:
            return
        await asyncio.sleep(LOOK_S)
        silent += LOOK_S
        if silent >= ALIVE_S:
            silent = 0.0
            yield b": still here\n\n"
