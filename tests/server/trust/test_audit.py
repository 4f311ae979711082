"""Whatever is written leaves a row that says who did it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from wares.server.app import create_app

API = "/api/v1"
RULE = {"name": "mugs", "when": {"contains": ["mug"]}, "then": {"pin": ["mug-red"]}}
CUP = {"title": "White cup"}
STOP = {"stop": [{"word": "buy", "language": "en"}]}
SYNONYM = {"synonym": [{"said": ["cup", "mug"]}]}

Asked = tuple[str, str, dict[str, Any]]
#: By method and path of the route: what comes before, what is asked, the kind and the name of the row.
WRITES: dict[tuple[str, str], tuple[list[Asked], Asked, tuple[str, str]]] = {
    ("POST", "/products/bulk"): (
        [],
        (
            "POST",
            "/products/bulk",
            {"content": b'{"id": "a", "title": "A cup"}\n{"delete": "mug-red"}\n{"delete": "x"}\n'},
        ),
        ("products", "2 products"),
    ),
    ("PUT", "/products/{id:path}"): ([], ("PUT", "/products/cup", {"json": CUP}), ("product", "cup")),
    ("PATCH", "/products/{id:path}"): (
        [("PUT", "/products/cup", {"json": CUP})],
        ("PATCH", "/products/cup", {"json": {"brand": "Acme"}}),
        ("product", "cup"),
    ),
    ("DELETE", "/products/{id:path}"): ([], ("DELETE", "/products/mug-red", {}), ("product", "mug-red")),
    ("POST", "/jobs"): ([], ("POST", "/jobs", {"json": {"kind": "rebuild"}}), ("job", "")),
    ("POST", "/versions/{version}/activate"): ([], ("POST", "/versions/{version}/activate", {}), ("job", "")),
    ("DELETE", "/jobs/{id}"): (
        [("POST", "/jobs", {"json": {"kind": "rebuild"}}), ("POST", "/jobs", {"json": {"kind": "rebuild"}})],
        ("DELETE", "/jobs/{id}", {}),
        ("job", ""),
    ),
    ("POST", "/rules"): ([], ("POST", "/rules", {"json": RULE}), ("rule", "mugs")),
    ("PUT", "/rules/{name:path}"): ([], ("PUT", "/rules/mugs", {"json": RULE}), ("rule", "mugs")),
    ("DELETE", "/rules/{name:path}"): (
        [("PUT", "/rules/mugs", {"json": RULE})],
        ("DELETE", "/rules/mugs", {}),
        ("rule", "mugs"),
    ),
    ("POST", "/synonyms"): ([], ("POST", "/synonyms", {"json": SYNONYM}), ("synonyms", "cup, mug")),
    ("DELETE", "/synonyms"): (
        [("POST", "/synonyms", {"json": SYNONYM})],
        ("DELETE", "/synonyms?text=cup", {}),
        ("synonyms", "cup, mug"),
    ),
    ("POST", "/stop-words"): ([], ("POST", "/stop-words", {"json": STOP}), ("stop words", "en: buy")),
    ("DELETE", "/stop-words"): (
        [("POST", "/stop-words", {"json": STOP})],
        ("DELETE", "/stop-words?word=buy&language=en", {}),
        ("stop words", "en: buy"),
    ),
    ("PATCH", "/settings"): (
        [],
        ("PATCH", "/settings", {"json": {"ranking": {"cutoff": 0.15}}}),
        ("settings", "settings"),
    ),
}
#: What is asked with a body and changes nothing.
READS = {("POST", "/rules/check"), ("POST", "/rules/preview"), ("POST", "/synonyms/preview")}


def writing() -> set[tuple[str, str]]:
    """Routes of the API that need more than "search" and are no GET."""
    found = set()
    for context in iter_route_contexts(create_app(Path("nowhere")).routes):
        route = context.original_route
        path = context.path or ""
        if isinstance(route, APIRoute) and path.startswith(API):
            scopes = {getattr(each.call, "scope", "") for each in route.dependant.dependencies}
            if scopes & {"write", "admin"}:
                found |= {(method, path.removeprefix(API)) for method in route.methods - {"GET", "HEAD"}}
    return found


def test_no_writing_route_is_forgotten() -> None:
    assert writing() - READS == set(WRITES)


@pytest.mark.parametrize("route", WRITES, ids=" ".join)
def test_what_is_written_leaves_a_row(
    served: Callable[..., httpx.Client], admin: str, route: tuple[str, str]
) -> None:
    before, asked, (kind, name) = WRITES[route]
    client = served(keys=True)
    client.headers["X-API-Key"] = admin

    def ask(one: Asked) -> None:
        method, path, more = one
        if "{version}" in path:
            versions = client.get(f"{API}/versions").json()["versions"]
            path = path.format(version=versions[0]["name"])
        if "{id}" in path:
            path = path.format(id=client.get(f"{API}/jobs").json()["jobs"][0]["id"])
        answer = client.request(method, API + path, **more)
        assert answer.status_code < 300, answer.text

    for one in before:
        ask(one)
    known = client.get(f"{API}/audit").json()["audit"][0]["number"]
    ask(asked)
    row = client.get(f"{API}/audit", params={"limit": 1}).json()["audit"][0]
    assert row["number"] == known + 1
    assert (row["who"], row["kind"]) == ("boss", kind) and row["name"] and name in ("", row["name"])
    assert row["before"] != row["after"]


def test_a_batch_is_one_row_with_counts(served: Callable[..., httpx.Client], admin: str) -> None:
    client = served(keys=True)
    client.headers["X-API-Key"] = admin
    lines = "".join(f'{{"id": "n{number}", "title": "Cup {number}"}}\n' for number in range(200))
    client.post(f"{API}/products/bulk", content=lines + '{"delete": "mug-red"}\n{"delete": "none"}\nnonsense\n')
    rows = client.get(f"{API}/audit", params={"kind": "products"}).json()["audit"]
    assert len(rows) == 1
    told = rows[0]["after"]
    assert (told["added"], told["removed"], len(told["first"])) == (200, 1, 10)
    assert "changed" not in told and "error" not in told


def test_what_changes_nothing_leaves_no_row(served: Callable[..., httpx.Client], admin: str) -> None:
    client = served(keys=True)
    client.headers["X-API-Key"] = admin
    client.put(f"{API}/products/cup", json=CUP)
    known = client.get(f"{API}/audit").json()["audit"]
    assert client.put(f"{API}/products/cup", json=CUP).json()["outcome"] == "unchanged"
    assert client.delete(f"{API}/products/none").status_code == 404
    assert client.post(f"{API}/products/bulk", content='{"delete": "none"}\n').status_code == 200
    assert client.get(f"{API}/audit").json()["audit"] == known


def test_settings_that_the_console_changes_leave_a_row_too(served: Callable[..., httpx.Client], admin: str) -> None:
    client = served(keys=True)
    client.headers["X-API-Key"] = admin
    answer = client.post("/console/settings", data={"text": "[ranking]\ncutoff = 0.15\n", "do": "apply"})
    assert answer.status_code == 303, answer.text
    row = client.get(f"{API}/audit", params={"limit": 1}).json()["audit"][0]
    assert (row["who"], row["kind"], row["after"]) == ("boss", "settings", {"ranking.cutoff": 0.15})
