"""Small shops to ask."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from wares.index.base import FieldValue, Point
from wares.records import Sparse


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory where there is room: making an index waits for the disk dozens of times."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > 2**30
    with tempfile.TemporaryDirectory(dir=shared if roomy else None) as folder:
        yield Path(folder)


@pytest.fixture
def point() -> Callable[..., Point]:
    def make(
        number: int,
        fields: Mapping[str, FieldValue] | None = None,
        offers: Sequence[Mapping[str, FieldValue]] = ({},),
        vectors: Mapping[str, Sequence[Sequence[float]]] | None = None,
        words: Mapping[int, float] | None = None,
    ) -> Point:
        return Point(
            number=number,
            vectors={name: np.array(rows, dtype=np.float32) for name, rows in (vectors or {}).items()},
            words=Sparse(tuple(words or {}), tuple((words or {}).values())),
            fields=fields or {},
            offers=offers,
        )

    return make
