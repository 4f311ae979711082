"""The yardstick: comparing a vector with every other one, by numpy on one thread, in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

TOP = 10
#: What numpy's libraries read, when they are loaded, for how many threads to use.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

_matrix: npt.NDArray[np.float32]


class Scan:
    """A matrix of float32 rows, saved as ``.npy``, in another process."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def milliseconds(self, vector: npt.NDArray[np.float32]) -> float:
        """How long it takes there to find the ten rows with the greatest dot product."""
        return self._pool.submit(_scan, vector).result()


@contextmanager
def scan(matrix: Path) -> Iterator[Scan]:
    """Start the process, with one thread for numpy, and end it."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_load, initargs=(matrix,)) as pool:
        pool.submit(_ready).result()  # it has been started and has read its environment
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        yield Scan(pool)


def exact(matrix: npt.NDArray[np.float32], vector: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Places of the ten rows with the greatest dot product, best first."""
    scores = matrix @ vector
    best = np.argpartition(scores, -min(TOP, len(scores)))[-TOP:]
    return best[np.argsort(-scores[best])]


def _load(path: Path) -> None:
    global _matrix
    _matrix = np.load(path)


def _ready() -> None:
    """Answers when the process runs."""


def _scan(vector: npt.NDArray[np.float32]) -> float:
    start = time.perf_counter()
    exact(_matrix, vector)
    return (time.perf_counter() - start) * 1e3
