"""What is written down of requests: who did what, and no secret."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from wares.server.sessions import COOKIE

API = "/api/v1"
Token = Callable[..., str]


def test_no_secret_is_logged_whatever_is_asked(
    folder: Path,
    served: Callable[..., httpx.Client],
    admin: str,
    token: Token,
    raw: Any,
    heard: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    reader = token("reader", per_minute=2)
    client = served(keys=True, origins=("https://shop.example",))
    client.post("/console/login", data={"key": admin})
    cookie = client.cookies[COOKIE]
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    for shown in ({"Authorization": f"Bearer {reader}"}, {"X-API-Key": admin}, {"X-API-Key": admin + "x"}, {}):
        for method, path in (
            ("GET", f"{API}/search?q=mug&where=price+<"),
            ("GET", f"{API}/search?key={admin}"),
            ("GET", f"{API}/info"),
            ("GET", f"{API}/audit"),
            ("GET", f"/{admin}"),
            ("GET", f"{API}/products/{admin}"),
            ("POST", f"{API}/search"),
            ("PUT", f"{API}/products/a"),
            ("DELETE", f"{API}/nothing"),
            ("POST", "/console/login"),
        ):
            client.request(method, path, headers=shown, content=b"{" if method != "GET" else None)
        client.post(f"{API}/search", files={"image": picture.getvalue()}, data={"text": admin}, headers=shown)
        client.post("/console/login", data={"key": admin + "x"}, headers=shown)
    with raw(client) as line:
        line.sendall(f"GET / HTTP/9\r\nAuthorization: Bearer {admin}\r\n\r\n".encode())
        heard(line)
    logged = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    printed = "".join(capfd.readouterr())
    own = [
        record for record in caplog.records if not record.name.startswith(("httpx", "httpcore", "python_multipart"))
    ]
    told = "".join(f"{record.getMessage()} {vars(record)}" for record in own)
    secret = (folder / "server.secret").read_bytes()
    assert logged  # it was listened to
    for text in (told, printed):
        for hidden in (admin, admin.split("_")[2], reader.split("_")[2], cookie, cookie.split(".")[2], secret.hex()):
            assert hidden not in text


def test_answers_show_no_secret_either(served: Callable[..., httpx.Client], admin: str) -> None:
    client = served(keys=True)
    client.headers["X-API-Key"] = admin
    for path in (f"{API}/audit", f"{API}/info", f"{API}/openapi.json", f"{API}/search"):
        answer = client.get(path)
        assert answer.status_code == 200 and admin.split("_")[2] not in answer.text


def test_the_log_of_changes_is_for_admins_and_names_who(
    served: Callable[..., httpx.Client], admin: str, token: Token, refused: Any
) -> None:
    writer = token("writer", "write")
    client = served(keys=True)
    refused(client.get(f"{API}/audit", headers={"X-API-Key": writer}), 403, "Forbidden")
    told = client.get(f"{API}/audit", params={"kind": "key"}, headers={"X-API-Key": admin}).json()["audit"]
    assert [(one["who"], one["kind"], one["name"]) for one in told] == [
        ("tests", "key", "writer"),
        ("tests", "key", "boss"),
    ]
    assert told[0]["before"] is None and told[0]["after"]["scopes"] == ["write"]
    one = client.get(f"{API}/audit", params={"name": "boss", "limit": 1}, headers={"X-API-Key": admin}).json()
    assert [each["name"] for each in one["audit"]] == ["boss"]
