"""Figures for Prometheus. Labels are few: templates of routes and never addresses, names of stages, kinds of errors.

Several workers write their figures into files of one folder (Prometheus' own multiprocess mode), and whichever of
them is asked adds them up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from wares.server.operations.sizes import Size

#: Where workers of one server keep their figures; set before they begin, see :mod:`wares.server.running`.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE = CONTENT_TYPE_LATEST

_REQUESTS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
_STAGES = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._own = CollectorRegistry()
        self._sizes: list[Collector] = []
        self._requests = Histogram(
            "wares_request_seconds",
            "Time until a request was answered, to its last byte",
            ("method", "route", "status"),
            buckets=_REQUESTS,
            registry=self._own,
        )
        self._stages = Histogram(
            "wares_search_seconds", "Time in a stage of searching", ("stage",), buckets=_STAGES, registry=self._own
        )
        self._cache = self._counter("wares_cache_requests", "Questions to the cache of answers", "result")
        self._errors = self._counter("wares_errors", "Requests answered with an error", "kind")
        if not os.environ.get(SHARED):
            ProcessCollector(registry=self._own)

    def _counter(self, name: str, about: str, label: str) -> Counter:
        return Counter(name, about, (label,), registry=self._own)

    def requested(self, method: str, route: str, status: int, seconds: float, error: str) -> None:
        """A request has been answered; ``error`` is the kind of its error, "" if it had none."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).observe(seconds)
        if error or status >= 500:
            self._errors.labels(error or "InternalError").inc()

    def searched(self, laps_ms: Mapping[str, float]) -> None:
        """A search has been made; its stages took so many milliseconds."""
        for name, lap in laps_ms.items():
            self._stages.labels(name).observe(lap / 1000)

    def cached(self, result: str) -> None:
        """The cache was asked: "hit", "miss", or "joined" to a question that was being answered."""
        self._cache.labels(result).inc()

    def measure(self, sizes: Callable[[], Mapping[str, Size]]) -> None:
        """Ask for sizes whenever somebody asks for the figures."""
        self._sizes.append(_Sizes(sizes))

    def text(self) -> bytes:
        """All figures in the text format of Prometheus: those of all workers, and sizes as this one sees them."""
        registry = CollectorRegistry()
        if shared := os.environ.get(SHARED):
            multiprocess.MultiProcessCollector(registry, shared)  # type: ignore[no-untyped-call]
        for collector in self._sizes:
            registry.register(collector)
        own = b"" if shared else generate_latest(self._own)
        return own + generate_latest(registry)


class _Sizes(Collector):
    def __init__(self, sizes: Callable[[], Mapping[str, Size]]) -> None:
        self._read = sizes

    def describe(self) -> Iterable[Any]:
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, size in self._read().items():
            yield GaugeMetricFamily(f"wares_{name}", size.about, value=size.value)
