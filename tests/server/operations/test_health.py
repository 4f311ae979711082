"""Whether a server lives, and whether it can answer."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import wares
from wares.errors import SetupError
from wares.server.config import ServerConfig
from wares.server.operations.readiness import Readiness
from wares.server.running import settled

Served = Callable[..., Any]


def ready(client: httpx.Client) -> httpx.Response:
    """The answer of /readyz, once it is ready."""
    deadline = time.monotonic() + 30
    while (answer := client.get("/readyz")).status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer


def test_a_process_lives_without_a_key(client: httpx.Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_a_shop_that_answers_is_ready(client: httpx.Client) -> None:
    assert ready(client).json() == {"status": "ready"}


def test_before_encoders_are_loaded_and_while_it_stops_a_server_is_not_ready(folder: Path) -> None:
    with wares.open(folder) as shop:
        readiness = Readiness(shop)
        assert readiness.reasons() == ("the encoders are being loaded",)
        readiness.warm()
        deadline = time.monotonic() + 30
        while readiness.reasons() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert readiness.reasons() == ()
        readiness.close()
        assert readiness.reasons() == ("the server is stopping",)


def test_a_shop_that_cannot_be_searched_is_not_ready_and_says_nothing_of_its_files(folder: Path) -> None:
    with wares.open(folder) as shop:
        (version,) = (folder / "index").glob("0*")
        (version / "manifest.json").write_text("{")
        readiness = Readiness(shop)
        readiness.warm()
        deadline = time.monotonic() + 30
        while "loaded" in str(readiness.reasons()) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert readiness.reasons() == ("the shop cannot be searched; the log says why",)


def test_an_empty_shop_is_ready(tmp_path: Path) -> None:
    with wares.open(tmp_path / "empty", model="basic") as shop:
        readiness = Readiness(shop)
        readiness.warm()
        readiness._warming.join(30)  # type: ignore[union-attr]
        assert readiness.reasons() == ()


def test_the_first_question_after_ready_finds_everything_loaded(served: Served) -> None:
    client = served(cache=0)
    ready(client)
    first, later = (client.get("/api/v1/search", params={"q": "red mug"}).json()["took_ms"] for _ in range(2))
    assert first < 20 * max(later, 5)


# -- as a process ---------------------------------------------------------------------------------------------------


class Running:
    """``wares serve`` in a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "wares", "serve", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        deadline = time.monotonic() + 60
        while not (found := re.search(r"API +(http://\S+)/api/v1", "".join(self.lines))):
            assert self.process.poll() is None and time.monotonic() < deadline, self.lines
            time.sleep(0.05)
        self.base = found[1]
        self.client = httpx.Client(base_url=self.base, timeout=30, trust_env=False)
        while time.monotonic() < deadline:
            try:
                if self.client.get("/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(self.process.stderr)

    def stop(self) -> int:
        """Tell it to stop; its exit status."""
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


def test_starting_says_what_is_served_and_where_and_logs_one_line_a_request(folder: Path) -> None:
    running = Running(folder, "--log", "json")
    sent = {"X-Request-ID": "abc-1", "Accept-Encoding": "identity"}
    found = running.client.get("/api/v1/search", params={"q": "red mug"}, headers=sent)
    assert found.status_code == 200 and found.headers["x-request-id"] == "abc-1"
    assert running.stop() in (0, -signal.SIGTERM)
    told = "".join(running.lines)
    assert f"serving {folder}" in told and "no keys" in told and "storefront" in told and "figures" in told
    lines = [json.loads(line) for line in running.lines if line.startswith("{")]
    (line,) = [line for line in lines if line.get("id") == "abc-1"]
    assert line["event"] == "request" and line["route"] == "/api/v1/search" and line["status"] == 200
    assert line["caller"] == "local" and line["ms"] > 0 and line["bytes"] == len(found.content)
    assert "red" not in told


def test_several_workers_share_a_socket_and_add_up_their_figures_and_a_dead_one_is_replaced(folder: Path) -> None:
    running = Running(folder, "--workers", "2")
    try:
        for _ in range(30):  # each on a connection of its own, so that both workers get some
            assert httpx.get(f"{running.base}/api/v1/search?q=mug", trust_env=False).status_code == 200
        figures = running.client.get("/metrics").text
        (count,) = re.findall(r'^wares_request_seconds_count\{.*route="/api/v1/search".*\} (\S+)', figures, re.M)
        assert float(count) == 30
        children = _children(running.process.pid)
        assert len(children) >= 2
        os.kill(children[-1], signal.SIGKILL)
        deadline = time.monotonic() + 30
        while children[-1] in _children(running.process.pid) and time.monotonic() < deadline:
            time.sleep(0.1)
        for _ in range(20):
            assert _patiently(f"{running.base}/api/v1/search?q=mug") == 200
    finally:
        running.stop()


def _patiently(url: str) -> int:
    """The status of an answer; a connection that a killed worker had accepted is made again."""
    for _ in range(50):
        try:
            return httpx.get(url, trust_env=False, timeout=30).status_code
        except httpx.TransportError:
            time.sleep(0.1)
    return 0


def _children(parent: int) -> list[int]:
    """The processes that answer: children that hold the listening socket."""
    path = Path(f"/proc/{parent}/task/{parent}/children")
    found = [int(pid) for pid in path.read_text().split()]
    return [pid for pid in found if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()]


def test_a_port_that_is_taken_is_told_before_anything_is_opened() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"cannot listen on 127.0.0.1, port {port}"):
            settled(ServerConfig(port=port))
    assert settled(ServerConfig(port=0)).port > 0
