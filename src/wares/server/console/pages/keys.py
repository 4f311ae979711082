"""Keys: who may ask this shop, for what, and how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from fastapi import Response

from wares.access import SCOPES, Key, Keyring
from wares.errors import WaresError
from wares.server.console.forms import Form, Posted, done
from wares.server.console.here import Asked, Here
from wares.server.console.here import router as console_router
from wares.server.console.pages.audit import entries
from wares.server.console.rendering import page
from wares.server.errors import message_of

router = console_router()

LOG = 30
MOST_DAYS = 3_650


class Shown(NamedTuple):
    """A key, and whether it can be used."""

    key: Key
    state: str


class Token(NamedTuple):
    """A token that was just made; shown this once."""

    name: str
    text: str


def listed(keys: Keyring) -> tuple[Shown, ...]:
    """All keys, those that can be used first."""
    now = datetime.now(UTC)
    found = [Shown(key, key.state(now)) for key in keys.list()]
    return tuple(sorted(found, key=lambda one: one.state != "live"))


def created(keys: Keyring, form: Form, by: str) -> Token:
    """Make the key that a form asks for."""
    days = form.number("days", "how many days it is good for", 0)
    limit = form.one("per_minute")
    key, token = keys.create(
        form.one("name"),
        form.all("scopes"),
        where=form.one("where"),
        per_minute=int(form.number("per_minute", "calls a minute", 0)) if limit else None,
        expires=timedelta(days=min(days, MOST_DAYS)) if days else None,
        by=by,
    )
    return Token(key.name, token)


@router.get("/keys")
def show(here: Asked) -> Response:
    """The list."""
    return _page(here)


@router.post("/keys/create")
def create(here: Asked, form: Posted) -> Response:
    """Make a key. Its token is in this answer, and nowhere else: so there is no redirect."""
    try:
        token = created(here.serving.keyring, form, here.caller.name)
    except WaresError as wrong:
        return _page(here, trouble=message_of(wrong), form=form, status=400)
    return _page(here, token=token)


@router.post("/keys/rotate")
def rotate(here: Asked, form: Posted) -> Response:
    """Give a key another secret; the one before is good for as many hours as asked for."""
    try:
        keys, id = here.serving.keyring, form.one("id")
        grace = timedelta(hours=max(0.0, min(form.number("hours", "hours", 0), 720.0)))
        token = Token(keys.get(id).name, keys.rotate(id, grace, by=here.caller.name))
    except WaresError as wrong:
        return _page(here, trouble=message_of(wrong), status=400)
    return _page(here, token=token)


@router.post("/keys/revoke")
def revoke(here: Asked, form: Posted) -> Response:
    """Take a key back."""
    try:
        key = here.serving.keyring.revoke(form.one("id"), by=here.caller.name)
    except WaresError as wrong:
        return _page(here, trouble=message_of(wrong), status=400)
    return done(here, "/keys", here.t("Revoked: {name}", name=key.name))


def _page(
    here: Here, *, token: Token | None = None, trouble: str = "", form: Form | None = None, status: int = 200
) -> Response:
    given: dict[str, Any] = {name: form.one(name) if form else "" for name in ("name", "where", "per_minute", "days")}
    scopes = form.all("scopes") if form else ("search",)
    return page(
        here,
        "keys.html",
        keys=listed(here.serving.keyring),
        token=token,
        trouble_told=trouble,
        given=given,
        chosen=scopes,
        scopes=SCOPES,
        guarded=here.serving.config.keys,
        log_entries=entries(here.serving.store, "key", limit=LOG),
        status_code=status,
    )
