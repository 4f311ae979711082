"""Figures for Prometheus."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from wares.server.operations.metrics import Metrics

Served = Callable[..., Any]


def figures(client: httpx.Client) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The figures of a server by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def total(found: dict[Any, float], name: str, **labels: str) -> float:
    """The sum of the figures of a name that have these labels."""
    return sum(value for (own, has), value in found.items() if own == name and set(labels.items()) <= set(has))


def test_requests_are_counted_by_the_template_of_their_route_and_status(served: Served) -> None:
    client = served()
    for id in ("mug-red", "mug-blue", "no-such-mug"):
        client.get(f"/api/v1/products/{id}")
    client.get("/no/such/page")
    found = figures(client)
    name, route = "wares_request_seconds_count", "/api/v1/products/{id:path}"
    assert total(found, name, method="GET", route=route, status="200") == 2
    assert total(found, name, method="GET", route=route, status="404") == 1
    assert total(found, name, route="none", status="404") == 1
    assert "mug" not in client.get("/metrics").text
    assert total(found, "wares_errors_total", kind="NotThere") == 2


def test_searching_is_timed_by_stage(served: Served) -> None:
    client = served(cache=0)
    for _ in range(3):
        client.get("/api/v1/search", params={"q": "red mug"})
    found = figures(client)
    for stage in ("parse", "understand", "encode", "index", "rank", "count", "hydrate"):
        assert total(found, "wares_search_seconds_count", stage=stage) == 3, stage


def test_sizes_are_those_of_the_shop(served: Served) -> None:
    found = figures(served())
    assert total(found, "wares_products") == 12
    assert total(found, "wares_media") == 12
    assert total(found, "wares_index_version") >= 1
    assert total(found, "wares_disk_bytes") > 10_000
    assert total(found, "wares_searches_waiting") == 0


def test_methods_nobody_knows_do_not_become_labels() -> None:
    metrics = Metrics()
    for method in ("GET", *(f"X{n}" for n in range(100))):
        metrics.requested(method, "/", 200, 0.01, "")
    assert metrics.text().count(b"wares_request_seconds_count") == 2


def test_every_error_is_counted_by_its_kind(served: Served) -> None:
    client = served()
    client.get("/api/v1/search", params={"where": "price <"})
    client.get("/api/v1/search", params={"nonsense": "1"})
    client.post("/api/v1/search", content=b"x", headers={"Content-Type": "text/plain"})
    found = figures(client)
    assert total(found, "wares_errors_total", kind="QueryError") == 2
    assert total(found, "wares_errors_total", kind="WrongType") == 1


def test_the_page_lists_every_figure(served: Served) -> None:
    page = (Path(__file__).parents[3] / "docs" / "serving.md").read_text(encoding="utf-8")
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| `wares_"))
    listed = set(re.findall(r"`(wares_\w+)`", rows))
    client = served()
    client.get("/api/v1/search", params={"q": "mug"})
    client.get("/no/such/page")
    told = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in text_string_to_metric_families(client.get("/metrics").text)
        if family.name.startswith("wares_")
    }
    assert listed == told
