"""What merchants say, as a shop keeps it: listed, put, removed, and every change logged with who made it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

import msgspec

from wares.errors import SetupError, StoreError
from wares.store.entries import Audited, Kind
from wares.store.store import Store

T = TypeVar("T")

#: Characters of the name of whoever changes something.
MAX_WHO = 100


class Sort(NamedTuple, Generic[T]):
    """A kind of what is kept: its record, what a record is kept by, and how many there may be."""

    kind: Kind
    record: type[T]
    name: Callable[[T], str]
    at_most: int


class Kept(Generic[T]):
    """All of one kind in a store. ``who`` changes them."""

    def __init__(self, store: Store, who: str, sort: Sort[T]) -> None:
        if not who.strip() or len(who) > MAX_WHO or not who.isprintable():
            raise SetupError(f"who changes a shop has a name of 1 … {MAX_WHO} printable characters, not {who[:20]!r}")
        self._store = store
        self._who = who
        self._sort = sort

    def all(self) -> list[T]:
        """All of them, in the order of names. :class:`StoreError` for one that is damaged."""
        return [decoded(self._sort, name, doc) for name, doc in self._store.said(self._sort.kind).items()]

    def get(self, name: str) -> T:
        """The one with a name. :class:`SetupError`, naming the nearest ones, when there is none."""
        docs = self._store.said(self._sort.kind)
        if name not in docs:
            raise SetupError(self._unknown(name, docs))
        return decoded(self._sort, name, docs[name])

    def put(self, items: Iterable[T], *, alone: bool = False) -> list[str]:
        """Keep these, in place of those of the same name, and with ``alone`` in place of all; the names of what
        changed. All of them or none: :class:`StoreError` when there would be too many."""
        docs: dict[str, str | None] = {self._sort.name(item): encoded(item) for item in items}
        if alone:
            docs = {**dict.fromkeys(self._store.said(self._sort.kind), None), **docs}
        return self._store.say(self._sort.kind, docs, self._who, at_most=self._sort.at_most)

    def remove(self, names: Iterable[str]) -> list[str]:
        """Remove those with these names. :class:`SetupError`, and nothing removed, for a name that is none."""
        docs, wanted = self._store.said(self._sort.kind), list(names)
        if unknown := [name for name in wanted if name not in docs]:
            raise SetupError(self._unknown(unknown[0], docs))
        return self._store.say(self._sort.kind, dict.fromkeys(wanted), self._who)

    def log(self, name: str | None = None, limit: int = 100) -> list[Audited]:
        """What was changed, by whom and when, the latest first."""
        return self._store.audit(self._sort.kind, name, limit)

    def _unknown(self, name: str, known: Iterable[str]) -> str:
        near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
        hint = f"did you mean {', '.join(map(repr, near))}?" if near else "list those that are there"
        return f"the shop has no {self._sort.kind} {name[:60]!r}; {hint}"


def encoded(item: object) -> str:
    """A record as JSON. :class:`SetupError` for text that is no Unicode."""
    try:
        return msgspec.json.encode(item).decode()
    except UnicodeEncodeError as wrong:
        raise SetupError(f"text that is not valid Unicode cannot be kept: {wrong.object!r:.60}") from wrong


def decoded(sort: Sort[T], name: str, doc: str) -> T:
    """A record out of the store."""
    try:
        return msgspec.json.decode(doc, type=sort.record)
    except msgspec.MsgspecError as wrong:
        raise StoreError(f"the saved {sort.kind} {name!r} is damaged ({wrong}); put it again") from wrong
