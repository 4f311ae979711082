"""Spans for OpenTelemetry: one for each request, and one for each stage of a search in it.

Nothing is imported and nothing done unless OpenTelemetry has been set up in this process, as
``opentelemetry-instrument wares serve …`` does it, or a program that calls :func:`wares.server.app.create_app`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import Scope

_NAME = "wares"
_MS = 1_000_000  # nanoseconds


@contextmanager
def request(scope: Scope) -> Iterator[Any]:
    """A span around a request, a part of the trace that its headers name; None where nobody traces."""
    api = _api()
    if api is None:
        yield None
        return
    from opentelemetry import propagate

    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    tracer = api.get_tracer(_NAME)
    with tracer.start_as_current_span(
        scope["method"], context=propagate.extract(headers), kind=api.SpanKind.SERVER
    ) as span:
        yield span


def ended(span: Any, method: str, route: str, status: int, id: str) -> None:
    """Tell a request's span what came of it."""
    if span is None:
        return
    span.update_name(f"{method} {route}")
    told = {"http.request.method": method, "http.route": route, "http.response.status_code": status}
    span.set_attributes({**told, "wares.request_id": id})
    if status >= 500:
        from opentelemetry.trace import StatusCode

        span.set_status(StatusCode.ERROR)


def stages(laps_ms: Mapping[str, float]) -> None:
    """Spans for the stages of a search that has just ended, one after the other, in the span that is open here."""
    api = _api()
    if api is None or not api.get_current_span().is_recording():
        return
    tracer = api.get_tracer(_NAME)
    laps = {name: lap for name, lap in laps_ms.items() if "." not in name}
    begun = time.time_ns() - round(sum(laps.values()) * _MS)
    for name, lap in laps.items():
        ends = begun + round(lap * _MS)
        tracer.start_span(f"search {name}", start_time=begun).end(ends)
        begun = ends


def _api() -> Any:
    """OpenTelemetry's interface, if somebody has brought it in here."""
    return sys.modules.get("opentelemetry.trace")
