"""The document of the API (OpenAPI 3.1): what FastAPI makes of the routes, made whole.

The schemas are those of our own records; every operation says which scope it needs, how a key is shown, and all that
it may answer with, also what surrounds the routes: bounds on sizes, times and crowds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from fastapi.routing import APIRoute

from wares.server.openapi import REF, TYPES, failure

if TYPE_CHECKING:
    from fastapi import APIRouter, FastAPI

#: How a key is shown: either way.
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A key of the shop (wares keys)."},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same key in its own header."},
}
#: What any request may be answered with, one with a body, and one that names something.
_ANY = {
    421: ("Misdirected", "the server is not called by this name"),
    431: ("TooLong", "the address or the headers are too long"),
    500: ("Failed", "something went wrong in the server; its log has it under the request id"),
    503: ("NotNow", "not now: the shop is busy, or too many ask; Retry-After says when to come again"),
    504: ("Overdue", "the answer took longer than it may"),
}
_BODY = {
    408: ("TooSlow", "the request did not come in within its time"),
    413: ("TooLarge", "the body is too large"),
}
_NAMED = {404: ("NotThere", "there is nothing by that name")}
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def install(app: FastAPI, routers: Iterable[tuple[str, APIRouter]]) -> None:
    """Make an app's document whole; ``routers`` are those of the app, with their prefixes."""
    made = app.openapi
    scopes = {
        (prefix + route.path_format, method.lower()): scope
        for prefix, router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and (scope := _scope(route))
        for method in route.methods or ()
    }

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _whole(made(), scopes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _whole(document: dict[str, Any], scopes: dict[tuple[str, str], str]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.update(msgspec.json.schema_components(sorted(TYPES, key=str), ref_template=REF)[1])
    for name in ("HTTPValidationError", "ValidationError"):  # of the framework, which we never send
        schemas.pop(name, None)
    components["securitySchemes"] = _SCHEMES
    components["responses"] = {name: failure(about) for name, about in (_ANY | _BODY | _NAMED).values()}
    for path, method, operation in operations(document):
        _finish(operation, scopes.get((path, method), ""))
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and description of everything that a document says can be done."""
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _finish(operation: dict[str, Any], scope: str) -> None:
    responses: dict[str, Any] = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    told = _ANY | (_BODY if "requestBody" in operation else {})
    if any(one["in"] == "path" for one in operation.get("parameters", ())):
        told |= _NAMED
    for status, (name, _) in told.items():
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{name}"})
    operation["responses"] = dict(sorted(responses.items()))
    if scope:
        operation["security"] = [{name: []} for name in _SCHEMES]
        operation["x-scope"] = scope
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds the scope `{scope}`."


def _scope(route: APIRoute) -> str:
    """The scope that a route asks for; "" for none."""
    found = (getattr(dependency.call, "scope", "") for dependency in route.dependant.dependencies)
    return next(filter(None, found), "")
