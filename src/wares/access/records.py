"""What a key is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Literal, TypeAlias, get_args

import msgspec

from wares.errors import Forbidden, QueryError, SetupError
from wares.query import filters
from wares.records import Filter

#: What a key is for; each may do what stands before it too.
Scope: TypeAlias = Literal["search", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

#: Characters of the name of a key.
MAX_NAME = 100
#: Calls a minute that a key may be given.
MAX_PER_MINUTE = 1_000_000
#: Calls a minute of a key that can only search, unless it is told otherwise. Others have no limit.
SEARCHES = 600


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key, without its secret. Moments are in UTC.

    ``id`` is public and never changes; ``name`` is what people call it. ``scopes`` say what it is for: "write" may
    search too, "admin" may do everything. ``where`` is a filter in words ("" for none): the key sees products that
    pass it, and no others. ``per_minute`` calls are let through a minute, 0 for no limit. It is good until
    ``expires`` and until it is ``revoked``; the secret before the present one is good until ``rotated``.
    ``last_used`` is right to a minute.
    """

    id: str
    name: str
    scopes: tuple[Scope, ...]
    where: str = ""
    per_minute: int = 0
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    rotated: datetime | None = None
    last_used: datetime | None = None

    def may(self, scope: Scope) -> bool:
        """Whether it is good for this."""
        return any(SCOPES.index(own) >= SCOPES.index(scope) for own in self.scopes)

    def require(self, scope: Scope) -> None:
        """:class:`~wares.errors.Forbidden` unless it is good for this."""
        if not self.may(scope):
            raise Forbidden(f"the key {self.name!r} lacks the scope {scope!r}; use one that has it", scope)

    def state(self, now: datetime) -> Literal["live", "expired", "revoked"]:
        """Whether it can be used at a moment."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now else "live"

    def filter(self) -> Filter | None:
        """What the products that it sees have to pass; None: it sees all of them."""
        return _parsed(self.where) if self.where else None


_parsed = lru_cache(maxsize=1024)(filters.parse)


def checked(key: Key) -> Key:
    """The key itself. :class:`~wares.errors.SetupError` for what no key can be."""
    if not 1 <= len(key.name) <= MAX_NAME or not key.name.isprintable() or key.name != key.name.strip():
        raise SetupError(f"a key has a name of 1 … {MAX_NAME} printable characters, not {key.name[:20]!r}")
    if not 0 <= key.per_minute <= MAX_PER_MINUTE:
        raise SetupError(f"a key has 0 (no limit) … {MAX_PER_MINUTE:,} calls a minute, not {key.per_minute:,}")
    if key.expires is not None and key.expires <= key.created:
        raise SetupError(f"the key {key.name!r} would have expired already: {key.expires:%Y-%m-%d %H:%M} UTC")
    if key.where:
        _check_where(key)
    return key


def ordered(scopes: Iterable[str]) -> tuple[Scope, ...]:
    """Scopes in their order, each once. :class:`~wares.errors.SetupError` when there are none, or for another."""
    wanted = set(scopes)
    if unknown := sorted(wanted.difference(SCOPES)):
        raise SetupError(f"{unknown[0]!r} is no scope; known: {', '.join(SCOPES)}")
    if not wanted:
        raise SetupError(f"a key needs a scope: {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _check_where(key: Key) -> None:
    """A key that sees a part of the shop could write beyond it: so it cannot write."""
    try:
        filters.parse(key.where)
    except QueryError as wrong:
        raise SetupError(f"the filter of the key {key.name!r} cannot be read: {wrong}") from wrong
    if key.may("write"):
        raise SetupError(f"the key {key.name!r} sees a part of the shop; such a key can only search")
