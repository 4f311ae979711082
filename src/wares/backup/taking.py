"""``backup``: a shop into one file, while it is served and while others write."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from wares.backup import probes
from wares.backup.files import copy, put
from wares.backup.records import FORMAT, MANIFEST, Contents, Member
from wares.errors import SetupError, StoreError
from wares.index import atomic
from wares.index.versions import own_version
from wares.reports import BackupReport, OnProgress, Progress
from wares.shop import Shop

#: What belongs to the process that has a version open, not to the version.
_OF_A_PROCESS = (".lock", ".tmp")
_PARTS = ("manifest.json", "applied.json", "learnt", "engine")


def backup(shop: Shop, path: Path, progress: OnProgress | None = None) -> BackupReport:
    """Write a shop into a new file, whole or not at all.

    Searching goes on, and so does writing but for the time in which the store and the index are copied, so that both
    are of one moment. For a while there has to be room for two copies. Raises :class:`SetupError` when the file is
    there already, :class:`StoreError` when it cannot be written, :class:`~wares.errors.ShopBusy` when another process
    goes on writing to the shop.
    """
    if path.exists():
        raise SetupError(f"{path} is there already; name a new file, or remove it first")
    if not path.parent.is_dir():
        raise SetupError(f"{path} cannot be written: there is no folder {path.parent}")
    started = time.monotonic()
    beside: Path | None = None
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        contents = _Taking(shop, beside, progress or _silent).take(beside / "tar")
        (beside / "tar").chmod(0o600)  # it has what customers asked, and who may do what
        with (beside / "tar").open("rb") as file:
            os.fsync(file.fileno())
        os.link(beside / "tar", path)  # fails where a file came meanwhile
        atomic.sync_folder(path.parent)
    except OSError as refused:
        raise StoreError(f"cannot write {path}: {refused.strerror or refused}") from refused
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return BackupReport(
        path=str(path),
        products=contents.products,
        files=len(contents.members),
        bytes=path.stat().st_size,
        probes=len(contents.probes),
        seconds=round(time.monotonic() - started, 3),
    )


class _Taking:
    """One backup under way; ``beside`` is a folder for what lives no longer than that.

    The shop is copied first, for which writers wait. The copy is then asked the probes, as an engine that was opened
    anew may count words a little otherwise than one into which was written.
    """

    def __init__(self, shop: Shop, beside: Path, tell: OnProgress) -> None:
        self._shop, self._copy, self._tell = shop, beside / "shop", tell
        self._members: list[Member] = []

    def take(self, path: Path) -> Contents:
        shop, copied = self._shop, self._copy
        copied.mkdir()
        with shop.steady() as version:
            shop.copy_store(copied / "shop.db")
            products = len(shop)
            for file, name in (*_of_version(shop.path, version), *_under(shop.path, shop.path / "fits")):
                copy(file, copied / name)
        self._tell(Progress("asking", 0, None))
        asked = probes.ask_copy(shop, copied, version)
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
            for place in (copied / "index", copied / "fits", copied / "shop.db"):
                self._add(tar, _under(copied, place))
            self._add(tar, _under(shop.path, shop.path / "media"))
            contents = Contents(
                format=FORMAT,
                wares=own_version(),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                model=shop.settings.model,
                products=products,
                version=version,
                members=tuple(self._members),
                probes=tuple(asked),
            )
            said = msgspec.json.encode(contents)
            info = tarfile.TarInfo(MANIFEST)
            info.size, info.mtime = len(said), int(time.time())
            tar.addfile(info, io.BytesIO(said))
        return contents

    def _add(self, tar: tarfile.TarFile, files: Iterator[tuple[Path, str]]) -> None:
        for path, name in files:
            self._members.append(put(tar, path, name))
            self._tell(Progress("writing", len(self._members), None))


def _of_version(shop: Path, version: str) -> Iterator[tuple[Path, str]]:
    folder = shop / "index" / version
    for part in _PARTS if version else ():
        yield from _under(shop, folder / part)


def _under(shop: Path, place: Path) -> Iterator[tuple[Path, str]]:
    """Files in a place of a shop, and their names in the backup."""
    found = sorted(place.rglob("*")) if place.is_dir() else [place] if place.is_file() else []
    for path in found:
        name = path.relative_to(shop)
        hidden = any(part.startswith(".") for part in name.relative_to(place.relative_to(shop)).parts[:1])
        if path.is_file() and not path.is_symlink() and not hidden and path.suffix not in _OF_A_PROCESS:
            yield path, name.as_posix()


def _silent(_: Progress) -> None:
    """Nobody listens."""
