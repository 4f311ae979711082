"""What was learnt from the catalogue, kept beside each version of the index.

    SHOP/index/000007/learnt/base     from all products, when the version was built
    SHOP/index/000007/learnt/since    from those that came since

A file holds all parts (:data:`PARTS`) as msgpack; a part is read when it is first asked for, and what came since is
laid over what was there. A version without these files, made by an older wares, knows nothing until it is built anew.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from wares.errors import StoreError
from wares.index import atomic
from wares.learnt import Learnt
from wares.registry import PartSpec, load

if TYPE_CHECKING:
    from wares.settings import Settings
    from wares.store.entries import Stored

#: Raised when a part's content changes its meaning.
FORMAT = 1

#: The parts, by the names they are kept under.
PARTS: Mapping[str, PartSpec] = {
    "words": PartSpec("wares.query.vocabulary:Vocabulary", "words and phrases, to correct and to suggest"),
    "values": PartSpec("wares.query.values:Values", "values of fields, to read filters out of words"),
    "relations": PartSpec("wares.relations.graph:Graph", "relations, brands and categories"),
    "columns": PartSpec("wares.ranking.columns:Columns", "numbers of products that decide about their order"),
}

#: What came since is read as soon as it is there, but no more than a twentieth of the time is spent on that; and it
#: is packed as soon as it is there while that takes no longer than ``AT_ONCE_S``.
PATIENCE, AT_ONCE_S = 20.0, 0.004


class _File(msgspec.Struct, frozen=True):
    format: int
    parts: dict[str, bytes]


def _kind(name: str) -> type[Learnt]:
    found: type[Learnt] = load("wares.learnt", PARTS, name)
    return found


class Lessons:
    """The writer's half: what is being learnt for one version of the index. One writer at a time."""

    def __init__(self, path: Path, parts: Mapping[str, Learnt], packed: Mapping[str, bytes]) -> None:
        """Use :meth:`base` or :meth:`since`; ``packed`` are parts as they are in the file."""
        self._path = path
        self._parts = parts
        self._packed = dict(packed)
        self._fresh: set[str] = set()  # parts that know more than the file
        self._rest_until: dict[str, float] = {}

    @classmethod
    def base(cls, version: Path, settings: Settings) -> Lessons:
        """Nothing yet, to learn all products for the version in a folder."""
        return cls(version / "learnt" / "base", {name: _kind(name).fresh(settings) for name in PARTS}, {})

    @classmethod
    def since(cls, version: Path, settings: Settings) -> Lessons:
        """What came since the version was built, to go on with; begun anew if it cannot be read."""
        path = version / "learnt" / "since"
        try:
            packed = _read(path)
            known = {name: _unpacked(path, name, packed) for name in PARTS if name in packed}
        except StoreError:
            packed, known = {}, {}
        parts = {name: known[name] if name in known else _kind(name).fresh(settings) for name in PARTS}
        return cls(path, parts, packed)

    def learn(self, rows: Sequence[Stored]) -> None:
        """Take in products that are new or changed."""
        for part in self._parts.values():
            part.learn(rows)
        self._fresh.update(self._parts)

    def save(self, *, whole: bool = True) -> bool:
        """Write what was learnt since the last time; whether the file has all of it now.

        Unless it has to be ``whole``, a part that takes long to pack is packed no more often than that a twentieth of
        the time goes into it; until then the file has it as it was.
        """
        now = time.monotonic()
        due = {name for name in self._fresh if whole or now >= self._rest_until.get(name, 0.0)}
        for name in due:
            started = time.monotonic()
            self._packed[name] = self._parts[name].pack()
            took = time.monotonic() - started
            self._rest_until[name] = now + took * PATIENCE if took > AT_ONCE_S else 0.0
        if due:
            try:
                self._path.parent.mkdir(exist_ok=True)
            except OSError as refused:
                raise StoreError(f"cannot make {self._path.parent}: {refused.strerror}") from refused
            atomic.write(self._path, msgspec.msgpack.encode(_File(FORMAT, self._packed)))
            self._fresh -= due
        return not self._fresh


class Digest:
    """What is known of the catalogue at one moment. It does not change; threads may share it."""

    def __init__(
        self, folder: Path, base: Mapping[str, bytes], since: Mapping[str, bytes], bases: dict[str, Any]
    ) -> None:
        """``bases`` are parts of the base that were read for an earlier digest of this version."""
        self._folder = folder
        self._base = base
        self._since = since
        self._bases = bases
        self._parts: dict[str, Any] = {}
        self._guard = threading.Lock()

    def part(self, name: str) -> Any:
        """One part, by its name in :data:`PARTS`; empty when nothing was learnt. :class:`StoreError` when damaged."""
        found = self._parts.get(name)
        if found is None:
            with self._guard:
                if name not in self._bases:
                    self._bases[name] = _unpacked(self._folder / "base", name, self._base)
                base = self._bases[name]
                found = base
                if name in self._since:
                    found = _unpacked(self._folder / "since", name, self._since).over(base)
                self._parts[name] = found
        return found


class Digests:
    """The reader's half: the latest digest of one version of the index. Thread-safe."""

    def __init__(self, version: Path) -> None:
        self._folder = version / "learnt"
        self._since = str(self._folder / "since")
        self._base: Mapping[str, bytes] | None = None
        self._bases: dict[str, Any] = {}
        self._stamp: tuple[int, ...] | None = None
        self._rest_until = 0.0
        self._latest: Digest | None = None
        self._guard = threading.Lock()

    def latest(self) -> Digest:
        """The digest as of now, or of a moment ago when halves come faster than they can be read."""
        stamp = self._stamped()
        latest = self._latest
        if latest is not None and (stamp == self._stamp or time.monotonic() < self._rest_until):
            return latest
        with self._guard:
            if self._base is None:
                self._base = _read(self._folder / "base")
            started = time.monotonic()
            made = Digest(self._folder, self._base, _read(self._folder / "since"), self._bases)
            for name in latest._parts if latest is not None else ():
                made.part(name)  # asked for before, so asked for again: read here, not in a question that is timed
            self._latest, self._stamp = made, stamp
            now = time.monotonic()
            self._rest_until = now + (now - started) * PATIENCE
            return made

    def stamp(self) -> tuple[int, ...] | None:
        """Of what came since, as it was read; () for nothing, None while there is something newer in the file."""
        stamp = self._stamped()
        return (stamp or ()) if self._latest is not None and stamp == self._stamp else None

    def _stamped(self) -> tuple[int, ...] | None:
        try:
            status = os.stat(self._since)  # noqa: PTH116 - at every question
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


def _read(path: Path) -> Mapping[str, bytes]:
    try:
        found = msgspec.msgpack.decode(path.read_bytes(), type=_File)
    except FileNotFoundError:
        return {}
    except OSError as refused:
        raise StoreError(f"cannot read {path}: {refused.strerror}") from refused
    except msgspec.MsgspecError as damage:
        raise _damaged(path, damage) from damage
    if found.format != FORMAT:
        raise StoreError(f"{path} was made by another wares; build the index anew: {_mend(path)}")
    return found.parts


def _unpacked(path: Path, name: str, packed: Mapping[str, bytes]) -> Learnt:
    kind = _kind(name)
    if name not in packed:
        return kind()
    try:
        return kind.unpack(packed[name])
    except ValueError as damage:
        raise _damaged(path, damage) from damage


def _damaged(path: Path, damage: Exception) -> StoreError:
    return StoreError(f"{path} is damaged ({damage}); build the index anew: {_mend(path)}")


def _mend(path: Path) -> str:
    return f"wares rebuild {path.parents[3]}"
