"""Reading and writing the files of merchants: bytes that are text, text that is TOML or JSON, and names of keys."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from wares.errors import SetupError, StoreError

#: A file has at most so many bytes.
MAX_BYTES = 20_000_000


def read_text(path: Path) -> str:
    """The text of a file. :class:`SetupError` when there is none, or it is too large or no UTF-8."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SetupError(f"{path} has more than {MAX_BYTES:,} bytes; split it")
        return path.read_text(encoding="utf-8-sig")
    except OSError as refused:
        raise SetupError(f"{path} cannot be read: {refused.strerror or refused}") from refused
    except UnicodeDecodeError as wrong:
        raise SetupError(f"{path} is not UTF-8 text (byte {wrong.start:,}); save it as UTF-8") from wrong


def read_table(path: Path) -> Any:
    """What a TOML or JSON file says, by the end of its name. Raises as :func:`read_text`, and with the line of a
    mistake."""
    text = read_text(path)
    try:
        return json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except json.JSONDecodeError as wrong:
        raise SetupError(f"{path}:{wrong.lineno}: no JSON: {wrong.msg}") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise SetupError(f"{path} is no TOML: {wrong}") from wrong
    except RecursionError as deep:
        raise SetupError(f"{path} is nested too deep") from deep


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all. :class:`StoreError` when it cannot be written."""
    from wares.index import atomic

    try:
        atomic.write(path, text.encode())
    except OSError as refused:
        raise StoreError(f"{path}: cannot be written: {refused.strerror or refused}") from refused


def as_text(data: Mapping[str, Any], path: Path) -> str:
    """Tables as TOML or JSON, by the end of a file's name."""
    if path.suffix.lower() == ".json":
        return json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"
    return toml(data)


def toml(data: Mapping[str, Any]) -> str:
    """Tables as TOML."""
    import tomli_w

    return tomli_w.dumps(data)


def from_toml(data: bytes | str, source: str) -> Any:
    """What TOML says that came otherwise than as a file. :class:`SetupError` with the line of a mistake."""
    try:
        return tomllib.loads(data if isinstance(data, str) else data.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise SetupError(f"{source} is not UTF-8 text (byte {wrong.start:,}); save it as UTF-8") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise SetupError(f"{source} is no TOML: {wrong}") from wrong
    except RecursionError as deep:
        raise SetupError(f"{source} is nested too deep") from deep


def rows(data: Any, key: str, source: str) -> list[Any]:
    """The list under the one key that a file has; a bare list will do."""
    if isinstance(data, list):
        return data
    if not isinstance(data, Mapping):
        raise SetupError(f"{source}: expected [[{key}]] tables")
    known_keys(data, (key,), source)
    found = data.get(key, [])
    if not isinstance(found, list):
        raise SetupError(f"{source}: {key} is a list of tables: [[{key}]]")
    return found


def known_keys(table: Mapping[str, Any], known: Collection[str], place: str) -> None:
    """:class:`SetupError`, with the nearest names, for a key that is none of those."""
    for name in table:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.5)
            hint = f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(known)}"
            raise SetupError(f"{place}: unknown key {str(name)[:40]!r}; {hint}")
