"""Media that came as bytes, kept as files."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from wares.errors import StoreError
from wares.media.sniffing import content_key


def keep(folder: Path, data: bytes) -> str:
    """Keep bytes in a folder under their content key; the path. Nobody meets half a file, and what is there already
    is left. :class:`StoreError` when the disk is full or read-only."""
    path = folder.absolute() / content_key(data)
    begun = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        if not path.exists() or path.stat().st_size != len(data):
            folder.mkdir(exist_ok=True)
            begun.write_bytes(data)
            begun.replace(path)
    except OSError as refused:
        with suppress(OSError):
            begun.unlink(missing_ok=True)
        raise StoreError(f"cannot keep a medium in {folder}: {refused.strerror or refused}") from refused
    return str(path)
