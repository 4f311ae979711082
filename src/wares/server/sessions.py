"""Sessions of the console: whoever showed an admin key is known by a cookie for half a day.

The cookie is ``ID.EXPIRY.SIGNATURE``: the key's id, seconds since 1970, and a signature of both and of the key's
present secret. Nothing is kept of a session, and the key is looked up at every request: who revokes or rotates it
ends its sessions.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from wares.access import Key, Keyring
from wares.errors import KeyUnknown
from wares.server.secret import Secret

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

COOKIE = "wares_console"
LASTS_S = 12 * 3600
_PURPOSE = "session"


class Sessions:
    """Begins, knows and ends sessions."""

    def __init__(self, keyring: Keyring, secret: Secret, clock: Callable[[], float] = time.time) -> None:
        self._keyring = keyring
        self._secret = secret
        self._clock = clock

    def begin(self, request: HTTPConnection, response: Response, token: str) -> Key:
        """Answer with a session of an admin key. Raises as :meth:`wares.access.Keyring.verify`, and
        :class:`~wares.errors.Forbidden` for a key that is no admin's."""
        key = self._keyring.verify(token)
        key.require("admin")
        until = str(int(self._clock()) + LASTS_S)
        signature = self._secret.sign(_PURPOSE, f"{key.id}.{until}.{self._keyring.trusted(key.id).mark}")
        response.set_cookie(
            COOKIE,
            f"{key.id}.{until}.{signature}",
            max_age=LASTS_S,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return key

    def key(self, request: HTTPConnection) -> Key | None:
        """The key that a request's session began with; None without a session that holds."""
        id, _, rest = request.cookies.get(COOKIE, "").partition(".")
        until, _, signature = rest.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12) or int(until) <= self._clock():
            return None
        try:
            known = self._keyring.trusted(id)
        except KeyUnknown:
            return None
        holds = self._secret.signed(_PURPOSE, f"{id}.{until}.{known.mark}", signature)
        return known.key if holds else None

    def end(self, response: Response) -> None:
        """Answer that the session is over."""
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
