"""The versions of a shop's index: built beside the live one, switched atomically, kept for going back.

    SHOP/index/CURRENT                 the live version's name; below it the earlier ones, newest first
    SHOP/index/000007/manifest.json    what the version is made of
    SHOP/index/000007/applied.json     how far in the store's feed of changes it has got
    SHOP/index/000007/engine/          the engine's own files

An index is disposable: everything in it can be built again from the store. So whatever is damaged here is reported
with the one command that mends it, and building needs nothing of what is already there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as distribution_version
from pathlib import Path

import msgspec

from wares.errors import StoreError
from wares.index import atomic
from wares.index.base import VectorSpec
from wares.index.locks import Lock, Process
from wares.index.manifest import FORMAT, Build, Manifest, WordsParameters

#: How many earlier versions the pointer remembers.
HISTORY = 9


class _Applied(msgspec.Struct, frozen=True):
    change: int


class _Format(msgspec.Struct, frozen=True):
    format: int


class Versions:
    """The index versions of one shop folder. Safe in several threads and processes; publishing, going back and
    pruning are for the holder of the :class:`~wares.index.locks.WriterLock`, and building is for that of the
    :class:`~wares.index.locks.BuilderLock`, from the beginning until the version is live or given up: so no version
    that is awaited is ever older than the live one."""

    def __init__(self, shop: Path) -> None:
        self.shop = shop
        self.folder = shop / "index"
        self._pointer = self.folder / "CURRENT"
        self._pointer_name = str(self._pointer)

    # -- looking ------------------------------------------------------------------------------------------------

    def current(self) -> str | None:
        """The live version; None before the first is published."""
        lines = self._lines()
        return lines[0] if lines else None

    def stamp(self) -> tuple[int, ...] | None:
        """Something that differs whenever the live version may have changed; one system call."""
        return _stamp(self._pointer_name)

    def holder(self, version: str) -> tuple[int, ...] | None:
        """Something that differs whenever another process may hold the engine of a version. An engine that was opened
        anew counts words a little otherwise than one in which products were removed."""
        return _stamp(f"{self.folder}/{version}/owner.json")

    def names(self) -> list[str]:
        """All versions there are, oldest first, whatever their state."""
        try:
            found = [path.name for path in self.folder.iterdir() if path.name.isdecimal() and path.is_dir()]
        except FileNotFoundError:
            return []
        return sorted(found, key=int)

    def path(self, version: str) -> Path:
        """A version's folder."""
        return self.folder / version

    def engine_path(self, version: str) -> Path:
        """Where the engine keeps its files; the engine makes this folder."""
        return self.path(version) / "engine"

    def manifest(self, version: str) -> Manifest:
        """What a version is made of. :class:`StoreError` when it is missing, damaged or made by a newer wares."""
        path = self.path(version) / "manifest.json"
        try:
            data = path.read_bytes()
            if msgspec.json.decode(data, type=_Format).format > FORMAT:
                raise StoreError(f"{path} was made by a newer wares; update wares, or build anew: {self._mend}")
            manifest = msgspec.json.decode(data, type=Manifest)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as damage:
            raise self._damaged(path, damage) from damage
        if manifest.version != version:
            raise StoreError(f"{path} is that of version {manifest.version}; build anew: {self._mend}")
        return manifest

    def applied(self, version: str) -> int:
        """How far in the store's feed of changes a version has got."""
        path = self.path(version) / "applied.json"
        try:
            return msgspec.json.decode(path.read_bytes(), type=_Applied).change
        except FileNotFoundError:
            return self.manifest(version).built_from
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as damage:
            raise self._damaged(path, damage) from damage

    # -- changing -----------------------------------------------------------------------------------------------

    def set_applied(self, version: str, change: int) -> None:
        """Record, durably, that all changes up to this one are in the version; it never goes back.

        To be called when the index has been flushed: what is recorded here is not applied again.
        """
        lock = Lock(self.path(version) / "applied.lock")
        if not lock.take(timeout_s=10.0):
            raise StoreError(f"{self.path(version) / 'applied.lock'} has been held for ten seconds; try again")
        try:
            if change > self.applied(version):
                atomic.write(self.path(version) / "applied.json", msgspec.json.encode(_Applied(change)))
        finally:
            lock.release()

    def begin(
        self,
        *,
        engine: str,
        vectors: Sequence[VectorSpec],
        encoders: Mapping[str, str],
        model: str,
        words: WordsParameters,
        built_from: int,
        fit: str = "",
    ) -> Build:
        """A new version under construction, in a folder of its own; nothing uses it until it is published."""
        version, folder = self._new_folder()
        lock = Lock(folder / "build.lock")
        if not lock.take():
            raise StoreError(f"{folder} was taken by another process as it was made; try again")
        manifest = Manifest(
            format=FORMAT,
            version=version,
            state="building",
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            engine=engine,
            vectors=tuple(vectors),
            encoders=dict(encoders),
            model=model,
            words=words,
            points=0,
            built_from=built_from,
            wares=own_version(),
            builder=Process.current(),
            fit=fit,
        )
        try:
            return Build(manifest, folder, lock)
        except BaseException:
            lock.release()
            raise

    def publish(self, version: str) -> None:
        """Make a ready version the live one. Readers see the one before or this one, never anything between."""
        state = self.manifest(version).state
        if state != "ready":
            raise StoreError(f"index version {version} is {state} and cannot go live; build anew: {self._mend}")
        try:
            earlier = self._lines()
        except StoreError:
            earlier = []  # a damaged pointer is mended by writing it
        self._point([version, *(name for name in earlier if name != version)])

    def discard(self, version: str) -> None:
        """Mark a version that is not live as failed, for the next pruning to remove."""
        if version != self.current():
            manifest = msgspec.structs.replace(self.manifest(version), state="failed")
            atomic.write(self.path(version) / "manifest.json", msgspec.json.encode(manifest))

    def rollback(self) -> str:
        """Make the version live that was so before, and return its name; a second call goes back further."""
        for place, version in enumerate(lines := self._lines()[1:]):
            with suppress(StoreError):
                if self.manifest(version).state == "ready":
                    self._point(lines[place:])
                    return version
        raise StoreError(f"there is no earlier index version in {self.folder} to go back to")

    def prune(self, keep: int = 2) -> list[str]:
        """Remove what is no longer needed, and return the names of the versions removed.

        Kept are the live version and those live before it, ``keep`` in all; ready ones newer than the live one; those
        being built by a living process; and those that a process has open.
        """
        live = self._lines()
        kept = set(live[: max(keep, 1)])
        removed = [
            name for name in self.names() if name not in kept and not self._awaited(name, live) and self._remove(name)
        ]
        if self.folder.is_dir():
            for path in [*self.folder.glob(".removed-*"), *atomic.leftovers(self.folder)]:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        return removed

    # -- within -------------------------------------------------------------------------------------------------

    @property
    def _mend(self) -> str:
        return f"wares rebuild {self.shop}"

    def _damaged(self, path: Path, damage: Exception) -> StoreError:
        if isinstance(damage, FileNotFoundError):
            return StoreError(f"{path} is missing; build anew: {self._mend}")
        if isinstance(damage, OSError):
            return StoreError(f"cannot read {path}: {damage.strerror}")
        return StoreError(f"{path} is damaged ({damage}); build anew: {self._mend}")

    def _lines(self) -> list[str]:
        try:
            lines = self._pointer.read_bytes().decode("ascii").split()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as damage:
            raise self._damaged(self._pointer, damage) from damage
        if not lines or not all(line.isdecimal() for line in lines):
            raise StoreError(f"{self._pointer} is damaged; build anew: {self._mend}")
        return lines

    def _point(self, lines: Sequence[str]) -> None:
        atomic.write(self._pointer, "".join(f"{name}\n" for name in lines[: HISTORY + 1]).encode("ascii"))

    def _new_folder(self) -> tuple[str, Path]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            number = max((int(name) for name in self.names()), default=0)
            while True:  # another process may begin at the same moment; making a folder is atomic
                number += 1
                with suppress(FileExistsError):
                    path = self.path(f"{number:06}")
                    path.mkdir()
                    return path.name, path
        except OSError as refused:
            raise StoreError(f"cannot make an index version in {self.folder}: {refused.strerror}") from refused

    def _awaited(self, version: str, live: Sequence[str]) -> bool:
        """Whether a version is ready and newer than the live one: about to be published, or gone back from."""
        with suppress(StoreError):
            return self.manifest(version).state == "ready" and (not live or int(version) > int(live[0]))
        return False

    def _remove(self, version: str) -> bool:
        """Remove a version's folder unless a process builds it or has it open, which their locks tell for sure."""
        held: list[Lock] = []
        try:
            for name in ("build.lock", "owner.lock"):
                lock = Lock(self.path(version) / name)
                if not lock.take():
                    return False
                held.append(lock)
            # Renamed first: what is half removed must not look like a version.
            self.path(version).rename(self.folder / f".removed-{version}-{os.getpid()}")
        except OSError as refused:
            raise StoreError(f"cannot remove {self.path(version)}: {refused.strerror}") from refused
        finally:
            for lock in held:
                lock.release()
        return True


def _stamp(path: str) -> tuple[int, ...] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - a third of Path.stat's time, at every question
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)


def own_version() -> str:
    """The version of wares that is installed."""
    try:
        return distribution_version("wares")
    except PackageNotFoundError:
        return "unknown"
