"""What a route says of itself to programs, for its decorator: what it reads, and what it answers with.

:mod:`wares.server.document` makes the document of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from wares.server.messages import ErrorBody

REF = "#/components/schemas/{name}"
#: Statuses that any route may answer with, beside those of its own.
COMMON = {400: "the request is wrong; the message says how to mend it"}
KEYED = {
    401: "no key, or none that holds",
    403: "the key does not allow this",
    429: "too many requests; Retry-After says when to come again",
}

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}


def _said(schema: Mapping[str, Any], about: str, example: Any = None) -> dict[str, Any]:
    return {"schema": dict(schema), "description": about, **({} if example is None else {"example": example})}


#: Names of a question in an address.
_QUESTION: Mapping[str, dict[str, Any]] = {
    "q": _said(_TEXT, "Words to look for.", "red dress under 50"),
    "where": _said(_TEXT, "A filter, in words or as JSON: docs/filters.md.", "price < 30"),
    "facet": _said(_TEXTS, "Fields to count the values of.", ["brand"]),
    "sort": _said(_TEXT, "A number field; -field for downwards.", "-price"),
    "limit": _said({"type": "integer", "minimum": 1, "maximum": 1000, "default": 10}, "How many hits."),
    "offset": _said({"type": "integer", "minimum": 0, "maximum": 100000, "default": 0}, "How many hits to skip."),
    "image": _said(_TEXTS, "Pictures: http(s) addresses, or names that POST /pictures gave."),
    "audio": _said(_TEXTS, "Recordings: http(s) addresses, or names that POST /clips gave."),
    "video": _said(_TEXTS, "Videos: http(s) addresses, or names that POST /clips gave."),
    "crop": _said(_TEXT, "The part of the picture that is meant: left,top,width,height as shares.", "0.1,0,0.5,1"),
    "like": _said(_TEXTS, "Ids of products to be like.", ["87"]),
    "unlike": _said(_TEXTS, "Ids of products to be unlike.", ["88"]),
    "without": _said(_TEXTS, "Words that are not meant.", ["leather"]),
    "weight": _said(_TEXTS, "How much a part counts (text, image, audio, video, like, not).", ["image=0.7"]),
    "parse": _said({"type": "boolean", "default": True}, "Read filters out of the words, and correct them."),
    "ignore": _said(_TEXTS, "Chips and corrections of an earlier answer that were not meant.", ["price < 50"]),
    "user": _said(_TEXT, "Who asks, as the shop calls them."),
    "session": _said(_TEXT, "The visit, for the journal."),
    "client": _said(_TEXT, "The browser, for the journal."),
}

#: The records that stand in the document.
TYPES: set[Any] = {ErrorBody}


def answers(
    kind: Any, about: str, *, status: int = 200, example: Any = None, others: Mapping[int, str] | None = None
) -> dict[int | str, dict[str, Any]]:
    """What a route answers with: the ``responses`` of its decorator. ``others`` are statuses of errors."""
    TYPES.add(kind)
    content: dict[str, Any] = {"schema": schema_of(kind)}
    if example is not None:
        content["example"] = msgspec.to_builtins(example)
    errors = {**COMMON, **KEYED, **(others or {})}
    return {
        status: {"description": about, "content": {"application/json": content}},
        **{code: failure(told) for code, told in errors.items()},
    }


def files(
    media_types: Sequence[str],
    about: str,
    *,
    also: Mapping[int, str] | None = None,
    others: Mapping[int, str] | None = None,
    keyed: bool = False,
) -> dict[int | str, dict[str, Any]]:
    """What a route answers with that sends files, to anybody unless ``keyed``; ``also`` are statuses
    without a body of ours, ``others`` those of errors."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    errors = {**COMMON, **(KEYED if keyed else {}), **(others or {})}
    return {
        200: {"description": about, "content": content},
        **{
            code: {"description": told, "content": content if code == 206 else {}}
            for code, told in (also or {}).items()
        },
        **{code: failure(told) for code, told in errors.items()},
    }


def streams(
    kind: Any,
    media_type: str,
    about: str,
    *,
    example: str,
    also: Mapping[int, str] | None = None,
    others: Mapping[int, str] | None = None,
) -> dict[int | str, dict[str, Any]]:
    """What a route answers with that sends one record after the other, as text; ``also`` are statuses without a
    body, ``others`` those of errors."""
    TYPES.add(kind)
    errors = {**COMMON, **KEYED, **(others or {})}
    return {
        200: {"description": about, "content": {media_type: {"schema": schema_of(kind), "example": example}}},
        **{code: {"description": told} for code, told in (also or {}).items()},
        **{code: failure(told) for code, told in errors.items()},
    }


def nothing(about: str, *, others: Mapping[int, str] | None = None) -> dict[int | str, dict[str, Any]]:
    """What a route answers with that has nothing to say but that it is done."""
    errors = {**COMMON, **KEYED, **(others or {})}
    return {204: {"description": about}, **{code: failure(told) for code, told in errors.items()}}


def takes(kind: Any, *, example: Any = None, media_type: str = "application/json", text: str = "") -> dict[str, Any]:
    """What a route reads: the ``openapi_extra`` of its decorator. ``text``: an example of the same as plain text."""
    TYPES.add(kind)
    content: dict[str, Any] = {"schema": schema_of(kind)}
    if example is not None:
        content["example"] = msgspec.to_builtins(example)
    plain = {"text/plain": {"schema": _TEXT, "example": text}} if text else {}
    return {"requestBody": {"required": True, "content": {media_type: content, **plain}}}


def asks(*names: str) -> dict[str, Any]:
    """What a route reads of an address that asks a question: the parameters with these names (all, if none)."""
    wanted = names or tuple(_QUESTION)
    return {"parameters": [{"name": name, "in": "query", "required": False, **_QUESTION[name]} for name in wanted]}


def questions(kind: Any, *, example: Any = None) -> dict[str, Any]:
    """What a route reads that is asked a question: as JSON, or as a form with pictures."""
    told = takes(kind, example=example)
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 4}
    fields = {
        **{("text" if name == "q" else name): _field(each) for name, each in _QUESTION.items()},
        "image": {**files, "description": "Pictures as files."},
        "audio": {**files, "description": "Recordings as files: what is said in them becomes words."},
        "video": {**files, "description": "Videos as files: what they show is looked for."},
        "question": {"type": "string", "description": "All but the files, as JSON, in place of the other fields."},
    }
    told["requestBody"]["content"]["multipart/form-data"] = {"schema": {"type": "object", "properties": fields}}
    return told


def _field(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {**parameter["schema"], "description": parameter["description"]}


def brings(
    name: str,
    *,
    about: str,
    required: bool = True,
    fields: Mapping[str, Any] | None = None,
    media_type: str = "image/*",
) -> dict[str, Any]:
    """What a route reads that takes a file: as the body, or named in a form, beside other ``fields`` (schemas)."""
    file = {"type": "string", "format": "binary", "description": about}
    form = {
        "type": "object",
        "properties": {name: file, **(fields or {})},
        **({"required": [name]} if required else {}),
    }
    content = {media_type: {"schema": file}, "multipart/form-data": {"schema": form}}
    return {"requestBody": {"required": required, "content": content}}


def schema_of(kind: Any) -> Any:
    """The JSON schema of a record, which refers to others by :data:`REF`."""
    return msgspec.json.schema_components([kind], ref_template=REF)[0][0]


def failure(about: str) -> dict[str, Any]:
    """An answer with the one body of errors."""
    return {"description": about, "content": {"application/json": {"schema": schema_of(ErrorBody)}}}
