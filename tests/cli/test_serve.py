"""``wares serve``: what would open a shop to all is refused before anything listens, and the rest is told at once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

Command: TypeAlias = Callable[..., Any]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--host", "0.0.0.0"], "serve with --keys"),
        (["--visitors", "storefront"], "add --keys"),
        (["--behind-proxy", "127.0.0.1"], "add --keys"),
        (["--keys"], "add NAME --scope admin"),
        (["--keys", "--visitors", "nobody"], "no key 'nobody'"),
        (["--keys", "--origin", "shop.example"], "https://NAME"),
        (["--keys", "--host-name", "https://shop.example"], "a host name is"),
        (["--port", "70000"], "65535"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(wares: Command, shop: Path, options: list[str], told: str) -> None:
    assert told in wares("serve", shop, *options).error()


def test_a_folder_that_is_no_shop_is_not_served(wares: Command, tmp_path: Path) -> None:
    assert "no shop" in wares("serve", tmp_path / "none").error()


def test_it_serves_with_keys_and_visitors_until_it_is_told_to_stop(
    wares: Command, shop: Path, environment: dict[str, str]
) -> None:
    admin = wares("keys", shop, "add", "anna", "--scope", "admin").out.strip()
    wares("keys", shop, "add", "storefront", "--where", 'category UNDER "Kitchen"')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "wares", "serve", str(shop), "--port", str(port), "--keys"]
    command += ["--visitors", "storefront", "--host-name", "search.example", "--max-body", "0.01"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            deadline = time.monotonic() + 30
            while True:
                try:
                    found = client.get("/api/v1/search", params={"limit": 50})
                    break
                except httpx.ConnectError:
                    assert server.poll() is None and time.monotonic() < deadline, server.communicate()
                    time.sleep(0.1)
            assert {hit["product"]["category"][0] for hit in found.json()["hits"]} == {"Kitchen"}
            assert client.get("/api/v1/info").status_code == 403
            assert client.get("/api/v1/info", headers={"X-API-Key": admin}).status_code == 200
            assert client.get("/api/v1/search", headers={"Host": "search.example"}).status_code == 200
            assert client.get("/api/v1/search", headers={"Host": "other.example"}).status_code == 421
            assert client.post("/api/v1/search", content=b" " * 10_001).status_code == 413
    finally:
        os.kill(server.pid, signal.SIGTERM)
        out, err = server.communicate(timeout=30)
    assert admin.split("_")[2] not in out + err and "Traceback" not in err
