"""Style, modules and drawings of the pages. Their addresses name their content, so a browser keeps them for good.

``/static/HASH/shop.css`` is answered for the HASH of this version alone; modules find each other beside themselves.
``/static/HASH/accent-210.css`` sets the shop's own colour, a hue of 0 … 359 degrees, so no page has a style.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from fastapi import APIRouter, Request
from starlette.responses import Response

from wares.server.errors import NotThere

router = APIRouter(include_in_schema=False)

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def files() -> Mapping[str, bytes]:
    """The files by name."""
    folder = resources.files("wares.server") / "static"
    return {
        each.name: each.read_bytes() for each in sorted(folder.iterdir(), key=lambda one: one.name) if each.is_file()
    }


@cache
def version() -> str:
    """A hash of all of them."""
    digest = hashlib.blake2b(digest_size=8)
    for name, data in files().items():
        digest.update(name.encode() + b"\0" + data)
    return digest.hexdigest()


def address(name: str) -> str:
    """Where a file is found."""
    return f"/static/{version()}/{name}"


@router.api_route("/static/{hash}/{name}", methods=["GET", "HEAD"])
def file(request: Request, hash: str, name: str) -> Response:
    """A file of this version."""
    data = _accent(name) or files().get(name)
    kind = _TYPES.get(name[name.rfind(".") :])
    if hash != version() or data is None or kind is None:
        raise NotThere("there is no such file here; load the page again")
    tag = f'"{hash}"'
    headers = {"ETag": tag, "Cache-Control": _FOR_GOOD}
    if request.headers.get("if-none-match") == tag:
        return Response(None, 304, headers)
    return Response(data, 200, headers, media_type=kind)


def _accent(name: str) -> bytes | None:
    hue = name.removeprefix("accent-").removesuffix(".css")
    if name != f"accent-{hue}.css" or not (hue.isascii() and hue.isdigit() and len(hue) < 4 and int(hue) < 360):
        return None
    return f":root {{ --hue: {int(hue)}; }}\n".encode()
