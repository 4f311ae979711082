"""Settings files: TOML in, by :func:`wares.settings.overlaid` onto what a shop has."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from wares.errors import SetupError

MAX_BYTES = 1_000_000


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file. :class:`SetupError` when there is none, or it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SetupError(f"{path} has more than {MAX_BYTES:,} bytes; a settings file is small")
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as refused:
        raise SetupError(f"{path} cannot be read: {refused.strerror}") from refused
    except UnicodeDecodeError as wrong:
        raise SetupError(f"{path} is not UTF-8 text; save it as UTF-8") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise SetupError(f"{path} is no TOML: {wrong}") from wrong
