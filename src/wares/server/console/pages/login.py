"""Coming in with an admin key, and leaving."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from wares.errors import WaresError
from wares.server import serving
from wares.server.console.forms import Posted
from wares.server.console.here import LOGIN, PREFIX, made
from wares.server.console.here import router as console_router
from wares.server.console.rendering import page
from wares.server.errors import message_of, status_of

router = console_router()

#: Tries a minute from one address.
TRIES = 20


@router.get("/login")
def ask(request: Request, next: str = "") -> Response:
    """The form."""
    return _form(request, next)


@router.post("/login")
def enter(request: Request, form: Posted) -> Response:
    """Begin a session with an admin key."""
    served, next = serving.of(request), form.one("next")
    answer = RedirectResponse(_inside(next), 303)
    try:
        served.door.knock(request, "login", TRIES)
        served.sessions.begin(request, answer, form.one("key"))
    except WaresError as refused:
        return _form(request, next, message_of(refused), status_of(refused))
    return answer


@router.post("/logout")
def leave(request: Request, form: Posted) -> Response:
    """End the session."""
    answer = RedirectResponse(f"{PREFIX}{LOGIN}", 303)
    serving.of(request).sessions.end(answer)
    return answer


def _inside(address: str) -> str:
    """An address of the console; its first page in place of any other."""
    inside = address == PREFIX or address.startswith((f"{PREFIX}/", f"{PREFIX}?"))
    return address if inside and "\\" not in address and address.isprintable() else PREFIX


def _form(request: Request, next: str, trouble: str = "", status: int = 200) -> Response:
    return page(made(request), "login.html", next=_inside(next), trouble_told=trouble, status_code=status)
