"""By which name the server is called, through whom, and from a page of which site.

A browser sends what any page tells it to. So a server that needs no key must not be called by a name that somebody
else made to mean this machine (DNS rebinding), nor let pages of other sites write (CSRF).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from wares.errors import AccessError, WaresError
from wares.server import errors
from wares.server.errors import Misdirected

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from wares.server.config import ServerConfig

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_READS = ("GET", "HEAD", "OPTIONS")


class Sites:
    """Refuses what must not come in."""

    def __init__(self, app: ASGIApp, config: ServerConfig) -> None:
        self._app = app
        self._keys = config.keys
        self._origins = frozenset(config.origins)
        self._names = frozenset(name for name in config.known_hosts if not name.startswith("*."))
        self._under = tuple(name.removeprefix("*") for name in config.known_hosts if name.startswith("*."))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            wrong = self._wrong(scope["method"], Headers(scope=scope))
            if wrong is not None:
                return await errors.answer(wrong, scope.get("wares.request_id", ""))(scope, receive, send)
        return await self._app(scope, receive, send)

    def _wrong(self, method: str, headers: Headers) -> WaresError | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._known(hosts[0]):
            return Misdirected("the server is not called by this name; its operator adds names with --host-name")
        if not self._keys and any(name in headers for name in _FORWARDED):
            return AccessError(
                "a server without keys is not for use behind a proxy, which lets everybody in: add --keys"
            )
        asks_first = method == "OPTIONS" and "access-control-request-method" in headers
        if (method not in _READS or asks_first) and not self._own(headers, hosts[0]):
            return AccessError("a page of another site may not do this; its operator adds sites with --origin")
        return None

    def _known(self, host: str) -> bool:
        if "*" in self._names:
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        name = f"[{name}]" if ":" in name else name
        return name in self._names or name.endswith(self._under)

    def _own(self, headers: Headers, host: str) -> bool:
        """Whether a request comes from a page of this server, of a site that was let in, or from no page at all."""
        origins = headers.getlist("origin")
        if origins:
            # The scheme is not compared: a proxy may speak https for a server that does not know it.
            own = origins[0].lower().partition("://")[2] == host.lower()
            return len(origins) == 1 and (own or origins[0] in self._origins)
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
