"""Questions and events as UBI 1.3 writes them (https://github.com/o19s/ubi, schemas 1.3.0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from wares.errors import QueryError
from wares.feedback.records import Event
from wares.store.behaviour import AskedRow, EventRow

#: Events that one body may have.
MAX_EVENTS = 1_000


class EventSaid(msgspec.Struct, frozen=True, kw_only=True):
    """An event of UBI 1.3 (User Behavior Insights): something that was done with an answer.

    ``action_name`` is free: impression, click, view, add_to_cart, purchase. ``query_id`` is that of the answer;
    ``event_attributes`` names the product, ``{"object": {"object_id": "87"}}``, and its place among the hits,
    ``{"position": {"ordinal": 1}}``. ``timestamp`` is ISO 8601. What else it has is not kept.
    """

    action_name: str
    query_id: str | None = None
    timestamp: str = ""
    application: str | None = None
    session_id: str | None = None
    client_id: str | None = None
    user_id: str | None = None
    message_type: str | None = None
    message: str | None = None
    event_attributes: dict[str, Any] = {}


_TEXTS = ("application", "query_id", "session_id", "client_id", "user_id", "message_type", "message")


def read(body: bytes) -> list[Event]:
    """The events of a body: one JSON object, or a list of at most :data:`MAX_EVENTS`.

    :class:`~wares.errors.QueryError` names the place of a mistake. Lengths are checked when they are recorded.
    """
    try:
        one = body.lstrip()[:1] != b"["
        found = (
            [msgspec.json.decode(body, type=EventSaid)] if one else msgspec.json.decode(body, type=list[EventSaid])
        )
    except RecursionError as deep:
        raise QueryError("the events are nested too deep") from deep
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise QueryError(f"these are no UBI events: {wrong}") from wrong
    if len(found) > MAX_EVENTS:
        raise QueryError(f"there are {len(found):,} events; send at most {MAX_EVENTS:,} at once")
    return [_event(said, "$" if one else f"$[{at}]") for at, said in enumerate(found)]


def _event(said: EventSaid, place: str) -> Event:
    told = said.event_attributes
    thing, spot = told.get("object"), told.get("position")
    object_id = thing.get("object_id") if isinstance(thing, dict) else None
    ordinal = spot.get("ordinal") if isinstance(spot, dict) else None
    if not isinstance(object_id, str | int | None):
        raise QueryError(f"the object_id of an event is text or a number - at `{place}.event_attributes.object`")
    if not isinstance(ordinal, int | None) or isinstance(ordinal, bool):
        raise QueryError(f"the ordinal of an event is a whole number - at `{place}.event_attributes.position`")
    return Event(
        action_name=said.action_name,
        timestamp=_moment(said.timestamp, place),
        object_id="" if object_id is None else str(object_id),
        position=ordinal,
        attributes=told,
        **{name: getattr(said, name) or "" for name in _TEXTS},
    )


def _moment(text: str, place: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as wrong:
        raise QueryError(f"{text[:40]!r} is no moment of ISO 8601 - at `{place}.timestamp`") from wrong


def query_line(row: AskedRow) -> dict[str, Any]:
    """A question as UBI has it; what it has no name for is among ``query_attributes``."""
    further = {"query": _json(row.query), "chips": _json(row.chips), "stages_ms": _json(row.stages)}
    plain = {name: getattr(row, name) for name in ("session_id", "user_id", "language", "total", "took_ms", "error")}
    return {
        "application": row.application,
        "query_id": row.query_id,
        "client_id": row.client_id,
        "user_query": row.text,
        "query_attributes": {**_filled(plain), **_filled(further)},
        "object_id_field": "id",
        "timestamp": row.at,
        "query_response_id": row.query_id,
        "query_response_hit_ids": _json(row.hits),
    }


def event_line(row: EventRow) -> dict[str, Any]:
    """An event as UBI has it."""
    told: dict[str, Any] = dict(_json(row.attributes))
    if row.object_id:
        told["object"] = {"object_id_field": "id", **_dict(told.get("object")), "object_id": row.object_id}
    if row.position is not None:
        told["position"] = {**_dict(told.get("position")), "ordinal": row.position}
    texts = {name: getattr(row, name) for name in _TEXTS}
    line = {"action_name": row.action_name, "timestamp": row.timestamp, **_filled(texts)}
    return line | ({"event_attributes": told} if told else {})


def _json(text: str) -> Any:
    return msgspec.json.decode(text)


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", [], {})}
