"""Errors as answers: one table from classes to statuses, one body for every route.

    {"error": {"kind": "QueryError", "message": "…", "request_id": "…"}}

``kind`` is the class of the error, as on the command line; ``message`` says what is wrong and what to do; where
several things are wrong, ``details`` has them all. Of what the server itself did wrong the message says nothing: the
log has it under the request's id.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from wares.errors import (
    AccessError,
    CatalogueError,
    KeyUnknown,
    MediaError,
    MissingExtra,
    ModelUnavailable,
    QueryError,
    SetupError,
    ShopBusy,
    StoreError,
    TooMany,
    WaresError,
)
from wares.server.messages import Detail, Error, ErrorBody, Json
from wares.server.operations import watching

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)


class NotThere(QueryError):
    """What the address names does not exist."""


class Conflict(QueryError):
    """What is asked for does not go with what there is."""


class TooLarge(QueryError):
    """The request is larger than the server takes."""


class WrongType(QueryError):
    """The body is of a kind that this route does not read."""


class Unfit(QueryError):
    """What is to be kept is not as it must be; ``details`` has all that is wrong with it."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class Overtaken(QueryError):
    """What was to be changed is not as the asker knows it (RFC 9110, 13.1)."""


class NotNow(WaresError):
    """The server cannot take this at the moment; sent again it may."""


class TooLong(QueryError):
    """The address, or the headers, are longer than the server takes."""


class TooSlow(QueryError):
    """The request did not come in within its time."""


class Misdirected(QueryError):
    """The server is not called by this name."""


class Overdue(WaresError):
    """The answer took longer than it may."""


class NotBuilt(SetupError):
    """What would answer is not installed."""


#: Class → status. The nearest base of an error's class counts; see :func:`status_of`.
STATUS: Mapping[type[WaresError], int] = {
    QueryError: 400,
    NotThere: 404,
    TooSlow: 408,
    Conflict: 409,
    Overtaken: 412,
    TooLarge: 413,
    WrongType: 415,
    Misdirected: 421,
    Unfit: 422,
    TooLong: 431,
    KeyUnknown: 401,
    AccessError: 403,
    TooMany: 429,
    CatalogueError: 422,
    MediaError: 422,
    MissingExtra: 501,
    NotBuilt: 501,
    ModelUnavailable: 503,
    SetupError: 409,
    ShopBusy: 503,
    NotNow: 503,
    Overdue: 504,
    StoreError: 500,
    WaresError: 500,
}

#: What statuses of the framework are called; others are called "HTTPError".
_KINDS = {400: "QueryError", 404: "NotThere", 405: "MethodNotAllowed", 413: "TooLarge", 415: "WrongType"}
#: What is told of an error that nobody foresaw.
UNFORESEEN = "something went wrong here; the log has it"
#: Seconds after which a request that met a busy shop may be made again.
RETRY_S = 2
# A path of this machine in a message is the operator's business alone.
_PATH = re.compile(r"(?<![\w:/])/(?:[\w.@+~-]+/)+[\w.@+~-]*")


class Failure(Json):
    """The one body of errors. On its way it tells whoever watches the request what kind of error it was."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watching.note(error=self.content.error.kind)
        await super().__call__(scope, receive, send)


def status_of(error: WaresError) -> int:
    """The status that an error is answered with."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(error: WaresError, request_id: str) -> Json:
    """The answer to a request that failed with one of our errors."""
    status = status_of(error)
    if status >= 500:
        _log.error("%s: %s", type(error).__name__, error, extra={"request_id": request_id})
    details = error.details if isinstance(error, Unfit) else ()
    told = message_of(error)
    return body(status, type(error).__name__, told, request_id, _headers(error, status), details)


def body(
    status: int,
    kind: str,
    message: str,
    request_id: str,
    headers: Mapping[str, str] | None = None,
    details: tuple[Detail, ...] = (),
) -> Json:
    """The one body of errors."""
    return Failure(ErrorBody(Error(kind, message, request_id, details)), status, headers)


def install(app: FastAPI) -> None:
    """Make an app answer every error with that body."""
    from fastapi.exceptions import RequestValidationError

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, WaresError)
        return _shown(request, answer(error, id_of(request)), message_of(error))

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = _KINDS.get(error.status_code, "HTTPError")
        made = body(error.status_code, kind, str(error.detail), id_of(request), error.headers)
        return _shown(request, made, "")

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _shown(request, body(400, "QueryError", _told(error), id_of(request)), without_paths(_told(error)))

    for kind, handler in (
        (WaresError, ours),
        (HTTPException, framework),
        (RequestValidationError, malformed),
    ):
        app.add_exception_handler(kind, handler)
    app.add_middleware(Unforeseen)


class Unforeseen:
    """Answers what nobody foresaw, within all that surrounds an answer. A client that went away gets none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:
            if scope["type"] != "http":
                raise
            request_id = str(scope.get("wares.request_id", ""))
            _log.exception("unforeseen", exc_info=error, extra={"request_id": request_id})
            if begun:
                raise
            told = body(500, "InternalError", UNFORESEEN, request_id)
            await _shown(Request(scope), told, "")(scope, receive, send)


def _shown(request: Request, made: Json, message: str) -> Response:
    """An answer as it is; or as a page, for who asked for a page where the app has pages (``app.state.failure``)."""
    page = getattr(request.app.state, "failure", None)
    wanted = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if page is None or not wanted:
        return made
    try:
        found: Response = page(request, made.status_code, message)
    except Exception:
        _log.exception("no page of an error", extra={"request_id": id_of(request)})
        return made
    for name in ("Retry-After", "WWW-Authenticate"):
        if name in made.headers:
            found.headers[name] = made.headers[name]
    return found


def id_of(request: Request) -> str:
    """The id of a request; it stands in its answer, in its log lines and in the header ``X-Request-ID``."""
    return str(request.scope.get("wares.request_id", ""))


def _headers(error: WaresError, status: int) -> dict[str, str]:
    """What a caller is told besides: when to come again, what to show."""
    if isinstance(error, TooMany):
        return {"Retry-After": str(math.ceil(error.retry_after))}
    return {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_S)}}.get(status, {})


def _told(error: RequestValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    return f"{place}: {first['msg']}"


def message_of(error: WaresError) -> str:
    """What an asker is told of an error."""
    if status_of(error) == 500:
        return "the shop's files cannot be used; its operator finds in the log what is wrong"
    return without_paths(str(error))


def without_paths(message: str) -> str:
    """A message for those who ask, without the paths of this machine."""
    return _PATH.sub("…", message)


def decoded(data: bytes, kind: Any, what: str = "the body") -> Any:
    """JSON of a request as a record. :class:`QueryError` that says where it is wrong."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise QueryError(f"{what} is not as it should be: {wrong}") from wrong


@contextmanager
def of_the_asker() -> Iterator[None]:
    """What is set wrong within came with the request: its sender can mend it, and not the operator."""
    try:
        yield
    except SetupError as wrong:
        raise QueryError(str(wrong)) from wrong
