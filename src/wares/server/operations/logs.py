"""Log lines, as text or as JSON: one line each, on standard error.

What a request was is told once, when it has been answered: id, method, route, status, milliseconds, bytes, and who
asked by the name of their key. Addresses are never logged, for words of questions and signatures stand in them.
Control characters are escaped, so that nobody writes lines of their own into a log.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO, TypeAlias

import msgspec

Form: TypeAlias = Literal["text", "json"]
Level: TypeAlias = Literal["debug", "info", "warning", "error"]

#: The logger of request lines.
REQUESTS = "wares.requests"

#: Libraries that tell at "info" what nobody asked for.
_CHATTY = ("uvicorn", "asyncio", "httpx", "httpcore", "multipart", "python_multipart")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class RequestLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. ``question`` is there only when the operator wanted questions logged."""

    id: str
    method: str
    route: str
    status: int
    ms: float
    bytes: int
    caller: str = ""
    error: str = ""
    question: str = ""

    def __str__(self) -> str:
        tail = f" {self.caller}" if self.caller else ""
        tail += f" {self.error}" if self.error else ""
        tail += f" {self.question!r}" if self.question else ""
        return f"{self.method} {self.route} {self.status} {self.ms:.1f} ms {self.bytes} bytes {self.id}{tail}"


def configure(form: Form, level: Level, stream: TextIO | None = None) -> logging.Handler:
    """Send what is logged to standard error, in a form; the handler that does it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_FORMATTERS[form]())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.WARNING)
    return handler


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        told: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            **self._said(record),
        }
        return _CONTROL.sub(_escaped, msgspec.json.encode(told).decode())

    def _said(self, record: logging.LogRecord) -> Mapping[str, Any]:
        line = getattr(record, "request", None)
        if isinstance(line, RequestLine):
            return {"event": "request", **msgspec.to_builtins(line)}
        said = {"message": record.getMessage()}
        if id := getattr(record, "request_id", ""):
            said["id"] = id
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return said


class TextLines(logging.Formatter):
    """Lines for people; a traceback follows in lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        id = getattr(record, "request_id", "")
        said = _CONTROL.sub(_escaped, record.getMessage() + (f" [{id}]" if id else ""))
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{_time(record)} {record.levelname.lower()} {said}{trace}"


_FORMATTERS: Mapping[Form, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
