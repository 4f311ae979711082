"""Every error wares raises on purpose, split by who can mend it.

    WaresError
    ├── QueryError        the asker: an empty query, an unbalanced filter, an unknown field
    ├── SetupError        the operator: a bad setting, an unknown part, a folder that is no shop
    │   ├── MissingExtra      an optional library is not installed; carries the pip line
    │   └── ModelUnavailable  weights cannot be had: no network, offline, wrong checksum
    ├── CatalogueError    the owner of the data: a feed that cannot be read; carries file, line, column
    │   └── MediaError        one picture, sound or video that cannot be fetched or decoded
    ├── AccessError       the caller of a server: it may not do this, or not now
    │   ├── KeyUnknown        the key it shows is none of the shop's
    │   │   ├── KeyExpired        it was, and its time is over
    │   │   └── KeyRevoked        it was, and it was taken back
    │   ├── Forbidden         the key is good, but not for this; carries the scope that is needed
    │   └── TooMany           too many calls; carries after how many seconds to call again
    └── StoreError        the saved files: damaged, made by a newer version, disk full, read-only
        └── ShopBusy          another process is writing to the shop

A message is one line: what is wrong, where, and what to do. Exceptions of other libraries are translated
into these at the place where the library is called. The core knows no HTTP and no exit codes; doors map classes.
"""

from __future__ import annotations


class WaresError(Exception):
    """Base of all errors that wares raises on purpose."""


class QueryError(WaresError):
    """The question cannot be answered as asked; the asker can mend it."""


class SetupError(WaresError):
    """The installation or its settings are wrong; the operator can mend it."""


class MissingExtra(SetupError):
    """An optional library is needed. ``extra`` names the group that ``pip install "wares[extra]"`` brings."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f'{purpose} needs an optional library: pip install "wares[{extra}]"')
        self.extra = extra


class ModelUnavailable(SetupError):
    """The weights of a model cannot be obtained or do not match their checksum."""


class CatalogueError(WaresError):
    """The data is wrong; its owner can mend it. ``source``, ``line`` and ``column`` say where, as far as is known."""

    def __init__(self, reason: str, *, source: str = "", line: int | None = None, column: str | None = None) -> None:
        self.reason = reason
        self.source = source
        self.line = line
        self.column = column
        place = source
        if line is not None:
            place += f":{line}" if place else f"line {line}"
        if column is not None:
            place += f", column {column}" if place else f"column {column}"
        super().__init__(f"{place}: {reason}" if place else reason)


class MediaError(CatalogueError):
    """One picture, sound or video cannot be fetched or decoded; the rest of the product is fine."""


class AccessError(WaresError):
    """The caller may not do this; it can show another key, or wait."""


class KeyUnknown(AccessError):
    """The key is none of the shop's; nothing says how near it came."""


class KeyExpired(KeyUnknown):
    """The key was good until a moment that has passed."""


class KeyRevoked(KeyUnknown):
    """The key was taken back."""


class Forbidden(AccessError):
    """The key is good, but not for this. ``scope`` is the one that is needed ("search", "write", "admin")."""

    def __init__(self, reason: str, scope: str) -> None:
        super().__init__(reason)
        self.scope = scope


class TooMany(AccessError):
    """Too many calls. ``retry_after`` is after how many seconds the next one is let through."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class StoreError(WaresError):
    """The saved files cannot be read or written."""


class ShopBusy(StoreError):
    """Another process is writing to this shop."""
