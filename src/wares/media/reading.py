"""Bytes of a medium, from wherever it is, never more than the limits allow.

A path that comes from a feed is read only inside ``root`` (after links are followed), so that a feed cannot make a
shop read other files of the machine. Only regular files are read: no device, pipe or socket.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wares.errors import MediaError
from wares.settings import MediaLimits

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def read(source: str | bytes | Path, *, root: Path | None = None, limits: MediaLimits | None = None) -> bytes:
    """The bytes of ``source``: bytes themselves, a path, or a ``file://``, ``http://`` or ``https://`` URL.

    A relative path is taken from ``root`` (default: the current folder). With a ``root``, nothing outside it is
    read; without one, any path is: that is for sources a person typed. URLs are fetched by the rules of
    :mod:`wares.media.fetching`.

    Raises :class:`MediaError` when it cannot be had, is empty or is larger than ``limits.max_bytes``.
    """
    limits = limits or MediaLimits()
    if isinstance(source, bytes):
        return _checked(source, "", limits)
    scheme = _SCHEME.match(source) if isinstance(source, str) else None
    if scheme is None:
        return _checked(_read_file(Path(source), shown(source), root, limits), shown(source), limits)
    match scheme[1].lower():
        case "http" | "https":
            from wares.media.fetching import fetch

            return _checked(fetch(str(source), limits), shown(source), limits)
        case "file":
            return _checked(_read_file(_path_of(str(source)), shown(source), root, limits), shown(source), limits)
        case other:
            raise MediaError(
                f"{other}:// is not read; give a path or an http, https or file URL", source=shown(source)
            )


def shown(source: str | Path) -> str:
    """The source as messages show it: without credentials and query (which may hold tokens), and not too long."""
    text = str(source)
    if _SCHEME.match(text):
        head, _, tail = text.partition("://")
        host, slash, path = tail.partition("/")
        path, query, _ = path.partition("?")
        text = f"{head}://{host.rpartition('@')[2].partition('?')[0]}{slash}{path}{'?…' if query else ''}"
    return text if len(text) <= 200 else text[:197] + "…"


def _checked(data: bytes, name: str, limits: MediaLimits) -> bytes:
    if not data:
        raise MediaError("is empty", source=name)
    if len(data) > limits.max_bytes:
        raise MediaError(f"is larger than {limits.max_bytes:,} bytes (media.max_bytes)", source=name)
    return data


def _path_of(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise MediaError("a file URL with a host is not read; write file:///path", source=shown(url))
    return Path(unquote(parts.path))


def _read_file(path: Path, name: str, root: Path | None, limits: MediaLimits) -> bytes:
    if "\0" in str(path):
        raise MediaError("a path cannot hold a NUL character", source=name)
    try:
        place = (root / path if root is not None else path).resolve()
        if root is not None and not place.is_relative_to(root.resolve()):
            raise MediaError(f"lies outside the media folder {root}; move it inside", source=name)
        return _read_regular(place, name, limits.max_bytes + 1)
    except FileNotFoundError as error:
        raise MediaError(f"no such file{f' in {root}' if root is not None else ''}", source=name) from error
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise MediaError(f"cannot be read: {getattr(error, 'strerror', None) or error}", source=name) from error


def _read_regular(path: Path, name: str, at_most: int) -> bytes:
    # O_NONBLOCK: opening a pipe would otherwise wait for a writer. It changes nothing for regular files.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise MediaError("is not a regular file", source=name)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(at_most)
    finally:
        os.close(descriptor)
