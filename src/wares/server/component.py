"""The web component, one script file, for pages of any site."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter, Request
from starlette.responses import Response

router = APIRouter(include_in_schema=False)

_HEADERS = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}


@router.api_route("/wares-search.js", methods=["GET", "HEAD"])
def script(request: Request) -> Response:
    """The script that defines ``<wares-search>``; see ``docs/embedding.md``."""
    content, tag = _script()
    headers = {**_HEADERS, "ETag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/javascript", headers=headers)


@cache
def _script() -> tuple[bytes, str]:
    content = (resources.files("wares.server") / "static" / "wares-search.js").read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
