"""A check-up of a shop: what is wrong, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from wares.errors import StoreError, WaresError
from wares.fits import Fits
from wares.index.live import LiveIndex
from wares.merchant import Merchant
from wares.reports import Check
from wares.settings import Settings
from wares.store.store import Store


def checked(path: Path, store: Store, live: LiveIndex, fits: Fits, settings: Settings, fit: str) -> list[Check]:
    """Whether the store can be read, the index agrees with it, the model is there, and rules fire."""
    return [
        _finding("store", lambda: _store(store), "restore shop.db from a backup"),
        _finding("media", lambda: _media(store), "restore shop.db from a backup"),
        _finding("index", lambda: _index(store, live), f"wares rebuild {path}"),
        _finding("model", lambda: _model(fits, settings, fit), "go online and run: wares models pull"),
        _finding("rules", lambda: _rules(store, live), f"wares rules {path} check"),
    ]


def _store(store: Store) -> str:
    read = sum(len(rows) for rows in store.scan())
    return f"{read:,} products, {store.warning_count():,} media with warnings"


def _media(store: Store) -> str:
    tallies = store.extracts.tallies()
    read = ", ".join(f"{one.extractor} {one.media:,}" for one in tallies) or "nothing yet"
    broken = store.extracts.problem_count()
    return f"read: {read}" + (f"; {broken:,} could not be read, wares extract --again tries again" if broken else "")


def _index(store: Store, live: LiveIndex) -> str:
    with live.use() as (version, index):
        if index is None:
            return "no products yet"
        if len(index) != len(store):
            raise StoreError(f"version {version} has {len(index):,} products, the store {len(store):,}")
        return f"version {version}, {len(index):,} products"


def _model(fits: Fits, settings: Settings, fit: str) -> str:
    known = ", ".join(encoder.channel for encoder in fits.encoders(fit))
    return f"{settings.model}{f', fit {fit}' if fit else ''}: {known}"


def _rules(store: Store, live: LiveIndex) -> str:
    with live.use() as (_, index):
        if index is None:
            return "no products yet"
        book = Merchant(store, index).rules()
    if book.problems:
        name, reason = book.problems[0]
        raise StoreError(f"{len(book.problems):,} of {len(book):,} rules do not fire; {name}: {reason}")
    return f"{len(book):,} rules"


def _finding(name: str, look: Callable[[], str], mend: str) -> Check:
    try:
        return Check(name=name, ok=True, detail=look())
    except WaresError as fault:
        return Check(name=name, ok=False, detail=str(fault), mend=mend)
