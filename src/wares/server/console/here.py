"""What a page of the console is made with; and routes whose errors are pages."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from wares.errors import Forbidden, KeyUnknown, WaresError
from wares.server import serving
from wares.server.access import Caller, may, shown
from wares.server.console import wording
from wares.server.errors import UNFORESEEN, id_of, message_of, status_of
from wares.server.pages.rendering import LANGUAGE
from wares.server.pages.words import Words
from wares.server.serving import Serving
from wares.shop import Shop

_log = logging.getLogger(__name__)

PREFIX = "/console"
LOGIN = "/login"
#: What a redirect has to tell is signed for this purpose, so that no address can put words on a page.
SAID = "console said"


#: Who has not come in.
NOBODY = Caller("", frozenset())


class Here(NamedTuple):
    """Who asks, of what is served, in which language."""

    request: Request
    serving: Serving
    caller: Caller
    t: Words

    @property
    def shop(self) -> Shop:
        """The shop that is served."""
        return self.serving.shop

    def said(self) -> str:
        """What the redirect to this page had to tell; "" when it was none of ours."""
        text, signature = (self.request.query_params.get(name, "") for name in ("said", "signed"))
        return text if text and self.serving.secret.signed(SAID, text, signature) else ""

    def told(self, path: str, text: str, **query: str) -> str:
        """The address of a page of the console that tells a text."""
        extra = {"said": text, "signed": self.serving.secret.sign(SAID, text)} if text else {}
        asked = urlencode({**{name: value for name, value in query.items() if value}, **extra})
        return f"{PREFIX}{path}{'?' if asked else ''}{asked}"


def _here(request: Request, caller: Annotated[Caller, Depends(may("admin"))]) -> Here:
    return made(request, caller)


def made(request: Request, caller: Caller = NOBODY) -> Here:
    """What a page is made with."""
    asked, kept = request.query_params.get("lang", ""), request.cookies.get(LANGUAGE, "")
    words = wording.spoken(asked, kept, request.headers.get("accept-language", ""))
    return Here(request, serving.of(request), caller, words)


#: The dependency of every page.
Asked = Annotated[Here, Depends(_here)]


class Told(APIRoute):
    """A route whose errors are shown as a page, in place of JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await inner(request)
            except (KeyUnknown, Forbidden) as refused:
                visiting = isinstance(refused, KeyUnknown) or not shown(request)  # nobody's, or the storefront's key
                if visiting and request.method == "GET":
                    return _to_login(request)
                return _page(request, status_of(refused), message_of(refused))
            except WaresError as error:
                return _page(request, status_of(error), message_of(error))
            except RequestValidationError:
                return _page(request, 400, "the address is not one of this console's")
            except HTTPException as error:
                if error.status_code in (401, 403) or 300 <= error.status_code < 400:
                    raise
                return _page(request, error.status_code, str(error.detail))
            except Exception as fault:  # ours: the log has it, the page does not
                _log.exception("unforeseen", exc_info=fault, extra={"request_id": id_of(request)})
                return _page(request, 500, UNFORESEEN)

        return handle


def _page(request: Request, status: int, message: str) -> Response:
    from wares.server.console.rendering import page

    return page(made(request), "error.html", status=status, message=message, status_code=status)


def _to_login(request: Request) -> Response:
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{PREFIX}{LOGIN}?{urlencode({'next': back})}", 303)


def router() -> APIRouter:
    """A router of pages."""
    return APIRouter(route_class=Told)
