"""Small files that are whole or not there: written beside their place, brought to the disk, then renamed."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from wares.errors import StoreError


def write(path: Path, data: bytes) -> None:
    """Replace a file's content so that a reader, and whoever comes after a crash, finds the old or the new, whole.

    Raises :class:`~wares.errors.StoreError`; the old content is then still there.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as refused:
        raise StoreError(f"cannot write {path}: {refused.strerror or refused}") from refused


def leftovers(folder: Path) -> list[Path]:
    """What writers that were killed have left in a folder."""
    return list(folder.glob(".*-*.tmp"))


def sync_tree(folder: Path) -> None:
    """Bring everything under a folder to the disk, before it gets the name under which it is looked for."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    for path in (*(p for p in folder.rglob("*") if p.is_dir()), folder):
        sync_folder(path)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk: a rename survives a power cut only then."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
