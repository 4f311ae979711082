"""What is kept of questions and of what came of them, and what an event may be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from wares.errors import QueryError
from wares.records import Part, Query, Results

#: Characters of the texts of an event, as UBI bounds them.
LIMITS: Mapping[str, int] = {
    **dict.fromkeys(("action_name", "application", "query_id", "client_id", "session_id", "user_id"), 100),
    **{"message_type": 100, "message": 1024, "object_id": 256},
}
#: Bytes of the further attributes of an event, as JSON.
MAX_ATTRIBUTES = 4_096
#: Places that an event may have happened at.
MAX_POSITION = 1_000_000
#: Ids of hits that are kept with a question.
HITS = 10


def utc() -> datetime:
    """Now."""
    return datetime.now(UTC)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was answered, or could not be (``error`` says why). Made by :meth:`of`."""

    query_id: str
    query: Query
    at: datetime
    application: str = ""
    client_id: str = ""
    session_id: str = ""
    user_id: str = ""
    chips: tuple[str, ...] = ()
    total: int = 0
    hits: tuple[str, ...] = ()
    took_ms: float = 0.0
    stages: Mapping[str, float] = {}
    error: str = ""

    @classmethod
    def of(
        cls,
        query: Query,
        results: Results | None = None,
        *,
        query_id: str = "",
        application: str = "",
        client_id: str = "",
        session_id: str = "",
        took_ms: float = 0.0,
        error: str = "",
    ) -> Question:
        """What is kept of a question: of pictures their size alone, of hits the first ids. Costs microseconds.

        ``results`` bring ``query_id`` and ``took_ms``; without them there was an ``error``.
        """
        found = results or Results(query_id=query_id, total=0, hits=(), took_ms=took_ms)
        return cls(
            query_id=found.query_id,
            query=bare(query),
            at=utc(),
            application=application,
            client_id=client_id,
            session_id=session_id,
            user_id=query.user,
            chips=tuple(chip.id for chip in found.chips if chip.applied),
            total=found.total,
            hits=tuple(hit.id for hit in found.hits[:HITS]),
            took_ms=found.took_ms,
            stages=found.timings_ms,
            error=error,
        )

    @property
    def text(self) -> str:
        """The words of the question."""
        return " ".join(
            part.value for part in self.query.parts if part.kind == "text" and isinstance(part.value, str)
        )


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done: an event of UBI 1.3.

    ``action_name`` is free; the usual ones are "impression", "click", "view", "add_to_cart", "purchase".
    ``query_id`` is that of the question that it came of, ``object_id`` the product, ``position`` its place among the
    hits. ``timestamp`` is when it happened, as the sender says; when it was recorded if left out. ``attributes`` are
    further ones.
    """

    action_name: str
    query_id: str = ""
    application: str = ""
    client_id: str = ""
    session_id: str = ""
    user_id: str = ""
    timestamp: datetime | None = None
    object_id: str = ""
    position: int | None = None
    message_type: str = ""
    message: str = ""
    attributes: Mapping[str, Any] = {}


class Receipt(NamedTuple):
    """``recorded`` events are kept; those of ``unknown`` query ids are marked so."""

    recorded: int
    unknown: tuple[str, ...] = ()


def bare(query: Query) -> Query:
    """A question without the content of its media."""
    if all(isinstance(part.value, str) for part in query.parts):
        return query
    return replace(query, parts=tuple(_told(part) for part in query.parts))


def _told(part: Part) -> Part:
    match part.value:
        case bytes() as content:
            return replace(part, value=f"{len(content):,} bytes")
        case Path() as path:
            return replace(part, value=path.name)
        case _:
            return part


def checked(event: Event) -> Event:
    """The event itself. :class:`~wares.errors.QueryError` for one that is out of bounds."""
    if not event.action_name.strip():
        raise QueryError("an event needs an action_name: click, add_to_cart, purchase …")
    for name, most in LIMITS.items():
        if len(text := getattr(event, name)) > most:
            raise QueryError(f"{name} has {len(text):,} characters; shorten it to {most:,} or fewer")
    if event.position is not None and not 0 <= event.position <= MAX_POSITION:
        raise QueryError(f"position must lie in 0 … {MAX_POSITION:,}, not {event.position:,}")
    return event
