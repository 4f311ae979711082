"""Ids, log lines and spans of requests."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from wares.server.operations import logs

Served = Callable[..., Any]


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What is logged as JSON."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs._CHATTY}
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)
    for name, own in levels.items():
        logging.getLogger(name).setLevel(own)


@pytest.mark.parametrize("given", ["a-b:1", "0af7651916cd43dd8448eb211c80319c", "x" * 100])
def test_a_sane_id_of_a_request_is_kept(client: httpx.Client, given: str) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 101, "a b", "<script>", 'a"b', "ä".encode().decode("latin-1")])
def test_other_ids_are_replaced(client: httpx.Client, given: str) -> None:
    answer = client.get("/healthz", headers=[(b"X-Request-ID", given.encode("latin-1"))])
    assert answer.headers["x-request-id"] != given and len(answer.headers["x-request-id"]) == 16


def test_ids_differ_and_stand_in_errors_of_every_layer(client: httpx.Client) -> None:
    asked = [
        client.get("/api/v1/search", params={"where": "("}),
        client.get("/no/such/page"),
        client.get("/healthz", headers={"Host": "elsewhere.example"}),
        client.request("TRACE", "/healthz"),
    ]
    ids = [answer.headers["x-request-id"] for answer in asked]
    assert len(set(ids)) == len(ids)
    assert [answer.json()["error"]["request_id"] for answer in asked] == ids


def test_one_line_a_request_without_the_words_of_the_question(served: Served, lines: Any) -> None:
    client = served()
    answer = client.get("/api/v1/search", params={"q": "secret slippers", "where": "price < 5"})
    client.post("/api/v1/search", json={"text": "secret slippers"})
    found = [line for line in lines() if line.get("route") == "/api/v1/search"]
    assert [(line["method"], line["status"], line["caller"]) for line in found] == [
        ("GET", 200, "local"),
        ("POST", 200, "local"),
    ]
    assert found[0]["id"] == answer.headers["x-request-id"]
    assert found[0]["bytes"] >= 50 and found[0]["ms"] > 0 and found[0]["level"] == "info"
    assert "slippers" not in json.dumps(lines()) and "price" not in json.dumps(lines())


def test_questions_are_logged_where_the_operator_wants_it(served: Served, lines: Any) -> None:
    served(log_questions=True).get("/api/v1/search", params={"q": "red\nmug"})
    (line,) = [line for line in lines() if line.get("route") == "/api/v1/search"]
    assert line["question"] == "red\nmug"


def test_the_kind_of_an_error_stands_in_its_line(served: Served, lines: Any) -> None:
    served().get("/api/v1/products/no-such")
    (line,) = [line for line in lines() if line.get("status") == 404]
    assert line["error"] == "NotThere"


@pytest.mark.parametrize("form", ["text", "json"])
def test_nobody_can_write_lines_of_their_own(form: Any, capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler(io.StringIO())
    formatter = logs._FORMATTERS[form]()
    evil = "a\r\nb\x1b[31mc\u2028d\x00e\x85f"
    record = logging.LogRecord("wares", logging.INFO, "", 0, "%s", (evil,), None)
    line = formatter.format(record)
    handler.close()
    assert not any(ord(c) < 32 or c in "\x7f\x85\u2028" for c in line)
    assert "a" in line and "31mc" in line
    if form == "json":
        assert json.loads(line)["message"] == evil


def test_a_line_in_text_says_what_the_one_in_json_says() -> None:
    line = logs.RequestLine(
        id="i", method="GET", route="/r", status=404, ms=1.25, bytes=7, caller="k", error="NotThere", question="q\n"
    )
    record = logging.LogRecord("wares.requests", logging.INFO, "", 0, "%s", (line,), None)
    record.request = line
    assert logs.TextLines().format(record).endswith("info GET /r 404 1.2 ms 7 bytes i k NotThere 'q\\n'")
    told = json.loads(logs.JsonLines().format(record))
    assert told["time"].endswith("Z") and told["event"] == "request" and told["bytes"] == 7


@pytest.fixture(scope="module")
def spans() -> Any:
    """What OpenTelemetry's own SDK exports."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


def test_a_request_is_a_span_with_one_for_each_stage_within(served: Served, spans: Any) -> None:
    client = served(cache=0)
    spans.clear()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = client.get("/api/v1/search", params={"q": "red mug"}, headers={"traceparent": parent})
    found = {span.name: span for span in spans.get_finished_spans()}
    request = found["GET /api/v1/search"]
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["wares.request_id"] == answer.headers["x-request-id"]
    assert f"{request.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{request.parent.span_id:016x}" == "b7ad6b7169203331"
    stages = [found[f"search {stage}"] for stage in ("understand", "encode", "index", "rank", "hydrate")]
    assert all(span.parent.span_id == request.context.span_id for span in stages)
    assert all(request.start_time <= span.start_time <= span.end_time for span in stages)
    assert "red mug" not in "".join(span.to_json() for span in found.values())


def test_a_request_that_fails_here_is_marked(served: Served, folder: Any, spans: Any) -> None:
    client = served()
    spans.clear()
    client.get("/no/such/page")
    (span,) = spans.get_finished_spans()
    assert span.name == "GET none" and span.status.is_unset


def test_routes_are_told_by_their_whole_templates(served: Served, lines: Any) -> None:
    client = served()
    for path in (
        "/",
        "/product/mug-red",
        "/console",
        "/console/models",
        "/api/v1/products/mug-red",
        "/api",
        "/nowhere",
    ):
        client.get(path)
    told = [line["route"] for line in lines() if line.get("event") == "request"]
    assert told == [
        *("/", "/product/{id:path}", "/console", "/console/models"),
        *("/api/v1/products/{id:path}", "/api", "none"),
    ]
