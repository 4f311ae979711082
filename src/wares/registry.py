"""Tables of parts: a name, where its class lives, and the extra that brings its libraries.

A part is imported when it is first asked for, so that a table costs nothing. Other distributions add parts through
entry points of the same group name ("wares.encoders", "wares.readers", "wares.indexes").
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

import msgspec

from wares.errors import MissingExtra, SetupError


class PartSpec(msgspec.Struct, frozen=True):
    """One row of a table: ``target`` is ``"module:attribute"``; ``extra`` the optional group it needs, if any."""

    target: str
    about: str
    extra: str = ""


def load(group: str, table: Mapping[str, PartSpec], name: str, kind: str = "") -> Any:
    """Import the part called ``name`` from a table, or from an entry point of ``group``.

    Raises :class:`SetupError` with the nearest names when there is none, :class:`MissingExtra` with the pip line
    when its libraries are not installed. ``kind`` is what people call such a part, if not by the group's name.
    """
    spec = table.get(name)
    if spec is None:
        found = [point for point in entry_points(group=group) if point.name == name]
        if found:
            return found[0].load()
        what = kind or group.removeprefix("wares.").removesuffix("s")
        raise SetupError(f"unknown {what} {name!r}; {nearest(name, names(group, table))}")
    module, _, attribute = spec.target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as missing:
        if spec.extra and not (missing.name or "").startswith("wares"):
            raise MissingExtra(f"{name} ({spec.about})", spec.extra) from missing
        raise


def nearest(name: str, known: Sequence[str]) -> str:
    """What may be meant by a name that is not known, to end a message with."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(known)}"


def names(group: str, table: Mapping[str, PartSpec]) -> list[str]:
    """All names that :func:`load` knows, built-in ones first."""
    return [*table, *sorted({point.name for point in entry_points(group=group)} - set(table))]
