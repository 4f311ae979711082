"""The keys of a shop: made, changed, taken back, and checked when a caller shows one."""

from __future__ import annotations

import builtins
import difflib
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from wares.access import secrets
from wares.access.records import MAX_NAME, SEARCHES, Key, checked, ordered
from wares.errors import KeyExpired, KeyRevoked, KeyUnknown, SetupError, StoreError
from wares.store.counters import Noticed
from wares.store.entries import Audited
from wares.store.keys import KeyRow
from wares.store.store import Store

Rows: TypeAlias = Mapping[str, KeyRow]
Changes: TypeAlias = Mapping[str, KeyRow | None]

#: Keys that a shop has, those that are no longer good among them.
MAX_KEYS = 1_000
#: Seconds between two writings of when keys were used.
USED_EVERY_S = 60.0
#: What is compared with when there is no such key, so that it takes as long.
_NOTHING = bytes(32)


class _Known(NamedTuple):
    """A key, and what its secret is compared with."""

    key: Key
    row: KeyRow


class Trusted(NamedTuple):
    """A live key, and a mark of its present secret, which changes when the key is rotated."""

    key: Key
    mark: str


def utc() -> datetime:
    """Now, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


class Keyring:
    """The keys in a store. Threads may share it. A context manager; closing it leaves the store open.

    A change works at once here, and within ``every_s`` seconds in every other process. Changes are logged with who
    made them, as kind "key" (:meth:`wares.store.store.Store.audit`), never with a secret or its hash.
    """

    def __init__(self, store: Store, *, every_s: float = 1.0, clock: Callable[[], datetime] = utc) -> None:
        self._store = store
        self._clock = clock
        self._known: Noticed[Mapping[str, _Known]] = Noticed(store.keys.revision, self._read, every_s)
        self._used: dict[str, datetime] = {}
        self._wrote = clock()
        self._lock = threading.Lock()

    # -- callers ------------------------------------------------------------------------------------------------

    def verify(self, token: str) -> Key:
        """The key of a token, at the cost of one SHA-256.

        :class:`~wares.errors.KeyUnknown` for one that is none of the shop's, whether its id is known or not, in the
        same words and time; :class:`~wares.errors.KeyExpired` and :class:`~wares.errors.KeyRevoked` only for those
        who have the secret.
        """
        shown = secrets.read(token)
        known = self._known.get().get(shown.id) if shown else None
        digest = secrets.digest(shown.secret if shown else "")
        now = self._clock()
        present = hmac.compare_digest(digest, known.row.secret if known else _NOTHING)
        former = hmac.compare_digest(digest, (known and known.row.previous) or _NOTHING)
        if known is None or not (present or (former and known.key.rotated is not None and now < known.key.rotated)):
            raise KeyUnknown("this key is none of the shop's; show one that was made with: wares keys SHOP add")
        return self._used_now(known, now)

    def trusted(self, id: str) -> Trusted:
        """The key of somebody who showed it before and is known by other means now. Raises as :meth:`verify`."""
        known = self._known.get().get(id)
        if known is None:
            raise KeyUnknown("this key is none of the shop's any more")
        mark = hashlib.sha256(b"mark" + known.row.secret).hexdigest()
        return Trusted(self._used_now(known, self._clock()), mark)

    # -- their keeper -------------------------------------------------------------------------------------------

    def create(
        self,
        name: str,
        scopes: Iterable[str] = ("search",),
        *,
        where: str = "",
        per_minute: int | None = None,
        expires: datetime | timedelta | None = None,
        by: str,
    ) -> tuple[Key, str]:
        """Make a key; the key and its token, which is shown this once and kept nowhere.

        ``per_minute`` is 600 for keys that can only search and 0, no limit, for others, unless it is given.
        :class:`~wares.errors.SetupError` for a name that a live key has, and for what no key can be.
        """
        own, now = ordered(scopes), self._clock()
        limit = per_minute if per_minute is not None else SEARCHES if own == ("search",) else 0
        until = now + expires if isinstance(expires, timedelta) else expires and expires.astimezone(UTC)
        secret = secrets.new_secret()
        new = Key(id=secrets.new_id(), name=name, scopes=own, per_minute=limit, created=now)
        key = checked(replace(new, where=where.strip(), expires=until))

        def decide(rows: Rows) -> Changes:
            found = _decoded(rows.values())
            live = [key for key in found if key.state(now) == "live"]
            if any(key.name == name for key in live):
                raise SetupError(f"there is a key {name!r} already; rotate or revoke it, or choose another name")
            if len(live) >= MAX_KEYS:
                raise SetupError(f"a shop has at most {MAX_KEYS:,} keys; revoke some")
            dead = sorted((key for key in found if key not in live), key=lambda key: key.created)
            drop = [key.id for key in dead[: max(0, len(found) + 1 - MAX_KEYS)]]
            return {**dict.fromkeys(drop), key.id: _row(key, secrets.digest(secret))}

        self._change(by, decide)
        return key, str(secrets.Token(key.id, secret))

    def rotate(self, id_or_name: str, grace: timedelta = timedelta(0), *, by: str) -> str:
        """Give a key another secret; its token. The one before holds for ``grace`` longer, and none before that."""
        secret, now = secrets.new_secret(), self._clock()
        holds = now + grace if grace > timedelta(0) else None

        def decide(rows: Rows) -> Changes:
            key = _live(rows, id_or_name, now)
            former = rows[key.id].secret if holds else None
            return {key.id: _row(replace(key, rotated=holds), secrets.digest(secret), former)}

        return str(secrets.Token(self._change(by, decide), secret))

    def revoke(self, id_or_name: str, *, by: str) -> Key:
        """Take a key back: it is good for nothing from now on, and stays in the list."""
        now = self._clock()

        def decide(rows: Rows) -> Changes:
            key = _live(rows, id_or_name, now)
            return {key.id: _row(replace(key, revoked=now, rotated=None), rows[key.id].secret)}

        return self.get(self._change(by, decide))

    def list(self) -> list[Key]:
        """All keys, by name; of one name the latest first."""
        found = sorted(_decoded(self._store.keys.all().values()), key=lambda key: key.created, reverse=True)
        return sorted(found, key=lambda key: key.name)

    def get(self, id_or_name: str) -> Key:
        """The key of an id or a name; of one name the live one, or the latest.
        :class:`~wares.errors.SetupError`, naming the nearest ones, when there is none."""
        return _found(self._store.keys.all(), id_or_name, self._clock())

    def log(self, limit: int = 100) -> builtins.list[Audited]:
        """Who made and changed which keys, the latest first."""
        return self._store.audit("key", limit=limit)

    def close(self) -> None:
        """Write down when keys were used."""
        self._write_used()

    def __enter__(self) -> Keyring:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside -------------------------------------------------------------------------------------------------

    def _read(self) -> Mapping[str, _Known]:
        rows = self._store.keys.all()
        return {key.id: _Known(key, rows[key.id]) for key in _decoded(rows.values())}

    def _change(self, by: str, decide: Callable[[Rows], Changes]) -> str:
        """Change keys; the id of the one that it is about, which comes last."""
        if not by.strip() or len(by) > MAX_NAME or not by.isprintable():
            raise SetupError(f"who changes a key has a name of 1 … {MAX_NAME} printable characters, not {by[:20]!r}")
        made: list[str] = []

        def decided(rows: Rows) -> Changes:
            changes = decide(rows)
            made[:] = changes
            return changes

        self._store.keys.change(by, decided)
        self._known.forget()
        return made[-1]

    def _used_now(self, known: _Known, now: datetime) -> Key:
        match known.key.state(now):
            case "expired":
                raise KeyExpired(
                    f"the key {known.key.name!r} expired on {known.key.expires:%Y-%m-%d}; ask for another"
                )
            case "revoked":
                raise KeyRevoked(f"the key {known.key.name!r} was revoked; ask for another")
        self._note(known.key.id, now)
        return known.key

    def _note(self, id: str, now: datetime) -> None:
        """Remember that a key was used; written once a minute, and nobody waits for it."""
        with self._lock:
            self._used[id] = now
            if (now - self._wrote).total_seconds() < USED_EVERY_S:
                return
            self._wrote = now
        threading.Thread(target=self._write_used, name="wares-keys", daemon=True).start()

    def _write_used(self) -> None:
        with self._lock:
            used, self._used = self._used, {}
        if used:
            with suppress(StoreError):  # a hint for people: another process that writes must not stop a search
                self._store.keys.used({id: at.isoformat() for id, at in used.items()})


def _row(key: Key, secret: bytes, previous: bytes | None = None) -> KeyRow:
    """A key as stored; when it was last used is a matter of its own."""
    try:
        doc = msgspec.json.encode(replace(key, last_used=None)).decode()
    except UnicodeEncodeError as wrong:
        raise SetupError("a key cannot be kept: its name or its filter is not valid Unicode") from wrong
    used = key.last_used.isoformat() if key.last_used else None
    return KeyRow(id=key.id, name=key.name, doc=doc, secret=secret, previous=previous, last_used=used)


def _decoded(rows: Iterable[KeyRow]) -> list[Key]:
    try:
        return [_key(row) for row in rows]
    except (msgspec.MsgspecError, ValueError) as wrong:
        raise StoreError(f"a saved key is damaged ({wrong}); restore a backup, or make the keys anew") from wrong


def _key(row: KeyRow) -> Key:
    key = msgspec.json.decode(row.doc, type=Key)
    return replace(key, last_used=datetime.fromisoformat(row.last_used)) if row.last_used else key


def _found(rows: Rows, id_or_name: str, now: datetime) -> Key:
    """The key of an id, or of a name: the live one, or the latest."""
    found = _decoded(rows.values())
    own = [key for key in found if id_or_name in (key.id, key.name)]
    if own:
        return max(own, key=lambda key: (key.id == id_or_name, key.state(now) == "live", key.created))
    near = difflib.get_close_matches(id_or_name, {key.name for key in found}, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(map(repr, near))}?" if near else "list those that are there"
    raise SetupError(f"the shop has no key {id_or_name[:60]!r}; {hint}")


def _live(rows: Rows, id_or_name: str, now: datetime) -> Key:
    key = _found(rows, id_or_name, now)
    if key.state(now) == "revoked":
        raise SetupError(f"the key {key.name!r} was revoked already; make another")
    return key
