"""``/healthz``: the process lives. ``/readyz``: it can answer. ``/metrics``: figures, for those who may see them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from wares.server import serving
from wares.server.access import may
from wares.server.config import is_loopback
from wares.server.messages import Json
from wares.server.operations.metrics import MEDIA_TYPE

router = APIRouter(include_in_schema=False)

#: Headers by which a proxy tells that the client is somebody else.
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/healthz")
async def alive() -> Json:
    """The process answers."""
    return Json({"status": "alive"})


@router.get("/readyz")
def ready(request: Request) -> Json:
    """Whether questions are answered as they should be; 503 with reasons when not."""
    reasons = serving.of(request).readiness.reasons()
    if reasons:
        return Json({"status": "not ready", "reasons": reasons}, 503)
    return Json({"status": "ready"})


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Figures for Prometheus: for this machine itself, and for keys with the scope "admin"."""
    if not _is_local(request):
        await may("admin")(request)
    figures = await run_in_threadpool(serving.of(request).metrics.text)
    return Response(figures, media_type=MEDIA_TYPE)


def _is_local(request: Request) -> bool:
    """Whether the client is on this machine, and no proxy for somebody else."""
    client = request.client
    return client is not None and is_loopback(client.host) and not any(map(request.headers.get, _FORWARDED))
