"""Bytes as an answer: known again by their ETag, in parts where a player asks for parts (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from wares.media import content_key
from wares.server import errors

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def send(request: Request, data: bytes, mime: str, cache: str, *, vary: str = "", parts: bool = False) -> Response:
    """``data`` as an answer to GET or HEAD: 304 for who has it already, with ``parts`` 206 and 416 as well."""
    tag = f'"{content_key(data)}"'
    headers = {"ETag": tag, "Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    if vary:
        headers["Vary"] = vary
    if _known(request.headers.get("if-none-match", ""), tag):
        return Response(None, 304, headers)
    if parts:
        headers["Accept-Ranges"] = "bytes"
        asked = request.headers.get("range", "") if request.method == "GET" else ""
        part = _RANGE.fullmatch(asked.replace(" ", "")) if request.headers.get("if-range", tag) == tag else None
        if part is not None and (part[1] or part[2]):
            return _part(data, (part[1], part[2]), mime, headers, errors.id_of(request))
    return Response(data, 200, headers, media_type=mime)


def _part(data: bytes, asked: tuple[str, str], mime: str, headers: dict[str, str], request_id: str) -> Response:
    (first, last), size = asked, len(data)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) if first and last else size - 1, size - 1)
    if start > end:
        told = f"there is no such part; the whole has {size:,} bytes"
        return errors.body(
            416, "RangeNotSatisfiable", told, request_id, headers | {"Content-Range": f"bytes */{size}"}
        )
    found = headers | {"Content-Range": f"bytes {start}-{end}/{size}"}
    return Response(data[start : end + 1], 206, found, media_type=mime)


def _known(told: str, tag: str) -> bool:
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in told.split(",")) if told else False
