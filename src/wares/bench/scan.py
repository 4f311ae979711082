"""The yardstick: a vector compared with every other one, by numpy on one thread, in a process of its own."""

from __future__ import annotations

import time
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from wares.bench.children import Child, heard, payload, run, say

Rows: TypeAlias = npt.NDArray[np.float32]

TOP = 10
#: Bytes of vectors that are compared at most; beyond that there is no yardstick.
MAX_BYTES = 2_000_000_000
#: What numpy's libraries read, when they are loaded, for how many threads to use.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class _Told(msgspec.Struct, omit_defaults=True):
    """``rows`` × ``dims`` float32 follow; or a vector is to be compared."""

    rows: int = 0
    dims: int = 0
    vector: tuple[float, ...] = ()


class Scanned(NamedTuple):
    """The places of the ten rows with the greatest dot product, best first, and how long that took."""

    places: tuple[int, ...]
    milliseconds: float


class Scan(Child):
    """Vectors in another process, where nothing else runs. ``complete`` until there were more than
    :data:`MAX_BYTES` of them."""

    def __init__(self) -> None:
        super().__init__("wares.bench.scan", variables=_ONE_THREAD)
        self.rows = 0
        self.complete = True

    def add(self, rows: Rows) -> None:
        """Add rows, (n, dims)."""
        self.complete = self.complete and (self.rows + len(rows)) * rows.shape[1] * 4 <= MAX_BYTES
        if self.complete and len(rows):
            self.rows += len(rows)
            self.tell(_Told(rows=len(rows), dims=rows.shape[1]), rows.astype("<f4").tobytes())

    @property
    def usable(self) -> bool:
        """Whether all vectors are there, and any."""
        return self.complete and self.rows > 0

    def nearest(self, vector: Rows) -> Scanned:
        """Compare a vector with all rows; there must be at least one."""
        return self.ask(_Told(vector=tuple(vector.tolist())), Scanned)


def nearest(matrix: Rows, vector: Rows) -> npt.NDArray[np.intp]:
    """The places of the ten rows with the greatest dot product, best first."""
    scores = matrix @ vector
    top = min(TOP, len(scores))
    best = np.argpartition(scores, len(scores) - top)[-top:]
    return best[np.argsort(-scores[best], kind="stable")]


def _serve() -> None:
    held = bytearray()
    dims = 1
    while True:
        told = heard(_Told)
        if told.rows:
            dims = told.dims
            held += payload(4 * told.rows * dims)
        else:
            _compare(np.frombuffer(held, "<f4").reshape(-1, dims), np.asarray(told.vector, dtype=np.float32))


def _compare(matrix: Rows, vector: Rows) -> None:
    start = time.perf_counter()
    places = nearest(matrix, vector)
    taken = time.perf_counter() - start
    say(Scanned(tuple(places.tolist()), taken * 1e3))


if __name__ == "__main__":
    raise SystemExit(run(_serve))
