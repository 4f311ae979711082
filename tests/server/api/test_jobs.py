"""Long work over HTTP: asked for, followed, cancelled, and never in the way of those who search."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

import wares
from wares.backup import restore
from wares.reports import Progress
from wares.server import jobs as module
from wares.server import work
from wares.store.store import Store

Served = Callable[..., Any]
FEED = b"id;Titel;Preis\nf1;Feed lamp;9.50\nf2;Feed bowl;12.00\n;no id;1\nf3;Feed vase;3.00\n"


def asked(client: httpx.Client, kind: str, **arguments: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/jobs", json={"kind": kind, "arguments": arguments})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/v1/jobs/{answer.json()['job']['id']}"
    job: dict[str, Any] = answer.json()["job"]
    return job


def ended(client: httpx.Client, job: dict[str, Any], within: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + within
    while job["ended"] is None:
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
        job = client.get(f"/api/v1/jobs/{job['id']}").json()["job"]
    return job


def heard(answer: httpx.Response) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, name and job of each event."""
    event: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "data" in event:
            yield event["id"], event["event"], json.loads(event["data"])["job"]
            event = {}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A kind of job that goes on until the event is set, a step every few milliseconds."""
    go = threading.Event()

    def run(served: Any, told: Any, tell: Any) -> dict[str, int]:
        for step in range(2_000):
            tell(Progress("stepping", step, 2_000))
            if go.wait(0.02):
                return {"steps": step}
        raise AssertionError("nobody ended it")

    kinds = {**work.KINDS, "slow": work.Kind("wait", "admin", work.Nothing, run)}
    monkeypatch.setattr(work, "KINDS", kinds)
    monkeypatch.setattr(module, "KINDS", kinds)
    monkeypatch.setattr("wares.server.api.jobs.KINDS", kinds)
    monkeypatch.setattr(module, "TELL_S", 0.0)
    return go


# -- feeds --------------------------------------------------------------------------------------------------------


def test_a_feed_that_is_sent_is_read_into_the_shop(served: Served, folder: Path) -> None:
    client = served()
    told = {"kind": "index", "arguments": json.dumps({"map": {"title": "Titel", "price": "Preis"}})}
    answer = client.post("/api/v1/jobs", data=told, files={"feed": ("feed.csv", FEED)})
    assert answer.status_code == 202, answer.text
    job = ended(client, answer.json()["job"])
    assert job["state"] == "done", job
    assert (job["result"]["added"], job["result"]["bad_rows"]) == (3, 1)
    assert job["result"]["problems"][0].startswith("the feed:4")
    assert client.get("/api/v1/products/f2").json()["product"]["price"]["amount"] == 1200
    assert client.get("/api/v1/search", params={"q": "feed vase"}).json()["hits"][0]["id"] == "f3"
    assert list((folder / "uploads").iterdir()) == []
    assert str(folder) not in json.dumps(job)


def test_a_feed_cannot_name_files_of_the_machine(served: Served, folder: Path, catalogue: list[Any]) -> None:
    client = served()
    own = catalogue[0].media[0].source
    feed = f"id,title,image\na,Anything,{own}\nb,Something,{Path(own).name}\n".encode()
    answer = client.post("/api/v1/jobs", data={"kind": "index"}, files={"feed": ("f.csv", feed)})
    job = ended(client, answer.json()["job"])
    assert job["state"] == "done", job
    assert (job["result"]["added"], job["result"]["bad_rows"], job["result"]["pictures"]) == (1, 1, 0)
    assert job["result"]["warnings"] == ["b: media that are no http(s) addresses were left out"]
    assert "lies outside …" in job["result"]["problems"][0]
    assert str(folder) not in json.dumps(job)
    assert "media" not in client.get("/api/v1/products/b").json()["product"]


@contextmanager
def site(body: bytes) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/feed.csv?token=secret"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_feed_at_an_address_is_fetched_by_the_rules_for_media(served: Served, folder: Path) -> None:
    client = served()
    with site(FEED) as url:
        job = ended(client, asked(client, "index", url=url))
    assert job["state"] == "failed"
    assert "not a public address" in job["error"]["message"]
    assert "secret" not in json.dumps(job)


def test_a_feed_may_come_from_a_private_address_where_the_shop_allows_it(served: Served, folder: Path) -> None:
    with wares.open(folder) as shop:
        limits = msgspec.structs.replace(shop.settings.media, allow_private=True)
        shop.apply(msgspec.structs.replace(shop.settings, media=limits))
    client = served()
    with site(FEED) as url:
        job = ended(client, asked(client, "index", url=url, map={"title": "Titel"}))
    assert job["state"] == "done", job
    assert job["result"]["added"] == 3
    assert job["asked_by"] == "local"


def test_a_feed_that_is_none_fails_with_what_is_wrong(served: Served) -> None:
    client = served()
    feed = {"feed": ("notes.csv", b"hello\n")}
    job = ended(client, client.post("/api/v1/jobs", data={"kind": "index"}, files=feed).json()["job"])
    assert job["state"] == "failed"
    assert job["error"]["kind"] == "CatalogueError"
    assert "/" not in job["error"]["message"]


def test_a_backup_is_taken_while_the_shop_is_served(served: Served, folder: Path, tmp_path: Path) -> None:
    client = served()
    job = ended(client, asked(client, "backup"))
    assert job["state"] == "done", job
    assert str(folder) not in json.dumps(job)
    restore(folder / "backups" / job["result"]["path"], tmp_path / "again")
    with wares.open(tmp_path / "again") as shop:
        assert len(shop) == 12


# -- asking -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"kind": "dance"}, "unknown kind of job 'dance'; known: index"),
        ({"kind": "index"}, "a feed is named by its address"),
        ({"kind": "index", "arguments": {"url": "/etc/passwd"}}, "a file of this machine is for wares index"),
        ({"kind": "index", "arguments": {"file": "../shop.db"}}, "a feed is named by its address"),
        ({"kind": "index", "arguments": {"url": "http://x.example", "colour": 1}}, "unknown field"),
        ({"kind": "rebuild", "arguments": {"fast": True}}, "unknown field"),
        ({"kind": 3}, "the job is not as it should be"),
    ],
)
def test_a_job_that_cannot_be_is_refused(client: httpx.Client, body: Any, told: str) -> None:
    answer = client.post("/api/v1/jobs", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


def test_what_is_not_there_is_said(client: httpx.Client) -> None:
    for verb, path in (
        ("GET", "/jobs/nothing"),
        ("DELETE", "/jobs/nothing"),
        ("GET", "/jobs/nothing/events"),
        ("POST", "/versions/nothing/activate"),
    ):
        assert client.request(verb, f"/api/v1{path}").status_code == 404, path


# -- following ----------------------------------------------------------------------------------------------------


def test_jobs_are_done_one_at_a_time_and_those_that_wait_can_be_cancelled(
    served: Served, slow: threading.Event
) -> None:
    client = served()
    first, second = asked(client, "slow"), asked(client, "slow")
    while client.get(f"/api/v1/jobs/{first['id']}").json()["job"]["state"] == "queued":
        time.sleep(0.02)
    assert client.delete(f"/api/v1/jobs/{second['id']}").json()["job"]["state"] == "cancelled"
    slow.set()
    assert ended(client, first)["result"]["steps"] >= 0
    assert client.delete(f"/api/v1/jobs/{first['id']}").status_code == 409
    states = [(job["id"], job["state"]) for job in client.get("/api/v1/jobs").json()["jobs"]]
    assert states == [(second["id"], "cancelled"), (first["id"], "done")]


def test_a_job_in_hand_ends_at_its_next_step_when_it_is_cancelled(served: Served, slow: threading.Event) -> None:
    client = served()
    job = asked(client, "slow")
    while client.get(f"/api/v1/jobs/{job['id']}").json()["job"]["progress"] is None:
        time.sleep(0.02)
    assert client.delete(f"/api/v1/jobs/{job['id']}").json()["job"]["state"] == "cancelling"
    assert ended(client, job, within=10)["state"] == "cancelled"


def test_events_tell_a_job_as_it_goes_and_again_only_what_is_new(served: Served, slow: threading.Event) -> None:
    client = served()
    job = asked(client, "slow")
    path = f"/api/v1/jobs/{job['id']}/events"
    with client.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = heard(answer)
        told = [next(events) for _ in range(3)]
        slow.set()
        told += list(events)
    names = [name for _, name, _ in told]
    assert names == ["progress"] * (len(names) - 1) + ["done"]
    steps = [job["progress"]["done"] for _, _, job in told if job["progress"]]
    assert steps == sorted(steps)
    assert len({id for id, _, _ in told}) == len(told)
    last = told[-1][0]
    assert client.get(path, headers={"Last-Event-ID": last}).status_code == 204
    with client.stream("GET", path, headers={"Last-Event-ID": told[0][0]}) as answer:
        assert [name for _, name, _ in heard(answer)] == ["done"]


def test_what_a_process_had_in_hand_when_it_died_is_marked_as_failed(served: Served, folder: Path) -> None:
    with Store.open(folder / "shop.db") as store:
        id = store.jobs.ask("rebuild", {}, "somebody").id
        dead = msgspec.json.encode({"pid": 2**22 - 1, "started": 1, "command": "wares", "since": "2026-01-01"})
        assert store.jobs.claim(dead.decode(), lambda process: True) is not None
    job = ended(served(), {"id": id, "ended": None})
    assert job["state"] == "failed"
    assert "ended before the job" in job["error"]["message"]


def test_a_job_that_is_in_hand_when_the_server_stops_is_marked_as_failed(folder: Path, slow: threading.Event) -> None:
    from wares.server.config import ServerConfig
    from wares.server.serving import Serving

    served = Serving.open(folder, ServerConfig())
    served.runner.start()
    job = served.runner.ask("slow", work.Nothing(), "somebody")
    while (now := served.store.jobs.get(job.id)) is None or now.progress is None:
        time.sleep(0.02)
    served.close()
    with Store.open(folder / "shop.db") as store:
        found = store.jobs.get(job.id)
    assert found is not None
    assert (found.state, found.error) == ("failed", {"kind": "Halted", "message": module.STOPPED})


# -- versions -----------------------------------------------------------------------------------------------------


def test_who_searches_and_writes_meets_nothing_of_a_new_version(served: Served) -> None:
    client = served()
    failures: list[str] = []
    counts = {"search": 0, "write": 0}
    stop = threading.Event()

    def hammer(work: str) -> None:
        with httpx.Client(base_url=client.base_url, timeout=30, trust_env=False) as own:
            while not stop.is_set():
                n = counts[work] = counts[work] + 1
                if work == "search":
                    answer = own.get("/api/v1/search", params={"q": "red shirt"})
                    fine = answer.status_code == 200 and any(h["id"] == "shirt-red" for h in answer.json()["hits"])
                else:
                    answer = own.put(f"/api/v1/products/w{n}", json={"title": f"Written {n}"})
                    fine = answer.status_code == 201
                if not fine:
                    failures.append(answer.text[:300])
                    return

    threads = [threading.Thread(target=hammer, args=(work,)) for work in ("search", "search", "write")]
    for thread in threads:
        thread.start()
    try:
        before = client.get("/api/v1/versions").json()["versions"]
        built = ended(client, asked(client, "rebuild"))
        back = ended(client, asked(client, "rollback"))
        again = client.post(f"/api/v1/versions/{built['result']['name']}/activate")
        forth = ended(client, again.json()["job"])
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert [job["state"] for job in (built, back, forth)] == ["done"] * 3
    assert back["result"]["name"] == before[0]["name"]
    assert forth["result"]["name"] == built["result"]["name"]
    live = [version["name"] for version in client.get("/api/v1/versions").json()["versions"] if version["live"]]
    assert live == [built["result"]["name"]]
    assert min(counts.values()) > 3
    with_written = client.get("/api/v1/search", params={"q": "written", "limit": 1, "parse": "false"}).json()
    assert with_written["total"] == counts["write"]


def test_activating_the_version_that_answers_changes_nothing(served: Served) -> None:
    client = served()
    [live] = client.get("/api/v1/versions").json()["versions"]
    job = ended(client, client.post(f"/api/v1/versions/{live['name']}/activate").json()["job"])
    assert job["state"] == "done" and job["result"]["name"] == live["name"]
    assert client.get("/api/v1/versions").json()["versions"] == [live]


def test_a_fit_runs_in_a_process_of_its_own_and_says_why_there_is_none(served: Served) -> None:
    client = served()
    job = ended(client, asked(client, "fit"))
    assert (job["state"], job["error"]["kind"]) == ("failed", "SetupError")
    assert "200" in job["error"]["message"], "what is missing is told"
    job = ended(client, asked(client, "fit", start="nowhere"))
    assert "nowhere" in job["error"]["message"]


def test_a_feed_may_be_learned_from_when_that_is_due(served: Served) -> None:
    client = served()
    told = {"arguments": json.dumps({"fit": True, "map": {"title": "Titel", "price": "Preis"}}), "kind": "index"}
    answer = client.post("/api/v1/jobs", data=told, files={"feed": ("feed.csv", FEED)})
    assert answer.status_code == 202, answer.text
    job = ended(client, answer.json()["job"])
    assert (job["state"], job["result"]["added"], job["result"]["fit"]) == ("done", 3, "not due")
