"""What the pages of merchants share: their desk, the log of a kind, and undoing an entry of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from wares.errors import QueryError
from wares.merchandising import Desk
from wares.merchandising.desk import RULES, STOP_WORDS, SYNONYMS
from wares.merchandising.kept import MAX_WHO, Kept, Sort, decoded
from wares.server.console.here import Here
from wares.server.console.pages.audit import MOST
from wares.store.entries import Audited

SORTS: dict[str, Sort[Any]] = {sort.kind: sort for sort in (RULES, SYNONYMS, STOP_WORDS)}


@contextmanager
def desk_of(here: Here) -> Iterator[Desk]:
    """The desk at which the caller works."""
    with Desk(here.shop, here.caller.name[:MAX_WHO]) as desk:
        yield desk


def undo(desk: Desk, kind: str, number: int) -> Audited:
    """Put back what was before an entry of the log; the entry.

    :class:`QueryError` when it is not among the latest, or when what it made has been changed since.
    """
    kept = _kept(desk, kind)
    change = next((one for one in kept.log(limit=MOST) if one.number == number), None)
    if change is None:
        raise QueryError("this change is not among the latest; undo it by hand")
    present = {SORTS[kind].name(one): one for one in kept.all()}.get(change.name)
    made = None if change.after is None else decoded(SORTS[kind], change.name, change.after)
    if present != made:
        raise QueryError(f"{change.name!r} has been changed since; undo the later change first")
    if change.before is None:
        kept.remove([change.name])
    else:
        put(desk, kind, decoded(SORTS[kind], change.name, change.before))
    return change


def put(desk: Desk, kind: str, item: Any) -> None:
    """Keep one thing by the checks of its kind."""
    keep: Mapping[str, Callable[[list[Any]], object]] = {
        "rule": desk.put_rules,
        "synonyms": desk.put_synonyms,
        "stop words": desk.put_stop_words,
    }
    keep[kind]([item])


def _kept(desk: Desk, kind: str) -> Kept[Any]:
    kept: Mapping[str, Kept[Any]] = {"rule": desk.rules, "synonyms": desk.synonyms, "stop words": desk.stop_words}
    return kept[kind]
