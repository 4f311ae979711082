"""What the document of the API says holds for requests that nobody thought of: no fault of the server, and no status,
type or body that is not told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from wares.server.app import create_app
from wares.server.document import operations

schemathesis = pytest.importorskip("schemathesis")
requests = pytest.importorskip("requests")

#: Work that takes long, or that takes the shop away from those that ask it.
LEFT_OUT = ("/jobs", "/rebuild", "/rollback")
EXAMPLES = 10
#: What ids are drawn from, so that some are there.
IDS = ["mug-red", "shirt-blue", "no such/product", "..", "%00"]


def document() -> dict[str, Any]:
    """The document, without what asks for a key: the server under test is one for this machine alone."""
    found: dict[str, Any] = create_app(Path("nowhere")).openapi()
    del found["components"]["securitySchemes"]
    for _, _, operation in operations(found):
        operation.pop("security", None)
        for one in operation.get("parameters", ()):
            if one["name"] == "id":
                one["schema"] = {"type": "string", "enum": IDS}
    return found


@schemathesis.serializer("application/x-ndjson")
def lines(context: Any, value: Any) -> bytes:
    """A line of JSON."""
    return json.dumps(value).encode() + b"\n"


DOCUMENT = document()
OPERATIONS = [
    f"{method.upper()} {path}"
    for path, method, _ in operations(DOCUMENT)
    if not any(part in path for part in LEFT_OUT)
]


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(DOCUMENT)


@pytest.mark.parametrize("mode", ["POSITIVE", "NEGATIVE"])
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.filterwarnings("ignore")  # of the generator's own
def test_whatever_is_sent_the_answer_is_one_that_was_told(
    name: str, mode: str, schema: Any, altered: httpx.Client
) -> None:
    from hypothesis.errors import Unsatisfiable
    from schemathesis.specs.openapi import checks

    method, path = name.split(" ", 1)
    strategy = schema[path][method].as_strategy(generation_mode=schemathesis.GenerationMode[mode])
    told = [
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
        checks.response_headers_conformance,
    ]

    with requests.Session() as session:
        session.trust_env = False

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy)
        def ask(case: Any) -> None:
            answer = case.call(session=session, base_url=str(altered.base_url))
            assert answer.status_code != 500, (case.as_curl_command(), answer.text)
            case.validate_response(answer, checks=told)

        try:
            ask()
        except Unsatisfiable:
            pytest.skip("nothing wrong can be sent to it")
