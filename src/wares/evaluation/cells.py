"""One question as named cells, the way every form of file has it: in, and out again."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from wares.catalogue import values
from wares.errors import CatalogueError
from wares.evaluation.records import Asked
from wares.records import Filter, Part, PartKind, Query

#: What a question's parts are called, with the kind of part and the sign of its weight.
PARTS: Mapping[str, tuple[PartKind, float]] = {
    "text": ("text", 1.0),
    "image": ("image", 1.0),
    "audio": ("audio", 1.0),
    "video": ("video", 1.0),
    "like": ("like", 1.0),
    "not": ("text", -1.0),
}
MEDIA = ("image", "audio", "video")
#: All keys of a question; what has another name is a tag.
KEYS = {"id", *PARTS, "where", "weights", "parts", "tags", "set"}
ParseWhere: TypeAlias = Callable[[str], Filter]
#: The keys of one question by the names of :data:`PARTS`, and "id", "where", "weights", "parts", "tags".
Cells: TypeAlias = Mapping[str, Any]


def asked_of(cells: Cells, root: str, parse_where: ParseWhere | None) -> Asked:
    """The question that cells say. Paths of media start at ``root``; ``parse_where`` reads a filter in words.

    Raises :class:`CatalogueError` with the reason alone, and what ``parse_where`` raises.
    """
    if not cells.get("id"):
        raise CatalogueError("there is no id")
    id = values.identifier(cells["id"])
    parts = tuple(_placed(part, root) for part in _parts(cells))
    if not any(part.weight > 0 for part in parts):
        raise CatalogueError(f"nothing is asked for; a question has one of: {', '.join(list(PARTS)[:-1])}")
    others = {name: value for name, value in cells.items() if name not in KEYS}
    tags = texts({**others, **_mapping(cells.get("tags", {}), "tags")}, "tags")
    where = None
    if "where" in cells:
        if parse_where is None:
            raise CatalogueError("it has a filter (where), and filters cannot be read here")
        tags["where"] = values.checked(values.text(cells["where"]))
        where = parse_where(tags["where"])
    return Asked(id=id, query=Query(parts=parts, where=where), tags=tags)


def _parts(cells: Cells) -> tuple[Part, ...]:
    """The parts as they are written: paths are not placed yet."""
    weights = {name: _weight(value) for name, value in _mapping(cells.get("weights", {}), "weights").items()}
    if idle := [name for name in weights if name not in PARTS or name not in cells]:
        raise CatalogueError(f"there is a weight for {idle[0]!r}, and no such part")
    if any(weight <= 0 for weight in weights.values()):
        raise CatalogueError('a weight is above 0; what is not meant stands under "not"')
    named = tuple(
        Part(kind, values.checked(values.text(value)), sign * weights.get(name, 1.0))
        for name, (kind, sign) in PARTS.items()
        if name in cells
        for value in (cells[name] if isinstance(cells[name], list) else [cells[name]])
        if value != ""
    )
    try:
        listed = msgspec.convert(cells.get("parts", ()), tuple[Part, ...])
    except msgspec.ValidationError as wrong:
        raise CatalogueError(f"parts: {wrong}") from wrong
    return (*named, *(msgspec.structs.replace(part, weight=_weight(part.weight)) for part in listed))


def _placed(part: Part, root: str) -> Part:
    if part.kind in MEDIA and isinstance(part.value, str):
        return msgspec.structs.replace(part, value=values.located(part.value.strip(), root))
    return part


def _weight(value: object) -> float:
    try:
        weight = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        weight = math.nan
    if not math.isfinite(weight):
        raise CatalogueError(f"{value!r:.40} is no weight: a number, 1 where none is given")
    return weight


def _mapping(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise CatalogueError(f"{name} are a JSON object of names and values")
    return value


def texts(cells: object, name: str) -> dict[str, str]:
    """Names and values as text; numbers and lists are written out. ``name`` is how an error calls them."""
    found = dict(values.attributes("", _mapping(cells, name)))
    return {key: values.option_text(value) for key, value in found.items()}


def record_of(asked: Asked, root: Path) -> Cells:
    """The cells that :func:`asked_of` reads as this question. :class:`CatalogueError` when there are none."""
    if values.identifier(asked.id) != asked.id:
        raise CatalogueError("its id begins or ends with a space")
    if not any(part.weight > 0 for part in asked.query.parts):
        raise CatalogueError("nothing is asked for")
    parts = tuple(_unplaced(part, root) for part in asked.query.parts)
    record: dict[str, Any] = {"id": asked.id, **_simple(parts)}
    if asked.query.where is not None and "where" not in asked.tags:
        raise CatalogueError('its filter has no words; put them into tags["where"]')
    tags = dict(asked.tags)
    if asked.query.where is not None:
        record["where"] = tags.pop("where")
    return record | ({"tags": tags} if tags else {})


def _simple(parts: tuple[Part, ...]) -> Cells:
    """Parts under their names where these say all; else one by one."""
    cells: dict[str, Any] = {}
    weights: dict[str, float] = {}
    for part in parts:
        name = "not" if part.kind == "text" and part.weight < 0 else part.kind
        cells.setdefault(name, []).append(part.value)
        if abs(part.weight) != 1:
            weights[name] = abs(part.weight)
    written = {name: found[0] if len(found) == 1 else found for name, found in cells.items()}
    written |= {"weights": weights} if weights else {}
    return written if _parts(written) == parts else {"parts": parts}


def _unplaced(part: Part, root: Path) -> Part:
    if isinstance(part.value, bytes):
        raise CatalogueError(f"its {part.kind} is given as bytes; save it as a file")
    if part.kind not in MEDIA or "://" in part.value:
        return part
    for path in (os.path.abspath(part.value), os.path.realpath(part.value)):  # noqa: PTH100 - keeps symbolic links
        if path.startswith(f"{root}/"):
            return msgspec.structs.replace(part, value=path[len(f"{root}/") :])
    raise CatalogueError(f"{part.value} lies outside {root}; copy it there, or write the set beside it")
