"""Records as the store keeps them: cleaned, cut to size, and without words where none are to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from wares.encoders.dictionary import language
from wares.errors import QueryError
from wares.feedback.records import LIMITS, MAX_ATTRIBUTES, Event, Question, checked
from wares.records import Query
from wares.settings import JournalSettings
from wares.store.behaviour import AskedRow, EventRow

#: Characters of what is kept of the words of a question, and of an error.
MAX_TEXT = 2_000
#: Bytes of a question as JSON; of a longer one only its page is kept.
MAX_QUERY = 16_384
#: Names and ids are cut to this; see :data:`wares.feedback.records.LIMITS`.
MAX_NAME = 100


def stamp(moment: datetime) -> str:
    """A moment as the store has it: ISO 8601 in UTC, to the millisecond, so that text sorts like time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def asked_row(question: Question, settings: JournalSettings) -> AskedRow:
    """A question as it is kept. Nothing is refused: the question was answered already."""
    text = " ".join(question.text.split())
    query = question.query if settings.text else wordless(question.query)
    return AskedRow(
        query_id=_clean(question.query_id),
        at=stamp(question.at),
        application=_clean(question.application),
        client_id=_clean(question.client_id),
        session_id=_clean(question.session_id),
        user_id=_clean(question.user_id),
        text=_clean(text, MAX_TEXT) if settings.text else "",
        language=language(text) if text else "",
        query=_query(query),
        chips=_encoded([_clean(chip, MAX_TEXT) for chip in question.chips] if settings.text else []),
        total=question.total,
        hits=_encoded([_clean(id, LIMITS["object_id"]) for id in question.hits]),
        took_ms=float(question.took_ms),
        stages=_encoded({name: round(took, 3) for name, took in question.stages.items()}),
        error=_clean(question.error, MAX_TEXT) if settings.text else _clean(question.error.partition(":")[0]),
    )


def event_row(event: Event, now: datetime, settings: JournalSettings) -> EventRow:
    """An event as it is kept. :class:`~wares.errors.QueryError` for one that is out of bounds."""
    checked(event)
    texts = {name: _clean(getattr(event, name), most) for name, most in LIMITS.items()}
    if not settings.text:
        texts["message"] = ""
    try:
        attributes = _encoded(event.attributes)
    except (TypeError, ValueError, RecursionError) as wrong:
        raise QueryError(f"the attributes of an event have no form in JSON: {wrong}") from wrong
    if (size := len(attributes.encode())) > MAX_ATTRIBUTES:
        raise QueryError(
            f"the attributes of an event have {size:,} bytes of JSON; at most {MAX_ATTRIBUTES:,} are kept"
        )
    bare = EventRow(query_id="", action_name="", at=stamp(now), timestamp=stamp(event.timestamp or now))
    return replace(bare, position=event.position, attributes=attributes, **texts)


def wordless(query: Query) -> Query:
    """A question without words that anybody typed."""
    parts = tuple(replace(part, value="") if part.kind == "text" else part for part in query.parts)
    return replace(query, parts=parts, ignore=())


def _query(query: Query) -> str:
    try:
        doc = _encoded(query)
    except (TypeError, ValueError, RecursionError):
        doc = ""
    return doc if 0 < len(doc) <= MAX_QUERY else _encoded({"limit": query.limit, "offset": query.offset})


def _encoded(value: Mapping[str, Any] | object) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


def _clean(text: str, most: int = MAX_NAME) -> str:
    """Text that every database takes: valid Unicode, no NUL."""
    return text[:most].encode(errors="replace").decode().replace("\0", " ")
