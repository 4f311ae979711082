"""The folder of a shop: whether one may be made there, and how much room it takes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from wares.errors import SetupError, StoreError
from wares.store.store import Store


def check(folder: Path, create: bool) -> None:
    """Whether a shop may be made here; :class:`SetupError` that says why not."""
    if folder.exists() and not folder.is_dir():
        raise SetupError(f"{folder} is a file, and a shop is a folder; name a new folder")
    empty = not folder.exists() or not any(folder.iterdir())
    if not empty:
        raise SetupError(f"{folder} is no shop: it has other files and no shop.db; name a shop or a new folder")
    if not create:
        raise SetupError(f"there is no shop at {folder}; make one: wares index {folder} FEED")


def create(folder: Path, store: Path) -> Store:
    """Make the folder, and an empty store in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise StoreError(f"cannot make the folder {folder}: {refused.strerror}") from refused
    return Store.create(store)


def room(folder: Path) -> int:
    """Disk space in use, in bytes: by blocks, for the files of the index are made large and sparse."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.lstat().st_blocks * 512
    return total
