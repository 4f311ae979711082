"""A server that is stopped or killed: what it acknowledged is in the shop, and found."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import wares

#: Answers to requests that a server which stops does not take any more.
REFUSED = (503,)


class Process:
    """``wares serve`` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.popen = subprocess.Popen(
            [sys.executable, "-m", "wares", "serve", str(folder), "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "WARES_OFFLINE": "1"},
        )

    def answers(self) -> bool:
        """Whether it has started; false when it ended instead."""
        while self.popen.poll() is None:
            try:
                httpx.get(f"{self.url}/api/v1/info", timeout=10, trust_env=False)
                return True
            except httpx.TransportError:
                time.sleep(0.05)
        return False


@pytest.fixture
def process(folder: Path) -> Iterator[Process]:
    made = Process(folder)
    try:
        assert made.answers(), "the server did not start"
        yield made
    finally:
        if made.popen.poll() is None:
            made.popen.kill()
        made.popen.wait(30)


class Load:
    """Clients that go on until the server is gone. ``acknowledged`` are ids; ``wrong`` what must not happen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.acknowledged: set[str] = set()
        self.searches = 0
        self.wrong: list[str] = []
        self.threads = [
            *(threading.Thread(target=self._until_gone, args=(self._put, n)) for n in range(3)),
            threading.Thread(target=self._until_gone, args=(self._search, 0)),
            threading.Thread(target=self._until_gone, args=(self._bulk, 0)),
        ]
        for thread in self.threads:
            thread.start()

    def get_going(self) -> None:
        """Wait until much has been acknowledged."""
        deadline = time.monotonic() + 60
        while len(self.acknowledged) < 100 and time.monotonic() < deadline:
            time.sleep(0.02)

    def wait(self) -> None:
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()

    def _until_gone(self, work: Callable[[httpx.Client, str], bool], number: int) -> None:
        with httpx.Client(base_url=self.url, timeout=30, trust_env=False) as client:
            for count in range(100_000):
                try:
                    if not work(client, f"{number}-{count}"):
                        return
                except httpx.TransportError:  # not taken, or the process is dead
                    return

    def _fine(self, answer: httpx.Response) -> bool:
        if answer.status_code not in (200, 201, *REFUSED):
            self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
        return answer.status_code not in REFUSED

    def _put(self, client: httpx.Client, name: str) -> bool:
        answer = client.put(f"/api/v1/products/put-{name}", json={"title": f"Put {name}"})
        if answer.status_code == 201:
            self.acknowledged.add(f"put-{name}")
        return self._fine(answer)

    def _search(self, client: httpx.Client, name: str) -> bool:
        self.searches += 1
        return self._fine(client.get("/api/v1/search", params={"q": "red shirt"}))

    def _bulk(self, client: httpx.Client, name: str) -> bool:
        lines = [json.dumps({"id": f"bulk-{name}-{n}", "title": f"Bulk {n}"}) for n in range(300)]
        with client.stream("POST", "/api/v1/products/bulk", content="\n".join(lines)) as answer:
            note = ""
            for text in answer.iter_lines():
                told: dict[str, Any] = json.loads(text)
                if told.get("status") == "added":
                    self.acknowledged.add(told["id"])
                elif told.get("status") == "error" and "stopping" not in told["message"]:
                    self.wrong.append(text)
                note = told.get("note", "")
        return not note


def check(folder: Path, load: Load) -> None:
    """Whatever was acknowledged is stored, and the index has it."""
    assert load.wrong == []
    assert len(load.acknowledged) > 20
    assert load.searches > 0
    with wares.open(folder) as shop:
        assert load.acknowledged - set(shop.find(load.acknowledged)) == set()
        assert all(check.ok for check in shop.check()), shop.check()
        for id in sorted(load.acknowledged)[:: len(load.acknowledged) // 10]:
            assert [hit.id for hit in shop.search(where=f'id = "{id}"').hits] == [id]


def test_a_server_that_is_told_to_stop_loses_nothing_it_acknowledged(process: Process, folder: Path) -> None:
    job = httpx.post(f"{process.url}/api/v1/jobs", json={"kind": "rebuild"}, trust_env=False).json()["job"]
    events: list[str] = []

    def listen() -> None:
        path = f"{process.url}/api/v1/jobs/{job['id']}/events"
        with httpx.stream("GET", path, timeout=30, trust_env=False) as answer:
            events.extend(answer.iter_lines())

    listener = threading.Thread(target=listen)
    listener.start()
    load = Load(process.url)
    load.get_going()
    process.popen.send_signal(signal.SIGTERM)
    assert process.popen.wait(40) in (0, -signal.SIGTERM)
    load.wait()
    listener.join(10)
    assert not listener.is_alive()
    assert any(line.startswith("event: ") for line in events)
    check(folder, load)


def test_a_server_that_is_killed_loses_nothing_it_acknowledged(process: Process, folder: Path) -> None:
    load = Load(process.url)
    load.get_going()
    process.popen.kill()
    process.popen.wait(30)
    load.wait()
    check(folder, load)
