"""Questions and events as files of UBI JSONL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wares.errors import SetupError, StoreError
from wares.feedback import ubi
from wares.feedback.records import utc
from wares.feedback.rows import stamp
from wares.store.behaviour import AskedRow, EventRow
from wares.store.store import Store

QUERIES, EVENTS = "ubi_queries.jsonl", "ubi_events.jsonl"
#: Rows that are held at once.
PAGE = 1_000

Row = TypeVar("Row", AskedRow, EventRow)


def write(store: Store, folder: Path, *, days: float | None = None) -> tuple[int, int]:
    """Write the questions and events of the last ``days`` (all, if None) to ``ubi_queries.jsonl`` and
    ``ubi_events.jsonl`` in a folder; how many of each. A file is replaced whole, when it is whole."""
    since = "" if days is None else stamp(utc() - timedelta(days=days))
    questions = _pages(store.behaviour.questions, since)
    events = _pages(store.behaviour.events, since)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (
            _written(folder / QUERIES, map(ubi.query_line, questions)),
            _written(folder / EVENTS, map(ubi.event_line, events)),
        )
    except OSError as refused:
        raise SetupError(f"cannot write to {folder}: {refused.strerror or refused}; name another folder") from refused
    except msgspec.MsgspecError as damage:
        raise StoreError(f"the journal is damaged: {damage}") from damage


def _pages(page: Callable[[int, int], list[tuple[int, Row]]], since: str) -> Iterator[Row]:
    after = 0
    while found := page(after, PAGE):
        yield from (row for _, row in found if row.at >= since)
        after = found[-1][0]


def _written(path: Path, lines: Iterator[dict[str, Any]]) -> int:
    part, count = path.with_name(f"{path.name}.part"), 0
    try:
        with part.open("wb") as file:
            for line in lines:
                file.write(msgspec.json.encode(line) + b"\n")
                count += 1
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count
