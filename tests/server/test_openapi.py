"""The document of the API is whole: programs and people can go by it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from wares.server.document import operations

DOCUMENT = "/api/v1/openapi.json"


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(DOCUMENT).json()
    return found


def lacking(document: dict[str, Any], check: Any) -> list[str]:
    return [f"{method.upper()} {path}: {lack}" for path, method, op in operations(document) for lack in check(op)]


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    def check(op: dict[str, Any]) -> Iterator[str]:
        yield from (name for name in ("summary", "description", "tags", "operationId") if not op.get(name))

    assert lacking(document, check) == []
    ids = Counter(op["operationId"] for _, _, op in operations(document))
    assert [id for id, times in ids.items() if times > 1] == []
    summaries = Counter(op["summary"] for _, _, op in operations(document))
    assert [summary for summary, times in summaries.items() if times > 1] == []


def test_every_parameter_says_what_it_is_and_shows_what_it_looks_like(document: dict[str, Any]) -> None:
    def check(op: dict[str, Any]) -> Iterator[str]:
        for one in op.get("parameters", []):
            schema = one.get("schema", {})
            if not one.get("description"):
                yield f"{one['name']} has no description"
            shown = any(name in schema or name in one for name in ("example", "examples", "default", "enum"))
            if not shown and schema.get("type") == "integer":
                yield f"{one['name']} has no example"
            if one["in"] == "path" and not shown:
                yield f"{one['name']} has no example"

    assert lacking(document, check) == []


def test_every_body_has_a_schema_and_an_example(document: dict[str, Any]) -> None:
    def check(op: dict[str, Any]) -> Iterator[str]:
        for kind, content in op.get("requestBody", {}).get("content", {}).items():
            if not content.get("schema"):
                yield f"{kind} has no schema"
            if kind == "application/json" and "example" not in content:
                yield f"{kind} has no example"
            if kind == "multipart/form-data" and not content["schema"].get("properties"):
                yield "the form has no fields"

    assert lacking(document, check) == []


def test_every_answer_is_described_and_a_good_one_in_json_has_an_example(document: dict[str, Any]) -> None:
    def check(op: dict[str, Any]) -> Iterator[str]:
        good = [status for status in op["responses"] if status.startswith(("2", "3"))]
        if not good:
            yield "no good answer"
        for status, answer in op["responses"].items():
            if "$ref" not in answer and not answer.get("description"):
                yield f"{status} has no description"
            content = answer.get("content", {}).get("application/json", {})
            if status.startswith("2") and content and not (content.get("schema") and "example" in content):
                yield f"{status} has no example"
            if status[0] in "45" and "$ref" not in answer and "Error" not in str(content.get("schema")):
                yield f"{status} has not the one body"

    assert lacking(document, check) == []


def test_what_needs_a_key_says_so_in_both_ways_and_what_it_answers_without(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert {(each["type"], each.get("scheme") or each.get("name")) for each in schemes.values()} == {
        ("http", "bearer"),
        ("apiKey", "X-API-Key"),
    }

    def check(op: dict[str, Any]) -> Iterator[str]:
        keyed = {"401", "403", "429"} & set(op["responses"])
        if "security" in op:
            if op["security"] != [{name: []} for name in schemes] or op["x-scope"] not in op["description"]:
                yield "security"
            if keyed != {"401", "403", "429"}:
                yield "401, 403 and 429 are missing"

    assert lacking(document, check) == []
    open_to_all = {path for path, _, op in operations(document) if "security" not in op}
    assert {path for path in open_to_all if path.startswith("/api/")} == set()


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in set(references(document)):
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


def test_examples_are_as_their_schemas_say(document: dict[str, Any]) -> None:
    schemas = pytest.importorskip("jsonschema_rs")
    wrong = []
    for path, method, op in operations(document):
        bodies = [op.get("requestBody", {}), *op["responses"].values()]
        for content in (body.get("content", {}).get("application/json", {}) for body in bodies):
            if "example" in content:
                whole = {**content["schema"], "components": document["components"]}
                errors = schemas.validator_for(whole).iter_errors(content["example"])
                wrong += [f"{method} {path}: {error.message}" for error in errors]
    assert wrong == []
