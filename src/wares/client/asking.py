"""Questions as a server takes them, and its answers as records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from wares import media
from wares.errors import CatalogueError, QueryError
from wares.insight.why import Why
from wares.query import filters
from wares.records import Chip, Filter, Query, Results
from wares.server.messages import Answer, ChipSaid, Explanation

#: A picture, a recording or a video.
Medium: TypeAlias = str | Path | bytes
#: Those of a question, by what they are.
Given: TypeAlias = Mapping[str, Sequence[Medium]]
#: What media of a question are called.
CALLED: Mapping[str, str] = {"image": "picture", "audio": "recording", "video": "video"}
File: TypeAlias = tuple[str, tuple[str, bytes, str]]


def request(question: Mapping[str, Any], given: Given) -> dict[str, Any]:
    """What httpx is given to ask a question: JSON, and a form with files where media are bytes or lie on this
    machine. Those at http(s) addresses are fetched by the server."""
    told = {name: value for name, value in question.items() if value not in (None, "", (), {}, [])}
    told |= {name: there for name, own in given.items() if (there := [str(one) for one in own if _is_address(one)])}
    files = [file(name, one) for name, own in given.items() for one in own if not _is_address(one)]
    if not files:
        return {"json": told}
    return {"data": {"question": msgspec.json.encode(told).decode()}, "files": files}


def of_query(query: Query) -> tuple[dict[str, Any], Given]:
    """The question and the media of a query. :class:`QueryError` for what cannot be asked over HTTP."""
    texts = [str(part.value) for part in query.parts if part.kind == "text" and part.weight > 0]
    if len(texts) > 1:
        raise QueryError("a server is asked for one text at a time; join them")
    if strange := [part.kind for part in query.parts if part.kind in CALLED and part.weight < 0]:
        raise QueryError(
            f"a server cannot be asked for what is not like a {CALLED[strange[0]]}; name products instead"
        )
    weights: dict[str, float] = {}
    for part in query.parts:
        kind = part.kind if part.weight > 0 else "not"
        if weights.setdefault(kind, abs(part.weight)) != abs(part.weight):
            raise QueryError(f"a server takes one weight for all parts of a kind, and {kind} has two")
    question = {
        "text": "".join(texts),
        "like": [part.value for part in query.parts if part.kind == "like" and part.weight > 0],
        "unlike": [part.value for part in query.parts if part.kind == "like" and part.weight < 0],
        "without": [part.value for part in query.parts if part.kind == "text" and part.weight < 0],
        "weights": {kind: weight for kind, weight in weights.items() if weight != 1},
        "where": written(query.where),
        **{name: getattr(query, name) for name in ("facets", "sort", "limit", "offset", "user", "parse", "ignore")},
    }
    return question, {name: [part.value for part in query.parts if part.kind == name] for name in CALLED}


def written(where: str | Filter | None) -> str:
    """A filter in words."""
    return where if isinstance(where, str) else filters.unparse(where) if where is not None else ""


def results(answer: Answer) -> Results:
    """An answer as the results that :meth:`wares.Shop.search` gives."""
    told = {name: getattr(answer, name) for name in Answer.__struct_fields__ if name != "chips"}
    return Results(**told, chips=tuple(map(_chip, answer.chips)))


def why(told: Explanation) -> Why:
    """What became of a product, as :func:`wares.insight.why.why` gives it."""
    found = {name: getattr(told, name) for name in Why.__struct_fields__ if name != "chips"}
    return Why(**found, chips=tuple(map(_chip, told.chips)))


def _chip(said: ChipSaid) -> Chip:
    told: dict[str, Any] = msgspec.structs.asdict(said)
    return Chip(**(told | {"where": filters.parse(said.where) if said.where else None}))


def _is_address(medium: Medium) -> bool:
    return isinstance(medium, str) and medium.lower().startswith(("http://", "https://"))


def file(kind: str, medium: Medium) -> File:
    """A medium as httpx is given it. :class:`QueryError` when it cannot be had."""
    name = CALLED[kind] if isinstance(medium, bytes) else Path(medium).name
    try:
        return kind, (name, media.read(medium), "application/octet-stream")
    except CatalogueError as broken:
        raise QueryError(f"the {CALLED[kind]} asked for cannot be used: {broken}") from broken
