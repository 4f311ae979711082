"""Shops behind real servers that several tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

import wares
from wares.records import Product

Serving = Callable[[Path], AbstractContextManager[Callable[..., Any]]]


@pytest.fixture(scope="module")
def client(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product], serving: Serving
) -> Iterator[httpx.Client]:
    """A client of a shop that tests only read."""
    place = tmp_path_factory.mktemp("read") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    with serving(place) as serve:
        yield serve()


@pytest.fixture(scope="module")
def altered(
    tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product], serving: Serving
) -> Iterator[httpx.Client]:
    """A client of a shop that tests may change, and expect nothing of."""
    place = tmp_path_factory.mktemp("altered") / "shop"
    with wares.open(place, model="basic") as shop:
        shop.add(catalogue)
    with serving(place) as serve:
        yield serve()
