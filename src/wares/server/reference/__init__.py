"""``/api``: the document of the API as a page for people, made here and without a script."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import jinja2
from fastapi import APIRouter, Request
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from wares.server.api import PREFIX
from wares.server.document import operations
from wares.server.reference import shapes
from wares.server.sending import send

router = APIRouter(include_in_schema=False)

_HOUR = "public, max-age=3600"
_CODE = re.compile(r"``(.+?)``|`(.+?)`")


class Told(NamedTuple):
    """An operation as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    about: list[Markup]
    scope: str
    parameters: list[Mapping[str, Any]]
    bodies: list[tuple[str, Markup, str]]
    answers: list[tuple[str, str, Markup, str]]
    command: str


@router.get("/api")
def page(request: Request) -> Response:
    """The reference."""
    return HTMLResponse(_page(request.app), headers={"Cache-Control": "no-cache"})


@router.get("/api/reference.css")
def style(request: Request) -> Response:
    """The style of the page."""
    return send(request, (resources.files(__name__) / "reference.css").read_bytes(), "text/css", _HOUR)


@cache
def _page(app: Any) -> str:
    document = app.openapi()
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__name__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    families: dict[str, list[Told]] = {}
    for path, method, operation in operations(document):
        told = _told(document, path, method, operation)
        families.setdefault(operation.get("tags", ["other"])[0], []).append(told)
    return environment.get_template("reference.html.j2").render(
        title=document["info"]["title"],
        version=document["info"]["version"],
        about=[_inline(text) for text in document["info"]["description"].split("\n\n")],
        families=families,
        schemas=list(shapes.all_of(document)),
        document=f"{PREFIX}/openapi.json",
    )


def _told(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> Told:
    about = operation["description"].split("\n\nNeeds the scope")[0]
    bodies = operation.get("requestBody", {}).get("content", {})
    return Told(
        anchor=f"{method}-{re.sub('[^a-z0-9]+', '-', path.lower()).strip('-')}",
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=[_inline(" ".join(text.split())) for text in about.split("\n\n")],
        scope=operation.get("x-scope", ""),
        parameters=[_parameter(one) for one in operation.get("parameters", [])],
        bodies=[(kind, shapes.link(content["schema"]), _example(content)) for kind, content in bodies.items()],
        answers=list(_answers(document, operation)),
        command=_command(path, method, operation),
    )


def _parameter(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "where": one["in"],
        "required": one.get("required", False),
        "type": shapes.words(one["schema"]),
        "about": _inline(one["description"]),
        "example": _first_example(one),
    }


def _answers(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[tuple[str, str, Markup, str]]:
    for status, answer in operation["responses"].items():
        if "$ref" in answer:
            answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
        content = answer.get("content", {})
        kinds = ", ".join(kind for kind in content if kind != "application/json")
        of_json = content.get("application/json", {})
        shape = shapes.link(of_json["schema"]) if status.startswith("2") and of_json.get("schema") else escape(kinds)
        yield status, answer["description"], shape, _example(of_json)


def _example(content: Mapping[str, Any]) -> str:
    if "example" not in content:
        return ""
    found = content["example"]
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, indent=2)


def _first_example(one: Mapping[str, Any]) -> str:
    found = one.get("example", (one["schema"].get("examples") or [one["schema"].get("default", "")])[0])
    return "" if found in ("", None) else json.dumps(found, ensure_ascii=False).strip('"')


def _command(path: str, method: str, operation: Mapping[str, Any]) -> str:
    """The operation as a command line."""
    for one in operation.get("parameters", []):
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", _first_example(one).replace(" ", "%20"))
    words = [
        "curl",
        *(["-X", method.upper()] if method not in ("get", "post") else []),
        f"http://localhost:8000{path}",
    ]
    if operation.get("x-scope"):
        words.append('-H "Authorization: Bearer $WARES_KEY"')
    content = operation.get("requestBody", {}).get("content", {})
    if "example" in content.get("application/json", {}):
        body = json.dumps(content["application/json"]["example"], ensure_ascii=False)
        words.append(f"--json '{body}'")
    elif "image/*" in content:
        words.append("-F image=@photo.jpg")
    return " ".join(words)


def _inline(text: str) -> Markup:
    """A paragraph; what stands in backticks is code."""
    pieces, at = [], 0
    for found in _CODE.finditer(text):
        pieces += [escape(text[at : found.start()]), Markup("<code>{}</code>").format(found[1] or found[2])]
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])
