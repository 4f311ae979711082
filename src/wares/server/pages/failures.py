"""Errors as pages, for those who asked for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wares.server.pages.rendering import Page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: Statuses that have words of their own; others are told by their hundreds.
_KNOWN = (400, 401, 403, 404, 413, 429, 503)


def failure(request: Request, status: int, message: str) -> Response:
    """The page of an error. What the server did wrong is not told on it."""
    page = Page(request)
    key = status if status in _KNOWN else 500 if status >= 500 else 400
    told = message if status in (400, 404, 413, 422) else ""
    return page.render("failure.html.j2", status, code=status, key=str(key), told=told)
