"""A store in a temporary folder, and entries to fill it with."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wares.records import Product
from wares.store.entries import Entry, StoredMedia
from wares.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop.db") as opened:
        yield opened


@pytest.fixture
def entry() -> Callable[..., Entry]:
    """Makes an entry with as many media as ``keys`` are given."""

    def make(id: str, title: str = "A thing", keys: tuple[str, ...] = (), **more: Any) -> Entry:
        media = tuple(StoredMedia(position=n, key=key, modality="image", source=key) for n, key in enumerate(keys))
        return Entry(product=Product(id=id, title=title), hash=title.encode(), media=more.pop("media", media), **more)

    return make
