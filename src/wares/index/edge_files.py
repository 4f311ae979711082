"""What an embedded index keeps beside the engine's own files: its vectors, tuning and fields."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from wares.errors import StoreError
from wares.index.atomic import write
from wares.index.base import FieldSpec, VectorSpec

_FILE = "schema.json"
_FORMAT = 1

#: Writing stops while so much room is left: the engine maps its files into memory, and a full disk would then end
#: the process instead of raising an error.
ROOM = 256 * 2**20


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """How the engine builds and searches its graphs.

    ``links`` and ``build_width`` are M and efConstruction of HNSW, ``search_width`` is ef. Below ``graph_from_kb``
    kilobytes of vectors there is no graph, and where a filter leaves less than ``scan_until_kb`` kilobytes it is not
    used: every vector left is compared. Some 12,000 vectors of 512 dimensions are compared in 0.8 ms and all of the
    best are found; a filtered walk through the graph takes longer and misses some.
    """

    links: int = 16
    build_width: int = 128
    search_width: int = 256
    graph_from_kb: int = 10_000
    scan_until_kb: int = 12_000


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of ``schema.json``."""

    vectors: tuple[VectorSpec, ...]
    tuning: Tuning
    fields: tuple[FieldSpec, ...] = ()
    format: int = _FORMAT


def save(folder: Path, saved: Saved) -> None:
    """Write the file whole or not at all; it survives a power cut when this returns."""
    write(folder / _FILE, msgspec.json.format(msgspec.json.encode(saved)))


def load(folder: Path) -> Saved:
    """Read the file; :class:`StoreError` when it is missing, damaged or of a newer version."""
    file = folder / _FILE
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise StoreError(f"{folder} holds no index; build it anew") from None
    except OSError as error:
        raise StoreError(f"cannot read {file}: {error.strerror}") from error
    try:
        version = msgspec.json.decode(content, type=dict[str, object]).get("format")
        if isinstance(version, int) and version > _FORMAT:
            raise StoreError(f"{file} was written by a newer version of wares; upgrade wares or build the index anew")
        return msgspec.json.decode(content, type=Saved)
    except msgspec.MsgspecError as error:
        raise StoreError(f"{file} is damaged ({error}); build the index anew") from error


def make_room(folder: Path) -> None:
    """Make a folder, and see that there is room for an index."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot make {folder}: {error.strerror}") from error
    check_room(folder)


def check_room(folder: Path) -> None:
    """Raise :class:`StoreError` when less than :data:`ROOM` bytes are free."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror}") from error
    if free < ROOM:
        raise StoreError(
            f"{free // 2**20} MB free at {folder}, {ROOM // 2**20} MB are needed; make room and try again"
        )
