"""Many products at once: lines of JSON, in batches that a server takes, each line answered for itself."""

from __future__ import annotations

import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from wares import media
from wares.client.calling import Caller
from wares.errors import CatalogueError, SetupError
from wares.records import Media, Product
from wares.reports import AddReport, OnProgress, Progress

PATH = "/api/v1/products/bulk"
#: A batch has at most so many lines, and bytes.
MOST_LINES, MOST_BYTES = 500, 8_000_000
_HEADERS = {"Content-Type": "application/x-ndjson"}
_TOLD = 100
_DATA = "data:application/octet-stream;base64,"


class _Put(msgspec.Struct):
    put: Product


class _Delete(msgspec.Struct):
    delete: str


class _Outcome(msgspec.Struct):
    """A line of the answer; the last one is a summary and has no status."""

    id: str = ""
    status: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()


class _Line(NamedTuple):
    id: str
    data: bytes


def add(caller: Caller, catalogue: Iterable[Product], progress: OnProgress | None) -> AddReport:
    """Send products; what became of them. :class:`CatalogueError` at the end when some could not be added."""
    started = time.monotonic()
    counts: Counter[str] = Counter()
    wrong: list[_Outcome] = []
    warnings: list[str] = []
    for batch in _batches(map(_put, catalogue)):
        for outcome in _sent(caller, batch):
            counts[outcome.status] += 1
            warnings += [f"{outcome.id}: {warning}" for warning in outcome.warnings]
            if outcome.status == "error":
                wrong.append(outcome)
        if progress is not None:
            progress(Progress("sending", counts.total()))
    if wrong:
        first = f"{wrong[0].id}: {wrong[0].message}"
        more = f"; and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        raise CatalogueError(f"{len(wrong):,} of {counts.total():,} products were not added: {first}{more}")
    return AddReport(
        added=counts["added"],
        changed=counts["changed"],
        unchanged=counts["unchanged"],
        warnings=tuple(warnings[:_TOLD]),
        warning_count=len(warnings),
        seconds=round(time.monotonic() - started, 3),
    )


def remove(caller: Caller, ids: Iterable[str]) -> int:
    """Remove products; how many there were."""
    lines = (_Line(id, msgspec.json.encode(_Delete(id)) + b"\n") for id in ids)
    return sum(outcome.status == "removed" for batch in _batches(lines) for outcome in _sent(caller, batch))


def products(lines: Iterable[str]) -> Iterator[Product]:
    """The products of an answer's lines."""
    for line in lines:
        if line:
            yield msgspec.json.decode(line, type=Product)


def _sent(caller: Caller, batch: Sequence[_Line]) -> Iterator[_Outcome]:
    """What became of each line of a batch."""
    content = b"".join(line.data for line in batch)
    answer = caller.send("POST", PATH, content=content, headers=_HEADERS).content.splitlines()
    found = [msgspec.json.decode(line, type=_Outcome) for line in answer if line]
    outcomes = [outcome for outcome in found if outcome.status]
    if len(outcomes) != len(batch):
        raise SetupError(
            f"{caller.address} answered {len(outcomes)} of {len(batch)} lines; send them again, for it may have "
            "been stopped in between"
        )
    yield from outcomes


def _batches(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    batch: list[_Line] = []
    size = 0
    for line in lines:
        if batch and (len(batch) >= MOST_LINES or size + len(line.data) > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line.data)
    if batch:
        yield batch


def _put(product: Product) -> _Line:
    variants = tuple(msgspec.structs.replace(one, media=_sendable(one.media)) for one in product.variants)
    sent = msgspec.structs.replace(product, media=_sendable(product.media), variants=variants)
    return _Line(product.id, msgspec.json.encode(_Put(sent)) + b"\n")


def _sendable(found: Sequence[Media]) -> tuple[Media, ...]:
    """Media with their bytes in place of paths of this machine (RFC 2397)."""
    return tuple(msgspec.structs.replace(each, source=_source(each.source)) for each in found)


def _source(source: str | bytes) -> str:
    if isinstance(source, str) and source.lower().startswith(("http://", "https://", "data:", "/media/")):
        return source
    return _DATA + b64encode(media.read(source)).decode()
