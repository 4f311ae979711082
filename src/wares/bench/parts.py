"""A shop taken apart: its store and its live index, for what cannot be asked of a shop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from wares.errors import SetupError
from wares.index.base import Index, Match
from wares.index.live import LiveIndex
from wares.index.shared import SharedIndex
from wares.index.versions import Versions
from wares.store.store import Store


class Parts(msgspec.Struct, frozen=True):
    """``held_elsewhere``: another process holds the index, and what is asked of it here goes through a socket."""

    store: Store
    index: Index
    held_elsewhere: bool

    def numbers(self) -> list[int]:
        """The numbers of all products in the index, ascending."""
        return self.index.ordered(Match(), "", descending=False, limit=len(self.index))


@contextmanager
def parts(shop: Path) -> Iterator[Parts]:
    """Open a shop's store, for reading only, and its index. :class:`SetupError` when it has no products."""
    live = LiveIndex(Versions(shop))
    try:
        with Store.open(shop / "shop.db", read_only=True) as store, live.use() as (_, index):
            if index is None or len(index) == 0:
                raise SetupError(f"{shop} has no products to ask for; add some: wares index {shop} FEED")
            yield Parts(store, index, isinstance(index, SharedIndex) and not index.owned)
    finally:
        live.close()
