"""Calls of a server: made, tried again where that does no harm, and their errors raised as what they are."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec

from wares import errors
from wares.errors import QueryError, SetupError, StoreError, WaresError

T = TypeVar("T")

#: How often a call is made that met a busy server, and seconds that are waited in between at most.
ATTEMPTS, LONGEST_PAUSE_S = 5, 10.0
#: Statuses that say "not now".
_NOT_NOW = (429, 503)
_CLASSES: Mapping[str, type[WaresError]] = {
    name: found for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, WaresError)
}


class _Error(msgspec.Struct, frozen=True):
    kind: str = ""
    message: str = ""


class _Body(msgspec.Struct, frozen=True):
    error: _Error = _Error()


class Caller:
    """Calls one server; keeps its connections open. Threads may share it."""

    def __init__(self, url: str, key: str, timeout_s: float) -> None:
        parsed = _checked(url)
        headers = {"User-Agent": "wares", **({"Authorization": f"Bearer {key}"} if key else {})}
        self._http = httpx.Client(base_url=parsed, headers=headers, timeout=timeout_s, follow_redirects=False)
        #: Where the server is, for messages.
        self.address = str(parsed).rstrip("/")

    def call(self, method: str, path: str, kind: type[T], **request: Any) -> T:
        """What a call answers, decoded. Raises what the server raised; :class:`SetupError` when it cannot be
        reached."""
        return self._decoded(self.send(method, path, **request).content, kind)

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer to a call, whose status is a good one. Raises as :meth:`call`."""
        for attempt in range(1, ATTEMPTS + 1):
            with self._translated():
                response = self._http.request(method, path, **request)
            if response.status_code not in _NOT_NOW or attempt == ATTEMPTS:
                break
            time.sleep(_pause(response, attempt))
        return self._good(response)

    @contextmanager
    def stream(self, method: str, path: str, **request: Any) -> Iterator[Iterator[str]]:
        """The lines of an answer as they come. Raises as :meth:`call`."""
        with self._translated(), self._http.stream(method, path, **request) as response:
            if response.status_code >= 400:
                response.read()
            yield self._good(response).iter_lines()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _good(self, response: httpx.Response) -> httpx.Response:
        if response.status_code < 300:
            return response
        raise self._failure(response)

    def _failure(self, response: httpx.Response) -> WaresError:
        try:
            told = msgspec.json.decode(response.content, type=_Body).error
        except (msgspec.DecodeError, UnicodeDecodeError):
            told = _Error()
        message = told.message or f"{self.address} answered {response.status_code}, and not as wares does"
        known = _CLASSES.get(told.kind)
        if known is not None:
            return _made(known, message)
        return QueryError(message) if 400 <= response.status_code < 500 else StoreError(message)

    def _decoded(self, content: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as strange:
            told = "what no wares of this version says; are client and server of one version?"
            raise SetupError(f"{self.address} answered {told} ({strange})") from strange

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as late:
            raise SetupError(f"{self.address} did not answer in time; try again, or give it longer") from late
        except httpx.HTTPError as refused:
            raise SetupError(f"{self.address} cannot be reached: {refused}; is it being served?") from refused


def _made(kind: type[WaresError], message: str) -> WaresError:
    """An error of a class; without its further facts where its making takes them, for only the server knows these."""
    try:
        return kind(message)
    except TypeError:
        error = kind.__new__(kind)
        Exception.__init__(error, message)
        return error


def _pause(response: httpx.Response, attempt: int) -> float:
    told = response.headers.get("retry-after", "")
    return min(float(told) if told.isdigit() else 0.2 * 2**attempt, LONGEST_PAUSE_S)


def _checked(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as wrong:
        raise SetupError(f"{url!r} is no address of a server: {wrong}") from wrong
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise SetupError(f"{url!r} is no address of a server; give one as in http://127.0.0.1:8000")
    if parsed.userinfo:
        raise SetupError("a key is given as key=…, not in the address")
    return parsed
