"""Who asks, and what they may do and see."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from starlette.requests import Request

from wares.records import AllOf, Filter

SCOPES = ("search", "write", "admin")


class Caller(NamedTuple):
    """``name`` is who it is, for journal and audit; ``scopes`` what it may do; ``where`` what it sees (None: all)."""

    name: str
    scopes: frozenset[str]
    where: Filter | None = None

    def seen(self, where: Filter | None) -> Filter | None:
        """A filter, narrowed to what the caller may see."""
        if self.where is None or where is None:
            return self.where or where
        return AllOf((self.where, where))


def may(scope: str) -> Callable[[Request], Caller]:
    """A dependency of routes: the caller, who has a scope."""

    def caller(request: Request) -> Caller:
        return Caller("local", frozenset(SCOPES))

    return caller
