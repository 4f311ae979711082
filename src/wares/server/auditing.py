"""Rows of the audit log for what is written over HTTP. Rules, synonyms, stop words and keys write their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from wares.server.access import Caller
    from wares.server.serving import Serving
    from wares.settings_file import Changed


def settings(served: Serving, caller: Caller, changes: Iterable[Changed]) -> None:
    """Settings that somebody changed, by their full names."""
    found = list(changes)
    before, after = ({each.name: getattr(each, side) for each in found} for side in ("before", "after"))
    note(served, caller, "settings", "settings", before, after)


def note(served: Serving, caller: Caller, kind: str, name: str, before: Any, after: Any) -> None:
    """A row: who changed what, from what (None: nothing) to what."""
    sides = (None if side is None else msgspec.json.encode(side).decode() for side in (before, after))
    served.store.note_audit(caller.name, kind, name, *sides)
