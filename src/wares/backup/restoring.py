"""``restore``: a backup into a new folder, checked file by file, then asked whether it answers as it did."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from wares.backup import probes
from wares.backup.files import take
from wares.backup.records import FORMAT, MANIFEST, MOST, Contents, Format, Member
from wares.errors import SetupError, StoreError
from wares.index import atomic
from wares.reports import OnProgress, Progress, RestoreReport
from wares.settings import Environment
from wares.shop import Shop
from wares.store.store import Store

#: What a backup may have in it, by the first part of the name.
_KNOWN = ("shop.db", "index", "fits", "media")
_MOST_MEMBERS = 5_000_000


def restore(
    path: Path, folder: Path, progress: OnProgress | None = None, *, environment: Environment | None = None
) -> RestoreReport:
    """Bring a shop back out of a file, into a folder that is not there or is empty: whole, or not at all.

    Then the probes are asked; what is answered otherwise than it was is in ``differing`` of the report. Raises
    :class:`SetupError` when the folder is not empty, and :class:`StoreError` when the file cannot be read, is damaged
    or was made by a newer wares; then there is nothing in the folder.
    """
    tell = progress or _silent
    started = time.monotonic()
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise SetupError(f"{folder} is not empty; name a new folder to restore into")
    if not folder.absolute().parent.is_dir():
        raise SetupError(f"{folder} cannot be made: there is no folder {folder.absolute().parent}")
    with _opened(path) as tar:
        contents, members = _checked(path, tar)
        _bring_out(path, tar, contents, members, folder, tell)
    with Shop.open(folder, create=False, environment=environment) as shop:
        tell(Progress("asking", 0, len(contents.probes)))
        differing = probes.differing(shop, contents.probes)
        if len(shop) != contents.products:
            differing.insert(0, f"how many products there are ({len(shop):,}, not {contents.products:,})")
    return RestoreReport(
        folder=str(folder),
        products=contents.products,
        created=contents.created,
        probes=len(contents.probes),
        differing=tuple(differing),
        seconds=round(time.monotonic() - started, 3),
    )


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as damage:
        raise StoreError(f"{path} is no backup, or it is damaged or cut short; take another one") from damage
    except OSError as refused:
        raise StoreError(f"cannot restore {path}: {refused.strerror or refused}") from refused


def _checked(path: Path, tar: tarfile.TarFile) -> tuple[Contents, Mapping[str, tarfile.TarInfo]]:
    """The manifest, and the members when they are just those that it names."""
    found: dict[str, tarfile.TarInfo] = {}
    for info in tar:
        if info.name in found or len(found) > _MOST_MEMBERS:
            raise StoreError(f"{path} is damaged: it has {info.name!r:.100} twice, or too much; take another one")
        found[info.name] = info
    last = found.pop(MANIFEST, None)
    if last is None:
        raise StoreError(f"{path} is no backup, or its end is missing: it has no {MANIFEST}; take another one")
    contents = _read(path, tar, last)
    named = {member.name: member for member in contents.members}
    if strange := sorted(found.keys() ^ named.keys()):
        raise StoreError(f"{path} is damaged: {strange[0]!r:.100} is in it or in its list, not in both")
    for name, info in found.items():
        if not _is_allowed(name) or not info.isreg() or info.size != named[name].size:
            raise StoreError(f"{path} is damaged: {name!r:.100} is no file of a shop, or of another size")
    if "shop.db" not in found:
        raise StoreError(f"{path} is damaged: it has no store")
    return contents, found


def _read(path: Path, tar: tarfile.TarFile, info: tarfile.TarInfo) -> Contents:
    file = tar.extractfile(info) if info.isreg() and info.size <= MOST else None
    if file is None:
        raise StoreError(f"{path} is damaged: its {MANIFEST} cannot be read; take another one")
    data = file.read(MOST)
    try:
        first = msgspec.json.decode(data, type=Format)
        if first.format > FORMAT:
            raise StoreError(f"{path} was made by a newer wares ({first.wares:.40}); update wares to restore it")
        return msgspec.json.decode(data, type=Contents)
    except (msgspec.MsgspecError, UnicodeDecodeError) as damage:
        raise StoreError(f"{path} is damaged: its {MANIFEST} cannot be read ({damage})") from damage


def _is_allowed(name: str) -> bool:
    """Whether a member lies where files of a shop lie: never above or beside the folder."""
    parts = PurePosixPath(name).parts
    plain = name == "/".join(parts) and "\\" not in name and "\0" not in name and ":" not in name
    return plain and bool(parts) and parts[0] in _KNOWN and not any(part.startswith("..") for part in parts)


def _bring_out(
    path: Path,
    tar: tarfile.TarFile,
    contents: Contents,
    members: Mapping[str, tarfile.TarInfo],
    folder: Path,
    tell: OnProgress,
) -> None:
    """Write all files beside the folder, check them, and give them its name."""
    place = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
    try:
        beside = place / "shop"
        beside.mkdir()
        for done, member in enumerate(contents.members, 1):
            _take(path, tar, member, members[member.name], beside)
            tell(Progress("restoring", done, len(contents.members)))
        if contents.version:
            _point(path, beside, contents.version)
        with Store.open(beside / "shop.db") as store:
            store.move_media({p.name for p in (beside / "media").glob("*")}, folder / "media")
        atomic.sync_tree(beside)
        beside.replace(folder)  # also over an empty one
        atomic.sync_folder(folder.absolute().parent)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _take(path: Path, tar: tarfile.TarFile, member: Member, info: tarfile.TarInfo, beside: Path) -> None:
    if hasattr(tarfile, "data_filter"):
        tarfile.data_filter(info, str(beside))
    source = tar.extractfile(info)
    if source is None or take(source, beside / member.name, member.size) != member.sha256:
        raise StoreError(f"{path} is damaged: {member.name} is not what it was; take another one")


def _point(path: Path, beside: Path, version: str) -> None:
    if not version.isdecimal() or not (beside / "index" / version / "manifest.json").is_file():
        raise StoreError(f"{path} is damaged: it lacks the index version {version!r:.40}")
    atomic.write(beside / "index" / "CURRENT", f"{version}\n".encode("ascii"))


def _silent(_: Progress) -> None:
    """Nobody listens."""
