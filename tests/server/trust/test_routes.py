"""Every route, and what it asks of its callers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

import wares
from wares.access import SCOPES, Keyring
from wares.records import Product
from wares.server.app import create_app
from wares.server.config import ServerConfig
from wares.store.store import Store

API = "/api/v1"

#: What is open to all, on purpose: addresses that cannot be guessed, what says whether the server lives (figures: to
#: this machine alone), what browsers need to show a page, the way in.
OPEN = re.compile(
    r"/media/.*|/pictures/\{token\}|/(console/)?static.*|/healthz|/readyz|/console/(login|logout)|/robots\.txt"
    r"|/metrics|/wares-search\.js|/api|/api/reference\.css|/api/v1/openapi\.json"
)
#: Questions that are too long for an address, and what visitors tell of what they do.
ANSWERED_BY_POST = {
    f"{API}/search",
    f"{API}/why/{{id:path}}",
    f"{API}/hear",
    f"{API}/pictures",
    f"{API}/clips",
    f"{API}/identify",
    f"{API}/events",
}


class Route(NamedTuple):
    method: str
    path: str
    scope: str


def scope_of(dependant: Any) -> set[str]:
    """The scopes that a route asks for, by whatever it depends on."""
    own = {dependant.call.scope} if hasattr(dependant.call, "scope") else set()
    return own.union(*map(scope_of, dependant.dependencies))


def routes() -> list[Route]:
    app = create_app(Path("nowhere"), ServerConfig(keys=True))
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        scopes = scope_of(route.dependant) if isinstance(route, APIRoute) else set()
        path = context.path or getattr(route, "path", "")
        methods = getattr(context, "methods", None) or getattr(route, "methods", None) or {"*"}
        found += [Route(method, path, "".join(scopes)) for method in sorted(methods)]
    return found


ROUTES = routes()
ASKING = [route for route in ROUTES if route.scope]


def test_every_route_asks_for_a_scope_or_is_open_on_purpose() -> None:
    assert len(ROUTES) > 10
    assert [route for route in ROUTES if not route.scope and not OPEN.fullmatch(route.path)] == []
    assert [route for route in ASKING if route.scope not in SCOPES] == []
    assert [route for route in ASKING if OPEN.fullmatch(route.path)] == []


def test_what_changes_something_asks_for_more_than_searching() -> None:
    asks = {route.path for route in ASKING if route.method not in ("GET", "HEAD") and route.scope == "search"}
    assert asks <= ANSWERED_BY_POST


def filled(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "1", path)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory, catalogue: list[Product], serving: Any) -> Iterator[Any]:
    """A client of a server with keys, and a token for each scope."""
    folder = tmp_path_factory.mktemp("keyed") / "shop"
    with wares.open(folder, model="basic") as shop:
        shop.add(catalogue)
    with Store.open(folder / "shop.db") as store, Keyring(store) as keyring:
        tokens = {scope: keyring.create(scope, [scope], per_minute=0, by="tests")[1] for scope in SCOPES}
    with serving(folder) as serve:
        yield serve(keys=True), tokens


@pytest.mark.parametrize("route", ASKING, ids=lambda route: f"{route.method} {route.path}")
def test_a_route_lets_in_who_has_its_scope(keyed: Any, refused: Any, route: Route) -> None:
    client, tokens = keyed
    path = filled(route.path)
    page = route.path.startswith("/console") or not route.path.startswith(API)
    turned_away = (303, 401, 403) if page else (401,)
    assert client.request(route.method, path).status_code in turned_away
    assert client.request(route.method, path, headers={"X-API-Key": "wares_no"}).status_code in turned_away
    for scope, token in tokens.items():
        if SCOPES.index(scope) < SCOPES.index(route.scope):
            answer = client.request(route.method, path, headers={"X-API-Key": token})
            assert answer.status_code == 403 or (page and answer.status_code == 303), answer.text
    if route.method == "GET" and route.scope == "search":  # others may do what they are made for
        answer = client.request(route.method, path, headers={"X-API-Key": tokens["search"]})
        assert answer.status_code not in (401, 403, 500)


def test_what_is_open_needs_no_key(keyed: Any) -> None:
    client, _ = keyed
    assert client.get("/console/login").status_code == 200
    assert client.get("/media/x/0/mug-red").status_code == 404
    assert client.get("/nothing").status_code == 404
    assert client.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        assert client.get("/metrics", headers={header: "198.51.100.7"}).status_code == 401
