"""Percentiles and stopwatches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from wares.bench.records import Percentiles


def percentiles(milliseconds: Sequence[float]) -> Percentiles:
    """Of one or more values, interpolated linearly between neighbours."""
    p50, p95, p99 = np.percentile(np.asarray(milliseconds, dtype=np.float64), (50, 95, 99)).tolist()
    return Percentiles(p50=p50, p95=p95, p99=p99, n=len(milliseconds))


class Stopwatch:
    """Seconds spent, summed over calls."""

    seconds = 0.0


@contextmanager
def timed(owner: Any, name: str) -> Iterator[Stopwatch]:
    """Measure every call of ``owner.name`` (a class's method or a module's function) until the end of the block.

    It holds for the whole process, so it is for processes that do nothing but measure, in one thread.
    """
    watch, plain = Stopwatch(), getattr(owner, name)

    def measured(*arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return plain(*arguments, **options)
        finally:
            watch.seconds += time.perf_counter() - start

    setattr(owner, name, measured)
    try:
        yield watch
    finally:
        setattr(owner, name, plain)


def seconds(work: Callable[[], object]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
