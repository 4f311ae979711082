"""Who asks, and what they may do and see.

Routes depend on :func:`may` and on nothing else of this. A caller shows a key in a header, or has a session of the
console. Who shows none is ``local`` on a server that only this machine can reach, a visitor where the server has a
key for visitors, and otherwise nobody.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from starlette.requests import Request

from wares.access import SCOPES, Key, Keyring, RateLimiter, Scope
from wares.errors import AccessError, Forbidden, KeyUnknown, QueryError, SetupError
from wares.records import AllOf, Filter
from wares.server.operations import watching

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from wares.server.config import ServerConfig
    from wares.server.sessions import Sessions

#: Names in an address under which callers of other servers are used to send their keys.
_IN_ADDRESS = frozenset({"key", "api_key", "api-key", "apikey", "x-api-key", "token", "access_token"})
_NEEDED = "a key is needed: send the header Authorization: Bearer wares_…, or X-API-Key"


class Caller(NamedTuple):
    """``name`` is who it is, for journal and audit; ``scopes`` what it may do; ``where`` what it sees (None: all);
    ``key`` the id of its key, "" for one without."""

    name: str
    scopes: frozenset[str]
    where: Filter | None = None
    key: str = ""

    def seen(self, where: Filter | None) -> Filter | None:
        """A filter, narrowed to what the caller may see."""
        if self.where is None or where is None:
            return self.where or where
        return AllOf((self.where, where))

    def whole(self, what: str) -> None:
        """:class:`~wares.errors.Forbidden` for a caller who sees a part of the shop, where an answer to ``what``
        would be drawn from all of it."""
        if self.where is not None:
            raise Forbidden(
                f"the key {self.name!r} sees a part of the shop; {what} needs one that sees all", "search"
            )


LOCAL = Caller("local", frozenset(SCOPES))


class Door:
    """Lets callers in. Threads may share it; calls are counted for each server process on its own."""

    def __init__(self, keyring: Keyring, sessions: Sessions, config: ServerConfig) -> None:
        self._keyring = keyring
        self._sessions = sessions
        self._keys = config.keys
        self._visitors = keyring.get(config.visitors).id if config.visitors else ""
        self._limiter = RateLimiter()

    def caller(self, request: Request, scope: Scope) -> Caller:
        """Who sent a request. :class:`~wares.errors.AccessError` for those who may not, or not now."""
        token = shown(request)
        key = self._keyring.verify(token) if token else self._sessions.key(request)
        if key is None and not self._keys:
            return LOCAL
        who = key.id if key else ""
        if key is None:
            key = self._visitor()
            who = f"{key.id} {address(request)}"
        self._limiter.take(who, key.per_minute)
        key.require(scope)
        return Caller(key.name, frozenset(scope for scope in SCOPES if key.may(scope)), key.filter(), key.id)

    def knock(self, request: Request, what: str, per_minute: int) -> None:
        """Count a call of an address, for what is open to all. :class:`~wares.errors.TooMany` beyond the limit."""
        self._limiter.take(f"{what} {address(request)}", per_minute)

    def _visitor(self) -> Key:
        try:
            return self._keyring.trusted(self._visitors).key
        except KeyUnknown:
            raise KeyUnknown(_NEEDED) from None


def may(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency of routes: the caller, who has a scope."""

    async def caller(request: Request) -> Caller:
        door: Door = request.app.state.serving.door
        found = door.caller(request, scope)
        watching.note(caller=found.name)
        return found

    caller.scope = scope  # type: ignore[attr-defined]  # by which tests know what a route asks for
    return caller


def check(keyring: Keyring, config: ServerConfig, shop: object) -> None:
    """Whether anybody could call a server. :class:`~wares.errors.SetupError` with the command that mends it."""
    if config.visitors:
        key = keyring.get(config.visitors)
        if key.scopes != ("search",):
            raise SetupError(f"visitors must only search, and the key {key.name!r} may {', '.join(key.scopes)}")
        try:
            keyring.trusted(key.id)
        except KeyUnknown as dead:
            raise SetupError(f"visitors cannot be let in: {dead}") from dead
    elif config.keys and not any(_admin(keyring, key) for key in keyring.list()):
        raise SetupError(f"the shop has no key to serve it with; make one: wares keys {shop} add NAME --scope admin")


def address(request: HTTPConnection) -> str:
    """Where a request comes from; of an IPv6 address the network, since one client has all of it."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def shown(request: Request) -> str:
    """The token that a caller shows; "" for none."""
    if any(name.lower() in _IN_ADDRESS or text.startswith("wares_") for name, text in request.query_params.items()):
        raise QueryError(
            "a key in an address is not taken, for addresses are logged; "
            "send the header Authorization: Bearer, and rotate the key if it was a real one"
        )
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        if not token.strip():
            raise KeyUnknown(_NEEDED)
        return token.strip()
    return request.headers.get("x-api-key", "").strip()


def _admin(keyring: Keyring, key: Key) -> bool:
    try:
        return keyring.trusted(key.id).key.may("admin")
    except AccessError:
        return False
