"""Where answers go: one console for stdout, one for stderr, one way to print JSON, one way to print an error."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from wares.errors import SetupError

if TYPE_CHECKING:
    from rich.console import Console


def stdout() -> Console:
    """The console for results: no colour unless it is a terminal, and none with NO_COLOR."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    """The console for progress and notes."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def plain(text: str) -> str:
    """Text of a feed or a message, safe to print on one line: what could drive the terminal becomes a space."""
    if text.isprintable():
        return text
    return "".join(" " if _drives(character) else character for character in text).strip()


def _drives(character: str) -> bool:
    """Escape sequences, line ends and changes of direction do; the joiners of Persian and of emoji do not."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character not in "\u200c\u200d"


def counted(count: int, noun: str) -> str:
    """``1 picture``, ``2,000 pictures``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def check_writable(*paths: Path | None) -> None:
    """Whether files can be written there: asked before an hour's work, not after it."""
    for path in filter(None, paths):
        if path.is_dir() or not path.parent.is_dir():
            raise SetupError(f"{path} cannot be written: it is a folder, or its folder is not there")


def print_json(document: Any) -> None:
    """Print records, lists and mappings as one JSON document on stdout."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document, enc_hook=_as_text), indent=2).decode() + "\n")


def _as_text(value: Any) -> str:
    """A path as text; nothing else is unknown to JSON here."""
    if isinstance(value, PurePath):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON")


def print_error(kind: str, message: str, *, as_json: bool) -> None:
    """Print an error on stderr: one line, or one JSON document."""
    message = plain(message)
    if as_json:
        import json

        line = json.dumps({"error": {"kind": kind, "message": message}}, ensure_ascii=False)
    else:
        line = f"error: {message}" if kind != "Interrupted" else message
    sys.stderr.write(line + "\n")
